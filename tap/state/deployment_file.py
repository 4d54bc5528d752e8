"""The file of `state export` and `state import`: Pulumi's `{"version":3,"deployment":{…}}`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tap.errors import StateError
from tap.state.checkpoint import (
    FEATURES,
    NEWEST_VERSION,
    OLDEST_VERSION,
    Checkpoint,
    checkpoint_of,
    decode_deployment,
    encode_deployment,
    version_of,
)
from tap.state.crypter import CachingCrypter, OpenCrypter
from tap.state.integrity import integrity_problems
from tap.state.json_text import from_json

CrypterOf = Callable[[Mapping[str, Any] | None], CachingCrypter]


def export_as_written(content: bytes) -> str:
    """The export of a checkpoint file as it stands there, whatever rules it breaks. Raises StateError.

    As with the Pulumi CLI it needs no passphrase: what is broken has to be got out before it can be mended.
    """
    document, checkpoint = checkpoint_of(content)
    deployment = checkpoint.get("latest")
    return _text(document.get("version", 0), document.get("features") or [], deployment or {})


def export(checkpoint: Checkpoint, crypter: CachingCrypter) -> str:
    """The export of a state; with an OpenCrypter its secrets stand there in clear."""
    deployment = encode_deployment(checkpoint, crypter)
    return _text(*version_of(checkpoint), deployment)


def open_crypter() -> CachingCrypter:
    return OpenCrypter()


def _text(version: int, features: list[str], deployment: Mapping[str, Any]) -> str:
    document: dict[str, Any] = {"version": version}
    if features:
        document["features"] = features
    return json.dumps({**document, "deployment": deployment}, indent=4, ensure_ascii=False) + "\n"


def parse(content: bytes, stack: str, crypter_of: CrypterOf) -> Checkpoint:
    """The state that a file of `state export` holds. Raises StateError, in Pulumi's words where it has some."""
    try:
        document = from_json(content)
    except ValueError as error:
        raise StateError(f"could not deserialize deployment: {error}") from None
    deployment = document.get("deployment") if isinstance(document, dict) else None
    if not isinstance(deployment, dict):
        hint = "this is the checkpoint's own file" if isinstance(document, dict) and "checkpoint" in document else ""
        raise StateError(
            "could not deserialize deployment: there is no object 'deployment' in it",
            hint=hint or "`tap state export` and `pulumi stack export` write such a file",
        )
    _require_known_version(document, stack)
    return decode_deployment(deployment, crypter_of)


def _require_known_version(document: Mapping[str, Any], stack: str) -> None:
    update = "Please update your version of the Pulumi CLI"
    version = document.get("version")
    if not isinstance(version, int) or version < OLDEST_VERSION:
        raise StateError(f"the stack '{stack}' is too old: its deployment has the version {version}")
    if version > NEWEST_VERSION:
        raise StateError(f"the stack '{stack}' is newer than what this version of the Pulumi CLI understands. {update}")
    unknown = [str(feature) for feature in document.get("features") or () if feature not in FEATURES]
    if unknown:
        raise StateError(
            f"the stack '{stack}' uses features that are not supported by this version of the Pulumi CLI: "
            f"{', '.join(unknown)}. {update}"
        )


def import_problems(checkpoint: Checkpoint, stack: str) -> Iterator[str]:
    """Why it would be dangerous to take this for the state of the stack, in Pulumi's words."""
    for resource in checkpoint.resources:
        found = resource.urn.split("::", 1)[0].rpartition(":")[2]
        if found != stack:
            yield f"resource '{resource.urn}' is from a different stack ({found} != {stack})"
    for problem in integrity_problems(checkpoint):
        yield f"state file contains errors: {problem}"
