"""From what a program wrote to the inputs that are stored: everything wrong named at once, defaults filled in. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from tap.aws.compare import DEFAULTS_KEY, normalised_json
from tap.aws.config import ProviderConfig
from tap.aws.names import NameTooLongError, generated_name
from tap.aws.resource_type import ResourceType
from tap.aws.schema import Kind, TypeSchema
from tap.aws.tags import MARK_KEY
from tap.engine.provider import CheckFailure, CheckResult
from tap.engine.values import UNKNOWN, Properties, Value

_COMPUTED_BY_CHECK = frozenset({DEFAULTS_KEY, "tagsAll"})
_FROM_TEXT = {"true": True, "false": False}


class _MismatchError(ValueError):
    """A value is of another kind than the schema's; str() says where and what would be right."""


def check(
    kind: ResourceType,
    schema: TypeSchema,
    config: ProviderConfig,
    *,
    urn: str,
    olds: Properties,
    news: Properties,
    seed: bytes,
) -> CheckResult:
    """The inputs as the real provider's Check would store them (`__defaults`, `region`, `tagsAll`, names)."""
    given = {key: value for key, value in news.items() if value is not None and key not in _COMPUTED_BY_CHECK}
    failures = [*_unknown_properties(kind, schema, given), *_missing_properties(kind, schema, given)]
    failures += _reserved_tags(given.get("tags"))
    inputs: dict[str, Value] = {}
    for key in [key for key in given if key in schema.inputs]:
        try:
            inputs[key] = _coerced(kind, key, schema.outputs[key], given[key])
        except ValueError as error:
            failures.append(CheckFailure(key, str(error)))
    if failures:
        return CheckResult(dict(news), tuple(failures))
    if "region" in schema.inputs:
        inputs.setdefault("region", config.region or UNKNOWN)
    try:
        _fill_in(kind, inputs, olds, urn, seed)
    except NameTooLongError as error:
        return CheckResult(dict(news), (CheckFailure(kind.name.property if kind.name else "", str(error)),))
    if kind.taggable and not kind.plugin_framework:
        inputs["tagsAll"] = config.all_tags(inputs.get("tags"))
    problems = tuple(
        CheckFailure(property, problem) for property, problem in kind.validate(wanted(kind, config, inputs))
    )
    return CheckResult(inputs, problems)


def wanted(kind: ResourceType, config: ProviderConfig, inputs: Properties) -> dict[str, Value]:
    """Stored inputs as a resource type is given them (see `Wanted`)."""
    want = {key: _without_defaults(value) for key, value in inputs.items() if key not in _COMPUTED_BY_CHECK}
    want = {**kind.defaults, **{key: value for key, value in want.items() if value is not None}}
    if kind.taggable:
        want["tags"] = inputs["tagsAll"] if "tagsAll" in inputs else config.all_tags(inputs.get("tags"))
    return want


def settable(kind: ResourceType, schema: TypeSchema) -> frozenset[str]:
    """The inputs that this engine honours."""
    return kind.supported | (schema.inputs & {"region"}) | ({"tags"} if kind.taggable else frozenset())


def _unknown_properties(kind: ResourceType, schema: TypeSchema, given: Properties) -> Iterator[CheckFailure]:
    allowed = settable(kind, schema)
    for key in given:
        if key in schema.inputs and key not in allowed:
            yield CheckFailure(key, f"property {key} of {kind.token} is not supported by the embedded engine")
        elif key not in schema.inputs:
            near = difflib.get_close_matches(key, schema.inputs, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield CheckFailure(key, f"{kind.token} has no property {key}{hint}")


def _missing_properties(kind: ResourceType, schema: TypeSchema, given: Properties) -> Iterator[CheckFailure]:
    for key in schema.required:
        if key not in given:
            yield CheckFailure(key, f"missing required property {key} of {kind.token}")


def _reserved_tags(tags: Value) -> Iterator[CheckFailure]:
    if isinstance(tags, dict) and MARK_KEY in tags:
        yield CheckFailure("tags", f"the tag {MARK_KEY} is the engine's own: choose another key")


def _fill_in(kind: ResourceType, inputs: dict[str, Value], olds: Properties, urn: str, seed: bytes) -> None:
    """Old defaulted values stay (a generated name above all: a new one would replace the resource)."""
    if kind.plugin_framework:
        return
    name = kind.name
    prefixed = {name.property} if name and f"{name.property}Prefix" in inputs else set()
    kept = [key for key in olds.get(DEFAULTS_KEY) or () if key not in prefixed]
    defaulted = [key for key in kept if key in olds and key not in inputs]
    inputs.update({key: olds[key] for key in defaulted})
    constants = [key for key in kind.defaults if key not in inputs]
    inputs.update({key: kind.defaults[key] for key in constants})
    if name and name.property not in inputs and not prefixed:
        inputs[name.property] = generated_name(name, urn, inputs, seed)
        constants.append(name.property)
    inputs[DEFAULTS_KEY] = sorted({*defaulted, *constants})


def _coerced(kind: ResourceType, key: str, shape: Kind, value: Value) -> Value:
    if key not in kind.json_properties:
        return _to_kind(shape, value, key, defaults=not kind.plugin_framework)
    try:
        return normalised_json(value)
    except ValueError as error:
        raise _MismatchError(f"{key} is not a JSON document: {error}") from error


def _to_kind(shape: Kind, value: Value, path: str, *, defaults: bool) -> Value:
    """The value as the schema has it: Terraform reads "80" as a number and 80 as text where it must."""
    if value is UNKNOWN or value is None:
        return value
    if isinstance(shape, str):
        return _to_scalar(shape, value, path)
    if "list" in shape:
        if not isinstance(value, list):
            raise _mismatch(path, "a list", value)
        return [
            _to_kind(shape["list"], item, f"{path}[{index}]", defaults=defaults) for index, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        raise _mismatch(path, "an object", value)
    if "map" in shape:
        return {key: _to_kind(shape["map"], item, f"{path}.{key}", defaults=defaults) for key, item in value.items()}
    return _to_object(shape["object"], value, path, defaults=defaults)


def _to_object(shape: Any, value: dict[str, Value], path: str, *, defaults: bool) -> Value:
    given = {key: item for key, item in value.items() if key != DEFAULTS_KEY}
    for key in given.keys() - shape.keys():
        near = difflib.get_close_matches(key, shape, n=1)
        raise _MismatchError(f"{path} has no property {key}" + (f"; did you mean {near[0]}?" if near else ""))
    result = {key: _to_kind(shape[key], item, f"{path}.{key}", defaults=defaults) for key, item in given.items()}
    return {DEFAULTS_KEY: [], **result} if defaults else result


def _to_scalar(shape: str, value: Value, path: str) -> Value:
    if isinstance(value, (list, dict)):
        raise _mismatch(path, f"a {shape}", value)
    if shape == "str":
        return str(value).lower() if isinstance(value, bool) else str(value)
    if shape == "bool":
        if isinstance(value, bool):
            return value
        if str(value).lower() in _FROM_TEXT:
            return _FROM_TEXT[str(value).lower()]
        raise _mismatch(path, "a bool", value)
    if isinstance(value, bool):
        raise _mismatch(path, "a number", value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _mismatch(path, "a number", value) from None
    if shape == "int" and not number.is_integer():
        raise _mismatch(path, "a whole number", value)
    return int(number) if number.is_integer() else number


def _mismatch(path: str, right: str, value: Value) -> _MismatchError:
    return _MismatchError(f"{path} must be {right}, not {value!r}")


def _without_defaults(value: Value) -> Value:
    if isinstance(value, dict):
        items = {key: _without_defaults(item) for key, item in value.items() if key != DEFAULTS_KEY}
        return {key: item for key, item in items.items() if item is not None}
    return [_without_defaults(item) for item in value] if isinstance(value, list) else value
