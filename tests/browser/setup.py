"""Have a browser for `make browser-test`: Debian's chromium and its driver, installed if that can be done here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PROGRAMS = ("chromium", "chromedriver")
PACKAGES = ("chromium", "chromium-driver")
SECONDS_MAX = 600


def missing() -> list[str]:
    return [program for program in PROGRAMS if shutil.which(program) is None]


def main() -> int:
    if not missing():
        return 0
    by_hand = f"install it, on Debian with: apt-get install {' '.join(PACKAGES)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.stderr.write(f"error: there is no {' and no '.join(missing())}\nhint: {by_hand}\n")
        return 1
    commands = (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES])
    for command in commands:
        ended = subprocess.run(command, timeout=SECONDS_MAX, check=False, stdout=subprocess.DEVNULL)
        if ended.returncode != 0:
            sys.stderr.write(f"error: {' '.join(command)} failed\nhint: {by_hand}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
