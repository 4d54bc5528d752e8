"""Tags: what to set and what to take away, and the shapes in which AWS's services carry them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tap.aws.resource_type import Client, Found, Wanted

Tags = Mapping[str, str]

MARK_KEY: Final = "tap:mark"
"""The tag by which a creation is found again if its answer is lost. It is nobody's input, output or drift."""

EC2_TAG_ACTIONS = frozenset({"ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeTags"})


def diff_tags(have: Tags, want: Tags) -> tuple[dict[str, str], list[str]]:
    """(tags to set, keys to remove) that make `want` out of `have`."""
    changed = {key: value for key, value in want.items() if have.get(key) != value}
    return changed, [key for key in have if key not in want]


def to_list(tags: Tags, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """AWS's list of pairs; KMS spells them `TagKey`, `TagValue`."""
    return [{key: name, value: content} for name, content in tags.items()]


def from_list(pairs: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    return {pair[key]: pair.get(value, "") for pair in pairs or ()}


def ec2_tag_specifications(kind: str, want: Wanted) -> dict[str, Any]:
    """The argument that tags an EC2 resource as it is created, or nothing: AWS refuses an empty one."""
    tags = to_list(want.get("tags", {}))
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def sync_ec2_tags(ec2: Client, id: str, have: Found, want: Wanted) -> None:
    changed, removed = diff_tags(have.get("tags", {}), want.get("tags", {}))
    if removed:
        ec2.delete_tags(Resources=[id], Tags=[{"Key": key} for key in removed])
    if changed:
        ec2.create_tags(Resources=[id], Tags=to_list(changed))


def ec2_ids_marked(ec2: Client, mark: str) -> list[str]:
    """The ids of what carries the mark. What is deleted may be among them for a while."""
    filters = [{"Name": "key", "Values": [MARK_KEY]}, {"Name": "value", "Values": [mark]}]
    return [tag["ResourceId"] for tag in ec2.describe_tags(Filters=filters)["Tags"]]
