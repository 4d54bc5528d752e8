"""The embedded AWS's own process: moto behind `/_tap/`, for as long as its run file names it.

Started by `control.start` as `python -m tap.local_aws.server`, with a socket that listens already.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tap.local_aws.credentials import DEFAULT_REGION
from tap.local_aws.run_file import RunFile, read_run_file, write_run_file

_FORM, _JSON = "application/x-www-form-urlencoded", "application/x-amz-json-1.1"
_WARM_UP = (
    ("ec2", _FORM, "", "Action=DescribeVpcs&Version=2016-11-15"),
    ("s3", "", "", ""),
    ("iam", _FORM, "", "Action=ListRoles&Version=2010-05-08"),
    ("kms", _JSON, "TrentService.ListKeys", "{}"),
    ("logs", _JSON, "Logs_20140328.DescribeLogGroups", "{}"),
    ("monitoring", _FORM, "", "Action=DescribeAlarms&Version=2010-08-01"),
    ("sns", _FORM, "", "Action=ListTopics&Version=2010-03-31"),
    ("sts", _FORM, "", "Action=GetCallerIdentity&Version=2011-06-15"),
)
"""One question to each service that the stack uses (signing name, type, target, body).

moto imports a service, and botocore's model of it, when it is first asked: 1 s for EC2, 0.4 s for the others.
"""

_SECONDS_BETWEEN_LOOKS = 1.0
_ACCOUNT_IN_KEY = re.compile(r"Credential=(\d{12})/")

log = logging.getLogger("tap.local_aws")


class EmbeddedAws:
    """The WSGI application: moto's, one request at a time, and what `/_tap/` tells without waiting for moto."""

    def __init__(self, identity: RunFile, root: Path) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        from tap.local_aws.keep_alive import serialised

        self._identity = identity
        self._root = root
        self._ready = threading.Event()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._dispatch = serialised(self._moto)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/_tap/"):
            return self._tell(path, start_response)
        # An access key of 12 digits is the account's number, a convention among AWS emulators: tests that share one
        # embedded AWS have an account each.
        account = _ACCOUNT_IN_KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
        if account:
            environ.setdefault("HTTP_X_MOTO_ACCOUNT_ID", account[1])
        return self._dispatch(environ, start_response)

    def warm(self) -> None:
        """Ask each service once, then tell that all are ready. RuntimeError if one fails."""
        from tap.local_aws.keep_alive import call

        for service, content_type, target, body in _WARM_UP:
            status, _, content = call(self, _question(service, content_type, target, body))
            if not status.startswith("200"):
                raise RuntimeError(f"{service} answers {status}: {content[:500]!r}")
        # What was imported stays for good: the garbage collector need not go through it again and again.
        gc.collect()
        gc.freeze()
        self._ready.set()

    def _tell(self, path: str, start_response: Any) -> Iterable[bytes]:
        facts: dict[str, Any] = {"instance": self._identity.instance}
        if path == "/_tap/health":
            facts["ready"] = self._ready.is_set()
        elif path == "/_tap/instance":
            facts |= {"pid": os.getpid(), "startedAt": self._identity.started_at, "root": str(self._root)}
        else:
            start_response("404 Not Found", [("Content-Type", "application/json")])
            return [b'{"error": "there is /_tap/health and /_tap/instance"}']
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(facts).encode()]


def _question(service: str, content_type: str, target: str, body: str) -> dict[str, Any]:
    """The WSGI environment of a request to a service in the default region."""
    from werkzeug.test import create_environ

    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential=warm/20000101/{DEFAULT_REGION}/{service}/aws4_request"}
    if target:
        headers["X-Amz-Target"] = target
    return create_environ(
        method="POST" if body else "GET", content_type=content_type or None, data=body or None, headers=headers
    )


def main(arguments: list[str]) -> None:
    """Serve until SIGTERM comes, or the run file no longer names this process: nobody could find it then to stop it."""
    options = _options(arguments)
    identity = RunFile(
        pid=os.getpid(), port=options.port, instance=options.instance, started_at=time.strftime("%Y-%m-%dT%H:%M:%S%z")
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    write_run_file(options.root, identity)
    try:
        _serve(options, identity)
    finally:
        identity.remove(options.root)


def _serve(options: argparse.Namespace, identity: RunFile) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    from tap.local_aws.keep_alive import KeepAliveHandler, KeepAliveServer

    aws = EmbeddedAws(identity, options.root)
    server = KeepAliveServer("127.0.0.1", options.port, aws, KeepAliveHandler, fd=options.fd)
    threading.Thread(target=_warm_or_end, args=(aws,), daemon=True).start()
    threading.Thread(target=_end_when_forgotten, args=(server, options.root, identity), daemon=True).start()
    server.serve_forever()


def _warm_or_end(aws: EmbeddedAws) -> None:
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
