"""Runs a policy pack in this process, as Pulumi's analyzer for Python does: a plain script, started by pack_process.py.

It uses the pack's own SDK and imports nothing of tap, which the pack's environment need not have.
"""

from __future__ import annotations

import os
import sys

# The folder of this script must not lie on the pack's module path.
if sys.path[0] == os.path.dirname(__file__):  # noqa: PTH120  - pathlib would be imported from that folder first
    sys.path.pop(0)

import runpy
import signal
import threading

NO_ENGINE = ""
"""Pulumi gives the address of its engine here; the Python SDK of policy packs never calls it."""


def main() -> None:
    parent_pipe, folder = int(sys.argv[1]), sys.argv[2]

    def end_with_parent() -> None:
        os.read(parent_pipe, 1)  # returns when the engine's end closes: it is gone, however it went
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=end_with_parent, name="parent-watch", daemon=True).start()
    os.chdir(folder)
    sys.path.insert(0, folder)
    sys.argv = ["pulumi.policy", NO_ENGINE, "."]
    runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
