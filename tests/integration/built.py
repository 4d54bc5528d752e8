"""A stack after `tap up`, seen through boto3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.integration.inventory import Inventory, tags_of


@dataclass(repr=False)
class Built:
    """What there is now, and what there was before: of what is not in both, `tap up` is the maker.

    pictures, graph: what `tap graph` makes of it, as SVG by view, and as JSON.
    """

    outputs: dict[str, Any]
    before: Inventory
    after: Inventory
    pictures: dict[str, str]
    graph: dict[str, Any]

    def of(self, kind: str, region: str = "us-east-1") -> dict[str, Any]:
        """What is new of a type, by the `Name` tag; what AWS made by itself and has none is under "?"."""
        key = f"{region} {kind}"
        fresh = [each for id_, each in self.after[key].items() if id_ not in self.before[key]]
        return {tags_of(each.get("Tags") or each.get("TagSet") or []).get("Name", "?"): each for each in fresh}

    def role(self, name: str) -> dict[str, Any]:
        """The role of a logical name, to which Pulumi adds a random end."""
        (found,) = [each for key, each in self.after["role"].items() if key.startswith(f"{name}-")]
        return found

    def key(self, alias: str) -> dict[str, Any]:
        """The key behind an alias."""
        target = self.after["us-east-1 alias"][alias]["TargetKeyId"]
        return self.after["us-east-1 key"][target]
