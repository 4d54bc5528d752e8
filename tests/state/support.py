"""What the tests of the state share: a stack in a folder, small resources, child processes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tap.engine.model import Operation, OperationType, Resource
from tap.state.backend import UpdateInfo
from tap.state.store import StateStore

DATA = Path(__file__).parent / "data"
RECORDED = (DATA / "recorded_checkpoint.json").read_bytes()
"""A checkpoint of the Pulumi CLI, verbatim; its passphrase is "pw"."""

PASSPHRASE = {"PULUMI_CONFIG_PASSPHRASE": "pw"}
STACK_URN = "urn:pulumi:dev::golden::pulumi:pulumi:Stack::golden-dev"
NOW = datetime(2026, 11, 23, 12, 0, 0, 500, tzinfo=UTC)
INFO = UpdateInfo("update", "succeeded", {"create": 1}, NOW, NOW, {"golden:color": "red"})


def thing(name, **fields):
    """A custom resource of the golden cases' made-up type, without a provider."""
    fields = {"id": f"{name}-1", "custom": True, **fields}
    return Resource(urn=f"urn:pulumi:dev::golden::fake:index:Thing::{name}", type="fake:index:Thing", **fields)


def creating(resource):
    return Operation(resource, OperationType.CREATING)


def store_in(root, environ=PASSPHRASE, stack="dev"):
    return StateStore(root, "golden", stack, environ=environ)


def recorded_store(root):
    """A stack whose checkpoint the Pulumi CLI has written."""
    store = store_in(root)
    store.paths.checkpoint.parent.mkdir(parents=True)
    store.paths.checkpoint.write_bytes(RECORDED)
    return store


def record(store, *batches):
    """A run that appends and never finishes."""
    with store.open("update") as session:
        for changes in batches:
            session.append(changes).result(timeout=30)


def finish(store, *resources, pending=()):
    with store.open("update") as session:
        session.finish(session.base.with_contents(resources, pending), INFO)


def names(checkpoint):
    return [resource.urn.rpartition("::")[2] for resource in checkpoint.resources]


def child(code, *arguments):
    """A Python process running the code, all its streams pipes of text."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def ended(process, seconds=30):
    """(exit code, stdout, stderr) of a child that ends by itself."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err
