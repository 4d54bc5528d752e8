"""The Python that states a resource: what `tap import` prints for the program."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tap.engine.model import Resource
from tap.engine.urn import name_of
from tap.engine.values import Secret, Value

Kind = str | Mapping[str, Any]
"""As tap.aws.schema has it; it tells a map, whose keys are data, from an object, whose keys are properties."""

_UNWRITTEN = frozenset({"__defaults", "tagsAll"})
"""Inputs that the provider itself makes."""

_INDENT = "    "


def snake_case(property: str) -> str:
    """A property's name in Python, as Pulumi's SDKs spell it: `ipv6CidrBlock` is `ipv6_cidr_block`."""
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", property)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text).lower()
    return text + "_" if keyword.iskeyword(text) else text


def variable(name: str) -> str:
    """A resource's name as the name of a variable."""
    text = re.sub(r"\W+", "_", name).strip("_").lower() or "resource"
    return f"_{text}" if text[0].isdigit() or keyword.iskeyword(text) else text


def constructor(resource: Resource, kind_of: Callable[[str], Kind], *, is_root: Callable[[str], bool]) -> str:
    """The statement that makes this resource, with its imports. is_root: whether a parent's URN is the stack's."""
    package, module, name = resource.type.split(":")
    place = ".".join(part for part in (package, module.partition("/")[0]) if part != "index")
    arguments = [
        f"{snake_case(key)}={_literal(value, kind_of(key), 1)}"
        for key, value in sorted(resource.inputs.items())
        if key not in _UNWRITTEN
    ]
    options = list(_options(resource, is_root))
    if options:
        arguments.append(f"opts=pulumi.ResourceOptions({', '.join(options)})")
    lines = [f"{variable(name_of(resource.urn))} = {place}.{name}({name_of(resource.urn)!r}"]
    call = ",\n".join([*lines, *(_INDENT + argument for argument in arguments)]) + ")"
    return f"import pulumi\nimport pulumi_{package} as {package}\n\n{call}\n"


def _options(resource: Resource, is_root: Callable[[str], bool]) -> Iterable[str]:
    if resource.parent and not is_root(resource.parent):
        yield f"parent={variable(name_of(resource.parent))}"
    provider = name_of(resource.provider.rpartition("::")[0]) if resource.provider else "default"
    if provider != "default" and not provider.startswith("default_"):
        yield f"provider={variable(provider)}"
    if resource.protect:
        yield "protect=True"


def _literal(value: Value, kind: Kind, depth: int) -> str:
    if isinstance(value, Secret):
        return f"pulumi.Output.secret({_literal(value.value, kind, depth)})"
    if isinstance(value, list):
        inner = kind.get("list", "str") if isinstance(kind, Mapping) else "str"
        return _bracketed("[]", [_literal(item, inner, depth + 1) for item in value], depth)
    if isinstance(value, dict):
        items = [
            f"{(snake_case(key) if _is_object(kind) else key)!r}: {_literal(item, _kind_in(kind, key), depth + 1)}"
            for key, item in value.items()
            if key not in _UNWRITTEN
        ]
        return _bracketed("{}", items, depth)
    return repr(value)


def _is_object(kind: Kind) -> bool:
    return isinstance(kind, Mapping) and "object" in kind


def _kind_in(kind: Kind, key: str) -> Kind:
    if not isinstance(kind, Mapping):
        return "str"
    found: Kind = kind["object"].get(key, "str") if "object" in kind else kind.get("map", "str")
    return found


def _bracketed(brackets: str, items: list[str], depth: int) -> str:
    if not items:
        return brackets
    inner = "".join(f"{_INDENT * (depth + 1)}{item},\n" for item in items)
    return f"{brackets[0]}\n{inner}{_INDENT * depth}{brackets[1]}"
