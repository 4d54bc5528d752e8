"""The embedded AWS as a WSGI application: moto, made quick and safe for threads, and what `/_tap/` tells about it."""

from __future__ import annotations

import functools
import gc
import json
import os
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import moto.core.responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import create_environ

from tap.local_aws.credentials import DEFAULT_REGION
from tap.local_aws.keep_alive import call, serialised
from tap.local_aws.repairs import repair_moto
from tap.local_aws.run_file import RunFile

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

_HOSTS_KEPT = 1024
_ACCOUNT_IN_KEY = re.compile(r"Credential=(\d{12})/")


class EmbeddedAws:
    """Answers one request at a time, except to `/_tap/`, which never waits for moto."""

    def __init__(self, identity: RunFile, root: Path) -> None:
        self._identity = identity
        self._root = root
        self._ready = threading.Event()
        self._moto = serialised(_quick_moto())

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/_tap/"):
            return self._tell(path, start_response)
        # An access key of 12 digits is the account's number, a convention among AWS emulators: tests that share one
        # embedded AWS have an account each.
        account = _ACCOUNT_IN_KEY.search(environ.get("HTTP_AUTHORIZATION", ""))
        if account:
            environ.setdefault("HTTP_X_MOTO_ACCOUNT_ID", account[1])
        return self._moto(environ, start_response)

    def warm(self) -> None:
        """Ask each service once, then tell that all are ready. RuntimeError if one fails."""
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
        status = "200 OK"
        if path == "/_tap/health":
            facts["ready"] = self._ready.is_set()
        elif path == "/_tap/instance":
            facts |= {"pid": os.getpid(), "startedAt": self._identity.started_at, "root": str(self._root)}
        else:
            status, facts["error"] = "404 Not Found", "there are /_tap/health and /_tap/instance"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(facts).encode()]


def _quick_moto() -> DomainDispatcherApplication:
    """moto's application, which takes a fifth of the time per request if it need not find out the same twice.

    For each request it lists its own directories to see which service a host name stands for, and inspects a class for
    the names of its methods. Both answers never change.
    """
    repair_moto()
    application = DomainDispatcherApplication(create_backend_app)
    application.get_backend_for_host = functools.lru_cache(_HOSTS_KEPT)(  # type: ignore[method-assign]  # as said above
        application.get_backend_for_host
    )
    responses: Any = moto.core.responses
    if not hasattr(responses.method_names_from_class, "cache_info"):
        responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    return application


def _question(service: str, content_type: str, target: str, body: str) -> dict[str, Any]:
    """The WSGI environment of a request to a service in the default region."""
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential=warm/20000101/{DEFAULT_REGION}/{service}/aws4_request"}
    if target:
        headers["X-Amz-Target"] = target
    return create_environ(
        method="POST" if body else "GET", content_type=content_type or None, data=body or None, headers=headers
    )
