"""What EC2's resources have in common: tags in the call that creates them, and one call that finds them by a tag."""

from __future__ import annotations

from tap.aws.resource_type import Aws, ResourceType, Wanted
from tap.aws.tags import ec2_ids_marked


class Ec2Resource(ResourceType):
    """A resource that EC2 gives an id of its own."""

    taggable = True
    marked_by_tag = True

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return ec2_ids_marked(aws.client("ec2"), mark)
