"""Tags of everything in the stack. Pure.

IAM compares tag keys without regard to case and so refuses `environment` next to `Environment`, which the rest of AWS
takes and which the stack's users ask for. `resource_tags` is the one place that knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tap.posture.tags import ENVIRONMENT as ENVIRONMENT  # the stack has it from here, too
from tap.posture.tags import MOST_TAGS, form_problems

_SUFFIX_KEY = "Environment"
_SUFFIX_KEY_IN_IAM = "EnvironmentSuffix"
_RESOURCE_KEYS = ("Name", "Component", _SUFFIX_KEY_IN_IAM)


def own_tags(suffix: str, stack: str) -> dict[str, str]:
    """The tags that the stack itself puts on everything."""
    return {
        "environment": ENVIRONMENT,
        _SUFFIX_KEY: suffix,
        "Project": "IaC-AWS-Nova-Model-Breaking",
        "ManagedBy": "Pulumi",
        "Stack": stack,
    }


def base_tags(suffix: str, stack: str, extra: Mapping[str, str] | None) -> dict[str, str]:
    """The stack's own tags and the caller's; a caller's key that only respells one of ours adds nothing."""
    own = own_tags(suffix, stack)
    folded = {key.casefold() for key in own}
    return own | {key: value for key, value in (extra or {}).items() if key.casefold() not in folded}


def resource_tags(base: Mapping[str, str], *, name: str, component: str, iam: bool = False) -> dict[str, str]:
    """The tags of one resource. `iam`: keep `environment: production`, carry the suffix under another key."""
    tags = {**base, "Name": name, "Component": component}
    if iam:
        tags[_SUFFIX_KEY_IN_IAM] = tags.pop(_SUFFIX_KEY)
    return tags


def tag_problems(extra: Mapping[object, object], suffix: str, stack: str) -> Iterator[tuple[str, object, str]]:
    """What is wrong with the caller's tags, as (key, value, what would be right)."""
    own = own_tags(suffix, stack)
    seen: dict[str, str] = {}
    for key, value in extra.items():
        if not isinstance(key, str) or not isinstance(value, str):
            yield str(key), value, "a string under a key that is a string"
            continue
        folded = key.casefold()
        if folded in seen and key not in own:
            yield key, value, f"one spelling only: IAM takes it and {seen[folded]!r} for the same key"
        seen.setdefault(folded, key)
        for right in form_problems(key, value):
            yield key, value, right
        yield from _override_problems(key, value, own)
    most = MOST_TAGS - len(own) - len(_RESOURCE_KEYS)
    if len(extra) > most:
        yield "", f"{len(extra)} tags", f"at most {most}: AWS allows {MOST_TAGS}, and the stack adds its own"


def _override_problems(key: str, value: str, own: Mapping[str, str]) -> Iterator[tuple[str, object, str]]:
    folded = key.casefold()
    if folded in {reserved.casefold() for reserved in _RESOURCE_KEYS}:
        yield key, value, "another key: the stack sets this one on each resource"
        return
    ours = [own[key]] if key in own else [own[one] for one in own if one.casefold() == folded]
    if ours and value not in ours:
        yield key, value, f"{ours[0]!r} or no such tag: a base tag can not be overridden, in any spelling"
