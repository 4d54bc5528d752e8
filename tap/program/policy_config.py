"""What a policy pack is configured with: its own defaults, and over them what the user's file says. Pure.

The order is Pulumi's (`ReconcilePolicyPackConfig`): the policies' schemas, the pack's own configuration, `all` of the
file, its single policies. Unlike Pulumi's, a policy that the pack does not have is an error, not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from tap.project.policy_pack import EVERY_POLICY

LEVEL: Final = "enforcementLevel"
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """One policy as its pack describes it. `schema`: JSON schema by property; `required`: properties."""

    name: str
    level: str
    schema: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: Sequence[str] = ()


def reconciled(
    policies: Sequence[PolicyInfo], own: Mapping[str, Mapping[str, Any]], given: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Policy -> its level under `enforcementLevel` and its properties; and everything that is wrong with it.

    `own`: the pack's own configuration, `given`: the user's, both in that same form, with `all` for every policy.
    """
    config: dict[str, dict[str, Any]] = {policy.name: {LEVEL: policy.level, **_defaults(policy)} for policy in policies}
    problems = []
    for source in (own, given):
        if level := source.get(EVERY_POLICY, {}).get(LEVEL):
            for set_up in config.values():
                set_up[LEVEL] = level
        for name, values in source.items():
            if name in config:
                config[name] = {**config[name], **values}
            elif name != EVERY_POLICY and source is given:
                problems.append(_unknown(name, list(config)))
    problems += [problem for policy in policies for problem in _problems(policy, config[policy.name])]
    return config, problems


def _defaults(policy: PolicyInfo) -> dict[str, Any]:
    return {name: schema["default"] for name, schema in policy.schema.items() if "default" in schema}


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    right = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(known))}"
    return f"{name}: the pack has no such policy; {right}"


def _problems(policy: PolicyInfo, values: Mapping[str, Any]) -> Iterator[str]:
    for name in policy.required:
        if name not in values:
            yield f"{policy.name}.{name}: is required"
    for name, value in values.items():
        if name == LEVEL:
            continue
        schema = policy.schema.get(name)
        if schema is None:
            yield f"{policy.name}.{name}: the policy has no such property"
        elif problem := _value_problem(schema, value):
            yield f"{policy.name}.{name}: {problem}, found {value!r}"


def _value_problem(schema: Mapping[str, Any], value: Any) -> str:
    """What would be right, of a schema's `type` and `enum`; the pack itself judges by the rest of it."""
    expected = schema.get("type")
    types = _TYPES.get(expected) if isinstance(expected, str) else None
    if types and (not isinstance(value, types) or (isinstance(value, bool) and bool not in types)):
        return f"a value of type {expected} is expected"
    if "enum" in schema and value not in schema["enum"]:
        return f"one of {', '.join(map(str, schema['enum']))} is expected"
    return ""
