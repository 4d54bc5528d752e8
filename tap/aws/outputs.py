"""From what AWS has to what the state holds: outputs, inputs read back, and what a preview can foretell. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tap.aws.check import settable
from tap.aws.compare import DEFAULTS_KEY, canonical, equal_in_meaning
from tap.aws.config import ProviderConfig
from tap.aws.resource_type import Found, ResourceType
from tap.aws.schema import Kind, TypeSchema, empty_value
from tap.engine.values import UNKNOWN, Properties, Value

_TIMEOUTS_KEY: Final = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0"
"""Terraform's own key for timeouts in a resource's private data, in nanoseconds."""


_UNSETTLED_KEY: Final = "tap:unsettled"


def outputs_of(
    kind: ResourceType,
    schema: TypeSchema,
    config: ProviderConfig,
    *,
    id: str,
    region: str,
    found: Found,
    inputs: Properties,
) -> dict[str, Value]:
    """All outputs of the type, at their empty values where AWS has nothing."""
    if strangers := found.keys() - schema.outputs.keys() - {"id"}:
        raise KeyError(f"{kind.token} has no outputs {sorted(strangers)}")
    outputs = {name: _or_empty(kind, shape, found.get(name)) for name, shape in sorted(schema.outputs.items())}
    outputs["id"] = found.get("id", id)
    if "region" in schema.outputs:
        outputs["region"] = region
    if kind.taggable:
        outputs["tagsAll"] = config.without_ignored(found.get("tags") or {})
        own = config.own_tags(outputs["tagsAll"], inputs.get("tags") or {})
        outputs["tags"] = own or _or_empty(kind, schema.outputs["tags"], None)
    if meta := _meta(kind):
        outputs["__meta"] = meta
    return outputs


def as_unsettled(outputs: Mapping[str, Value]) -> dict[str, Value]:
    """The outputs of a resource whose creation is not complete (`ResourceType.settle`), as the state remembers it.

    It stands in the private data, which a refresh hands on and the real provider does not mind.
    """
    meta = {**json.loads(outputs.get("__meta") or "{}"), _UNSETTLED_KEY: True}
    return {**outputs, "__meta": json.dumps(meta, sort_keys=True, separators=(",", ":"))}


def is_unsettled(outputs: Properties) -> bool:
    meta = outputs.get("__meta")
    return isinstance(meta, str) and _UNSETTLED_KEY in meta


def preview_of_create(kind: ResourceType, schema: TypeSchema, config: ProviderConfig, inputs: Properties) -> Properties:
    """What can be said before: the inputs, what is left out and stays empty; UNKNOWN for what AWS will choose."""
    foretold = {name: _foretold(kind, schema, inputs, name) for name in sorted(schema.outputs)}
    if kind.taggable:
        foretold["tagsAll"] = inputs.get("tagsAll", config.all_tags(inputs.get("tags")))
    return {**foretold, "id": UNKNOWN}


def preview_of_update(
    kind: ResourceType, schema: TypeSchema, config: ProviderConfig, outputs: Properties, news: Properties
) -> Properties:
    """The old outputs with the inputs that change laid over them; what AWS chose once, it keeps."""
    foretold = dict(outputs)
    for name in settable(kind, schema):
        if name in news or name not in schema.computed | kind.computed:
            foretold[name] = _foretold(kind, schema, news, name)
    if kind.taggable:
        foretold["tagsAll"] = news.get("tagsAll", config.all_tags(news.get("tags")))
    return foretold


def refreshed_inputs(kind: ResourceType, schema: TypeSchema, inputs: Properties, outputs: Properties) -> Properties:
    """The stored inputs, with AWS's value wherever it means something else. No key comes in that was not there."""
    fresh: dict[str, Value] = {}
    for key, old in inputs.items():
        if key == DEFAULTS_KEY or key not in outputs or equal_in_meaning(kind, key, old, outputs[key]):
            fresh[key] = old
        else:
            fresh[key] = _reshaped(schema.outputs[key], old, outputs[key])
    return fresh


def imported_inputs(kind: ResourceType, schema: TypeSchema, outputs: Properties) -> Properties:
    """The inputs that would make such a resource: everything that is set and is not the default."""
    inputs: dict[str, Value] = {} if kind.plugin_framework else {DEFAULTS_KEY: []}
    for key in sorted(settable(kind, schema)):
        if canonical(kind, key, outputs.get(key)) != canonical(kind, key, kind.defaults.get(key)):
            inputs[key] = _reshaped(schema.outputs[key], None, outputs[key])
    if kind.taggable and not kind.plugin_framework:
        inputs["tagsAll"] = outputs["tagsAll"]
    return inputs


def _or_empty(kind: ResourceType, shape: Kind, value: Value) -> Value:
    if value is not None:
        return value
    return None if kind.plugin_framework else empty_value(shape)


def _foretold(kind: ResourceType, schema: TypeSchema, inputs: Properties, name: str) -> Value:
    if name in inputs:
        return _without_defaults(inputs[name])
    if name not in schema.inputs or name in schema.computed | kind.computed:
        return UNKNOWN
    return kind.defaults.get(name, _or_empty(kind, schema.outputs[name], None))


def _reshaped(shape: Kind, old: Value, new: Value) -> Value:
    """AWS's value with the keys that the program wrote; where it wrote none, with those that are set."""
    if isinstance(shape, str) or "map" in shape:
        return new
    if isinstance(new, list):
        olds = old if isinstance(old, list) else []
        return [
            _reshaped(shape["list"], olds[index] if index < len(olds) else None, item) for index, item in enumerate(new)
        ]
    if not isinstance(new, dict):
        return new
    fields: Any = shape["object"]
    if isinstance(old, dict):
        kept = {key: _reshaped(fields[key], old[key], new.get(key)) for key in old if key in fields}
        return {DEFAULTS_KEY: old[DEFAULTS_KEY], **kept} if DEFAULTS_KEY in old else kept
    return {key: _reshaped(fields[key], None, item) for key, item in new.items() if item not in (None, "", [], {}, 0)}


def _without_defaults(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _without_defaults(item) for key, item in value.items() if key != DEFAULTS_KEY}
    return [_without_defaults(item) for item in value] if isinstance(value, list) else value


def _meta(kind: ResourceType) -> str:
    """The private data that the real provider would read back: a wrong schema version starts its state upgraders."""
    meta: dict[str, Any] = {}
    if kind.timeouts and not kind.plugin_framework:
        meta[_TIMEOUTS_KEY] = {verb: seconds * 1_000_000_000 for verb, seconds in sorted(kind.timeouts.items())}
    if kind.schema_version:
        meta["schema_version"] = str(kind.schema_version)
    return json.dumps(meta, sort_keys=True, separators=(",", ":")) if meta else ""
