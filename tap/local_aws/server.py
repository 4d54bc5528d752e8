"""The embedded AWS's own process: serves `emulator.EmbeddedAws` for as long as its run file names it.

Started by `control.start` as `python -m tap.local_aws.server`, with a socket that listens already.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tap.local_aws.run_file import RunFile, read_run_file, write_run_file

_SECONDS_BETWEEN_LOOKS = 1.0

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM comes, or the run file no longer names this process: nobody could find it then to stop it."""
    options = _options(arguments)
    started_at = datetime.now().astimezone().isoformat(timespec="seconds")
    identity = RunFile(os.getpid(), options.port, options.instance, started_at)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # First of all, so that this process can be found and stopped if whoever started it dies now.
    write_run_file(options.root, identity)
    try:
        _serve(options, identity)
    finally:
        identity.remove(options.root)


def _serve(options: argparse.Namespace, identity: RunFile) -> None:
    from tap.local_aws.emulator import EmbeddedAws  # imports moto, which takes a second: the run file comes first
    from tap.local_aws.keep_alive import KeepAliveHandler, KeepAliveServer

    aws = EmbeddedAws(identity, options.root)
    server = KeepAliveServer("127.0.0.1", options.port, aws, KeepAliveHandler, fd=options.fd)
    for task in (lambda: _warm_or_end(aws), lambda: _end_when_forgotten(server, options.root, identity)):
        threading.Thread(target=task, daemon=True).start()
    server.serve_forever()


def _warm_or_end(aws: Any) -> None:
    try:
        aws.warm()
    except Exception:
        log.exception("the embedded AWS can not start")
        os.kill(os.getpid(), signal.SIGTERM)


def _end_when_forgotten(server: Any, root: Path, identity: RunFile) -> None:
    while True:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        try:
            found = read_run_file(root)
        except OSError:
            continue  # not readable for the moment is not gone
        if found != identity:
            log.warning("the run file is gone or names another: ending")
            server.shutdown()
            return


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tap.local_aws.server", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the project, whose .tap holds the run file")
    parser.add_argument("--fd", type=int, required=True, help="a socket that listens on 127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="the socket's port")
    parser.add_argument("--instance", required=True, help="what tells this embedded AWS from every other")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
