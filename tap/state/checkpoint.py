"""The checkpoint document: Pulumi's version 3, or 4 where a resource uses what came later.

Shape (`apitype.VersionedCheckpoint`, `CheckpointV3`, `DeploymentV3`):
`{"version":3,"checkpoint":{"stack":…,"latest":{…}}}` with manifest, secrets_providers, resources, pending_operations
and metadata in `latest`.
Beside `stack` and `latest` stand keys of our own, which the Pulumi CLI ignores, and drops when it writes:
`embeddedAws` (which embedded AWS the resources live in), `run` (the run that wrote the file), `checksum` (last).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from tap.engine.model import Operation, Resource
from tap.errors import StateError
from tap.state.crypter import CachingCrypter
from tap.state.json_text import from_json, to_json_text
from tap.state.resource_codec import decode_operation, decode_resource, encode_operation, encode_resource
from tap.state.times import format_time, parse_time

VERSION: Final = "v3.260.0"
"""The version of Pulumi whose file format this is; the manifest names it."""

_CHECKSUM = re.compile(rb',"checksum":"sha256:([0-9a-f]{64})"\}\}\Z')
_DEPLOYMENT_KEYS: Final = {"manifest", "secrets_providers", "resources", "pending_operations", "metadata"}
_OWN_KEYS: Final = {"stack", "latest", "embeddedAws", "run", "checksum"}
OLDEST_VERSION: Final = 3
NEWEST_VERSION: Final = 4
FEATURES: Final[Mapping[str, Callable[[Resource], object]]] = {
    "hooks": lambda resource: resource.resource_hooks,
    "refreshBeforeUpdate": lambda resource: resource.refresh_before_update,
    "replaceWith": lambda resource: resource.replace_with,
    "taint": lambda resource: resource.taint,
}
"""What makes a file one of version 4, by the names that go into its `features`."""

_FAILED: Final = "failed to load checkpoint: "


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who wrote a file and when. `magic` is the SHA-256 of the version, or "" beside an empty version."""

    time: datetime | None
    magic: str
    version: str

    @classmethod
    def of_now(cls) -> Manifest:
        return cls(datetime.now(UTC), magic_of(VERSION), VERSION)


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The state of a stack as its file holds it.

    manifest, secrets_providers: as read; a file that is written gets its own. run: the run that wrote the file, "" for
    one of the Pulumi CLI's. aws_instance, aws_endpoint: the embedded AWS in which the resources were made, "" for none.
    """

    resources: tuple[Resource, ...] = ()
    pending: tuple[Operation, ...] = ()
    manifest: Manifest | None = None
    secrets_providers: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    aws_instance: str = ""
    aws_endpoint: str = ""
    unknown_keys: Mapping[str, Any] = field(default_factory=dict)

    def with_contents(
        self,
        resources: Iterable[Resource],
        pending: Iterable[Operation],
        *,
        aws_instance: str | None = None,
        aws_endpoint: str | None = None,
    ) -> Checkpoint:
        """The same stack with other contents, and in another embedded AWS if one is named."""
        return replace(
            self,
            resources=tuple(resources),
            pending=tuple(pending),
            aws_instance=self.aws_instance if aws_instance is None else aws_instance,
            aws_endpoint=self.aws_endpoint if aws_endpoint is None else aws_endpoint,
        )


def magic_of(version: str) -> str:
    return hashlib.sha256(version.encode()).hexdigest() if version else ""


def encode_checkpoint(checkpoint: Checkpoint, stack: str, crypter: CachingCrypter) -> bytes:
    """The file of a checkpoint. stack: its qualified name, `organization/<project>/<stack>`."""
    version, features = version_of(checkpoint)
    document: dict[str, Any] = {"version": version, "features": features} if features else {"version": version}
    content: dict[str, Any] = {"stack": stack, "latest": encode_deployment(checkpoint, crypter)}
    if checkpoint.aws_instance or checkpoint.aws_endpoint:
        content["embeddedAws"] = {"instance": checkpoint.aws_instance, "endpoint": checkpoint.aws_endpoint}
    if checkpoint.run:
        content["run"] = checkpoint.run
    document["checkpoint"] = content
    body = to_json_text(document).encode()[:-2]
    return b'%b,"checksum":"sha256:%b"}}' % (body, hashlib.sha256(body).hexdigest().encode())


def version_of(checkpoint: Checkpoint) -> tuple[int, list[str]]:
    """The version of the file that holds this state, and its `features`: the newer one only where it must be."""
    features = sorted(name for name, used in FEATURES.items() if any(map(used, checkpoint.resources)))
    return (NEWEST_VERSION if features else OLDEST_VERSION), features


def encode_deployment(checkpoint: Checkpoint, crypter: CachingCrypter) -> dict[str, Any]:
    """The `latest` of a checkpoint file, and the `deployment` of an export."""
    resources = [encode_resource(resource, crypter) for resource in checkpoint.resources]
    pending = [encode_operation(operation, crypter) for operation in checkpoint.pending]
    # Only now: the first secret makes the manager's state.
    providers = crypter.provider or checkpoint.secrets_providers
    manifest = Manifest.of_now()
    assert manifest.time is not None  # noqa: S101  - it was made a line ago
    encoded: dict[str, Any] = {
        "manifest": {"time": format_time(manifest.time), "magic": manifest.magic, "version": manifest.version}
    }
    if providers:
        encoded["secrets_providers"] = providers
    if resources:
        encoded["resources"] = resources
    if pending:
        encoded["pending_operations"] = pending
    return {**encoded, "metadata": checkpoint.metadata, **checkpoint.unknown_keys}


def decode_checkpoint(content: bytes, crypter_of: Callable[[Mapping[str, Any] | None], CachingCrypter]) -> Checkpoint:
    """The state that a file holds. crypter_of: the crypter for the file's `secrets_providers`.

    Raises StateError, in Pulumi's words where it has some, for what is no checkpoint or one of a later kind.
    """
    _, checkpoint = checkpoint_of(content)
    latest = checkpoint.get("latest")
    if latest is None:
        if unknown := set(checkpoint) - _OWN_KEYS:
            raise StateError(f"{_FAILED}there is no 'latest' in it, but there are {sorted(unknown)}")
        return Checkpoint()
    aws = checkpoint.get("embeddedAws")
    return decode_deployment(
        latest, crypter_of, run=str(checkpoint.get("run") or ""), aws=aws if isinstance(aws, dict) else {}
    )


def checkpoint_of(content: bytes) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A file's document and the `checkpoint` in it, as they stand there. Raises StateError as `decode_checkpoint`."""
    try:
        document = from_json(content)
    except ValueError as error:
        raise StateError(f"{_FAILED}place 1: {error}") from None
    checkpoint = _checkpoint_of(document)
    _verify_checksum(content, checkpoint)
    return document, checkpoint


def _checkpoint_of(document: Any) -> Mapping[str, Any]:
    """The `checkpoint` of a document of a version that is known."""
    version = document.get("version", 0) if isinstance(document, dict) else None
    checkpoint = document.get("checkpoint") if isinstance(document, dict) else None
    if not isinstance(checkpoint, dict):
        raise StateError(f"{_FAILED}there is no object 'checkpoint' in it")
    if version == 0 and checkpoint.get("latest") is None:
        return checkpoint  # a stack that was made and never updated
    if version not in (OLDEST_VERSION, NEWEST_VERSION):
        raise StateError(
            f"{_FAILED}unsupported checkpoint version {version}", hint="open and save it with the Pulumi CLI"
        )
    unknown = [str(feature) for feature in document.get("features") or () if feature not in FEATURES]
    if unknown:
        raise StateError(
            f"{_FAILED}this stack's deployment needs support for the following features: {', '.join(unknown)}",
            hint="use the Pulumi CLI for this stack",
        )
    return checkpoint


def _verify_checksum(content: bytes, checkpoint: Mapping[str, Any]) -> None:
    if "checksum" not in checkpoint:
        return
    found = _CHECKSUM.search(content)
    if not found or hashlib.sha256(content[: found.start()]).hexdigest().encode() != found[1]:
        raise StateError(
            f"{_FAILED}it does not fit its checksum: it was damaged, or edited",
            hint='if it was edited on purpose, remove "checksum" from it',
        )


def decode_deployment(
    latest: Any,
    crypter_of: Callable[[Mapping[str, Any] | None], CachingCrypter],
    *,
    run: str = "",
    aws: Mapping[str, Any] | None = None,
) -> Checkpoint:
    """The state that a DeploymentV3 holds. Raises StateError for what is none."""
    if not isinstance(latest, dict):
        raise StateError(f"{_FAILED}'latest' is no object")
    unknown = {key: value for key, value in latest.items() if key not in _DEPLOYMENT_KEYS}
    if unknown and "resources" not in latest:
        # Else a damaged key name would turn a stack into an empty one.
        raise StateError(f"{_FAILED}there is no 'resources' in it, but there are {sorted(unknown)}")
    providers = latest.get("secrets_providers") or None
    if providers is not None and not isinstance(providers, dict):
        raise StateError(f"{_FAILED}'secrets_providers' is no object")
    crypter = crypter_of(providers)
    resources = _items(latest, "resources")
    pending = _items(latest, "pending_operations")
    return Checkpoint(
        resources=tuple(decode_resource(item, crypter, f"resources[{i}]") for i, item in enumerate(resources)),
        pending=tuple(decode_operation(item, crypter, f"pending_operations[{i}]") for i, item in enumerate(pending)),
        manifest=_decode_manifest(latest.get("manifest")),
        secrets_providers=providers,
        metadata=latest.get("metadata") or {},
        run=run,
        aws_instance=str((aws or {}).get("instance") or ""),
        aws_endpoint=str((aws or {}).get("endpoint") or ""),
        unknown_keys=unknown,
    )


def _items(latest: Mapping[str, Any], key: str) -> list[Any]:
    items = latest.get(key)
    if items is None:
        return []
    if not isinstance(items, list):
        raise StateError(f"{_FAILED}'{key}' is no list")
    return items


def _decode_manifest(encoded: Any) -> Manifest:
    if not isinstance(encoded, dict):
        raise StateError(f"{_FAILED}there is no object 'manifest' in it")
    try:
        time = parse_time(encoded["time"])
    except (KeyError, TypeError, ValueError):
        time = None
    return Manifest(time, str(encoded.get("magic", "")), str(encoded.get("version", "")))
