"""Make schema.json out of the installed pulumi_aws: `python -m tap.aws.generate_schema`.

Run it after an upgrade of pulumi_aws or after adding a resource type. The provider itself never imports pulumi_aws:
that takes most of a second.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from pulumi import _types as sdk_types

from tap.aws import registry
from tap.aws.schema import SCHEMA_FILE

Kind = Any
"""`str`, `bool`, `int`, `float`, {"list": kind}, {"map": kind} or {"object": {property: kind}}."""

_SCALARS: Mapping[type, str] = {str: "str", bool: "bool", int: "int", float: "float"}
_NOT_INPUTS = frozenset({"__self__", "resource_name", "opts", "__props__"})
_TYPE_ALIAS = re.compile(r'pulumi\.Alias\(type_="([^"]+)"\)')


def generate(tokens: Iterable[str]) -> dict[str, Any]:
    """The schema document for these resource types, and for the provider's own configuration."""
    return {
        "provider": {"inputs": sorted(_property_names(importlib.import_module("pulumi_aws").Provider).values())},
        "types": {token: _resource(_resource_class(token)) for token in sorted(tokens)},
    }


def to_text(document: Mapping[str, Any]) -> str:
    """One line per resource type: a change of one is a change of one line."""
    lines = [f"  {json.dumps(token)}: {json.dumps(entry)}" for token, entry in document["types"].items()]
    types = ",\n".join(lines)
    return f'{{\n "provider": {json.dumps(document["provider"])},\n "types": {{\n{types}\n }}\n}}\n'


def _resource_class(token: str) -> Any:
    _, module, name = token.split(":")
    found = getattr(importlib.import_module(f"pulumi_aws.{module.split('/')[0]}"), name)
    if found.pulumi_type != token:
        raise ValueError(f"pulumi_aws has {found.pulumi_type} where {token} was looked for")
    return found


def _resource(resource: Any) -> dict[str, Any]:
    outputs = {name: _kind(hint) for name, hint in sdk_types.resource_types(resource).items()}
    inputs = _property_names(resource)
    required = _required(resource)
    return {
        "inputs": sorted(set(inputs.values())),
        "required": sorted(inputs[name] for name in required),
        "computed": sorted(
            inputs[name] for name in inputs if name not in required and _is_always_there(resource, name)
        ),
        "outputs": dict(sorted(outputs.items())),
        "aliases": sorted(set(_TYPE_ALIAS.findall(inspect.getsource(resource._internal_init)))),
    }


def _property_names(resource: Any) -> dict[str, str]:
    """Python name -> Pulumi's name of every input."""
    names = [name for name in inspect.signature(resource._internal_init).parameters if name not in _NOT_INPUTS]
    return {name: _pulumi_name(_arguments(resource), name) for name in names}


def _arguments(resource: Any) -> Any:
    """The class of the arguments: `BucketInitArgs` where `BucketArgs` is the name of something nested."""
    module = sys.modules[resource.__module__]
    return getattr(module, f"{resource.__name__}InitArgs", None) or getattr(module, f"{resource.__name__}Args")


def _pulumi_name(arguments: Any, name: str) -> str:
    return str(sdk_types.input_type_py_to_pulumi_names(arguments)[name])


def _required(resource: Any) -> list[str]:
    parameters = inspect.signature(_arguments(resource).__init__).parameters.values()
    return [each.name for each in parameters if each.name not in _NOT_INPUTS and each.default is each.empty]


def _is_always_there(resource: Any, name: str) -> bool:
    """Whether the output is no `Optional`: Pulumi writes so what Terraform calls Computed."""
    hint = typing.get_args(getattr(resource, name).fget.__annotations__["return"])[0]
    return type(None) not in typing.get_args(hint)


def _kind(hint: Any) -> Kind:
    plain = sdk_types.unwrap_optional_type(hint)
    if plain in _SCALARS:
        return _SCALARS[plain]
    origin = typing.get_origin(plain)
    arguments = typing.get_args(plain)
    if origin is not None and issubclass(origin, typing.Mapping):
        return {"map": _kind(arguments[1])}
    if origin is not None and issubclass(origin, typing.Sequence):
        return {"list": _kind(arguments[0])}
    if sdk_types.is_output_type(plain):
        return {"object": {name: _kind(each) for name, each in sdk_types.output_type_types(plain).items()}}
    raise TypeError(f"no kind for {hint!r}")


def main() -> None:
    SCHEMA_FILE.write_text(to_text(generate(registry.tokens())), encoding="utf-8")


if __name__ == "__main__":
    main()
