"""What the program asks for and this engine does not do: refused by name, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from tap.engine.registration import RefusedError

WAY_OUT: Final = "remove it, or deploy this program with the Pulumi CLI"

_MEANINGS: Final[Mapping[str, str]] = {
    "remote": "remote components (multi-language packages, which run in a plugin)",
    "packageRef": "parameterized packages",
    "pluginChecksums": "checksums of provider plugins",
    "hooks": "resource hooks",
    "envVarMappings": "the option env_var_mappings",
    "state_migrations": "state migrations",
    "parentStackTraceHandle": "stack traces across plugins",
    "snippetId": "snippets",
}


def refuse_unhandled(request: Message, handled: frozenset[str], subject: str) -> None:
    """Raises RefusedError if the request says anything in a field that is not handled.

    An empty submessage says nothing (the SDK sends one for hooks with every resource).
    """
    problems = [
        f"{_MEANINGS.get(field.name, 'this')} (field '{field.name}' of {request.DESCRIPTOR.name})"
        for field, value in request.ListFields()
        if field.name not in handled and not (isinstance(value, Message) and not value.ByteSize())
    ]
    unnamed = UnknownFieldSet(request)
    problems += [
        f"field {unnamed[index].field_number} of {request.DESCRIPTOR.name}, which is newer than this engine"
        for index in range(len(unnamed))
    ]
    if problems:
        listed = "; ".join(problems)
        raise RefusedError(f"{subject}: the embedded engine does not support {listed}: {WAY_OUT}")
