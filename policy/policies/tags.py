"""Every resource that takes tags carries `environment: production`, and none that AWS or IAM refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi_policy import ResourceValidationArgs

from policies.values import UNKNOWN, policy, value
from tap.aws.schema import type_schema
from tap.posture.tags import form_problems, tag_problems

_NOT_KNOWN_YET = "not known yet"


def problems(args: ResourceValidationArgs) -> Iterator[str]:
    if not _is_taggable(args):
        return
    asked, merged = value(args.props, "tags"), value(args.props, "tagsAll")
    if UNKNOWN in (asked, merged):
        return  # all of them depend on what does not exist yet: the update judges
    tags = {**_texts(merged), **_texts(asked)}
    yield from tag_problems(tags, iam=args.resource_type.startswith("aws:iam/"))
    for key, text in tags.items():
        for right in form_problems(key, text):
            yield f"{key!r} = {text!r}: must be {right}"


def _is_taggable(args: ResourceValidationArgs) -> bool:
    """By the schema of the types that TapStack is made of; of others by whether the provider speaks of tags at all."""
    if not args.resource_type.startswith("aws:"):
        return False
    try:
        return "tags" in type_schema(args.resource_type).inputs
    except KeyError:
        return not {"tags", "tagsAll"}.isdisjoint(list(args.props))  # `in` would raise where they are not known yet


def _texts(tags: object) -> dict[str, str]:
    if not isinstance(tags, Mapping):
        return {}
    found = {key: value(tags, key) for key in tags}
    return {key: _NOT_KNOWN_YET if text is UNKNOWN else str(text) for key, text in found.items()}


POLICIES = [policy("strict-tags", "Every taggable resource carries the tag environment: production.", problems)]
