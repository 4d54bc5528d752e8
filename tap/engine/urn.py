"""URNs: `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`."""

from __future__ import annotations

from tap.engine.model import PROVIDER_TYPE_PREFIX, STACK_TYPE

UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands in a provider reference for an id that is not known yet (Pulumi's `plugin.UnknownStringValue`)."""


def qualified_type(urn: str) -> str:
    """The type with those of its parents, `a$b`."""
    return urn.split("::", 3)[2]


def type_of(urn: str) -> str:
    return qualified_type(urn).rpartition("$")[2]


def name_of(urn: str) -> str:
    """The logical name; it may hold `::` itself."""
    return urn.split("::", 3)[3]


def create_urn(stack: str, project: str, parent: str, type: str, name: str) -> str:
    """The URN of a resource under this parent; the root stack, like no parent, adds no type."""
    prefix = ""
    if parent and type_of(parent) != STACK_TYPE:
        prefix = qualified_type(parent) + "$"
    return f"urn:pulumi:{stack}::{project}::{prefix}{type}::{name}"


def package_of(type: str) -> str:
    """The package of a type: the text before the first colon; of a provider's type, the package it provides."""
    if type.startswith(PROVIDER_TYPE_PREFIX):
        return type.removeprefix(PROVIDER_TYPE_PREFIX)
    return type.partition(":")[0]


def provider_reference(urn: str, id: str) -> str:
    return f"{urn}::{id}"


def split_reference(reference: str) -> tuple[str, str]:
    """(URN, id) of a provider reference."""
    urn, _, id = reference.rpartition("::")
    return urn, id
