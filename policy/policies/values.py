"""Reading a resource's properties, some of which a preview does not know yet; and the resources that belong to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_policy import PolicyResource, ReportViolation, ResourceValidationArgs, ResourceValidationPolicy
from pulumi_policy.proxy import UnknownValueError

UNKNOWN: Final = object()
"""In place of a value that the preview does not know: there will be one."""

Finder = Callable[[ResourceValidationArgs], Iterator[str]]


def value(properties: Mapping[str, Any], key: str) -> Any:
    """The property; None if it is not there, UNKNOWN if it can not be known yet."""
    try:
        return properties.get(key)
    except UnknownValueError:
        return UNKNOWN


def at(properties: Mapping[str, Any], *path: str | int) -> Any:
    """The value at that path; None where the path ends early, UNKNOWN where it leads into what is not known."""
    here: Any = properties
    for part in path:
        if isinstance(part, str) and isinstance(here, Mapping):
            here = value(here, part)
        elif isinstance(part, int) and _is_list(here) and part < len(here):
            here = _item(here, part)
        else:
            return here if here is UNKNOWN else None
    return here


def items(properties: Mapping[str, Any], key: str) -> list[Any]:
    """The list's items, UNKNOWN for those that are; [] for no list."""
    found = value(properties, key)
    return [_item(found, index) for index in range(len(found))] if _is_list(found) else []


def is_disposable(config: Mapping[str, Any]) -> bool:
    """Whether the stack's data may be lost with it: by the policy's own configuration, or by the stack's."""
    own = config.get("disposable")
    return bool(own) if own is not None else bool(pulumi.Config("tap").get_bool("disposable"))


def side_resources(bucket: PolicyResource, resources: Sequence[PolicyResource], kind: str) -> list[PolicyResource]:
    """The resources of that kind whose `bucket` is this one."""
    names = {each for key in ("bucket", "id") if isinstance(each := value(bucket.props, key), str)}
    return [
        each
        for each in resources
        if each.resource_type.rpartition(":")[2].removesuffix("V2") == kind
        and (bucket in each.property_dependencies.get("bucket", []) or value(each.props, "bucket") in names)
    ]


def policy(name: str, description: str, find: Finder, **more: Any) -> ResourceValidationPolicy:
    """A policy on single resources: every text that `find` gives is a violation."""

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        for problem in find(args):
            report_violation(problem, None)

    return ResourceValidationPolicy(name, description, validate, **more)


def _is_list(found: Any) -> bool:
    return isinstance(found, Sequence) and not isinstance(found, str)


def _item(found: Sequence[Any], index: int) -> Any:
    try:
        return found[index]
    except UnknownValueError:
        return UNKNOWN
