"""Builds the real Pulumi CLI from its Go module, in the version of go.mod: `python -m tests.pulumi_cli.build`.

Needs Go; takes some minutes the first time. No other part of the project needs it.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PLACE = Path(sys.prefix) / "pulumi-cli"
CLI = PLACE / "pulumi"
LANGUAGE_EXEC = PLACE / "pulumi-language-python-exec"
PLUGINS = {"pulumi-language-python": "language_host", "pulumi-resource-aws": "aws_plugin"}

_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_BUILD_SECONDS_MAX = 3600


def build() -> None:
    """Put the CLI and its plugins in `PLACE`. Raises CalledProcessError where Go fails."""
    if shutil.which("go") is None:
        raise SystemExit("the Pulumi CLI is built by Go, which is not on this machine's PATH")
    PLACE.mkdir(exist_ok=True)
    described = _go("list", "-m", "-json", _SDK)
    sdk = json.loads(described)
    # Without a version the CLI would write its states as a development build does.
    stamp = f"-X {_SDK}/go/common/version.Version={sdk['Version']}"
    _go("build", "-ldflags", stamp, "-o", str(CLI), _PACKAGE)
    script = Path(sdk["Dir"]) / "python" / "cmd" / LANGUAGE_EXEC.name
    LANGUAGE_EXEC.unlink(missing_ok=True)
    shutil.copyfile(script, LANGUAGE_EXEC)
    for name, module in PLUGINS.items():
        plugin = PLACE / name
        plugin.write_text(
            f'#!/bin/sh\nPYTHONPATH="$TAP_TEST_ROOT" exec "{sys.executable}" -m tests.pulumi_cli.{module} "$@"\n'
        )
        plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)


def _go(*arguments: str) -> str:
    environment = {**os.environ, "GOFLAGS": "-mod=readonly -buildvcs=false"}
    return subprocess.run(
        ["go", *arguments],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_BUILD_SECONDS_MAX,
        check=True,
    ).stdout


if __name__ == "__main__":
    build()
