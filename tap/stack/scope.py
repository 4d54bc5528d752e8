"""What every builder needs to know about the stack that it builds for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tap.stack.naming import Names
from tap.stack.site import Site
from tap.stack.tags import resource_tags


@dataclass(frozen=True)
class Scope:
    """Whose children are made, where, with which names and tags, and how careful to be with them.

    `provider` is None for the stack's own one; `disposable` is whether data may be lost with the stack.
    """

    parent: pulumi.Resource
    names: Names
    site: Site
    base_tags: Mapping[str, str]
    disposable: bool
    provider: pulumi.ProviderResource | None = None

    def tags(self, role: str, component: str, *, iam: bool = False) -> dict[str, str]:
        return resource_tags(self.base_tags, name=self.names.of(role), component=component, iam=iam)

    def options(
        self,
        *,
        after: Sequence[pulumi.Resource] = (),
        keep: bool = False,
        delete_first: bool = False,
        ignore: Sequence[str] = (),
    ) -> pulumi.ResourceOptions:
        """Options of a child: made after those, and deleted before them.

        `keep`: it holds data or is the network, so it is protected unless the stack is disposable. `delete_first`: it
        holds something of which there is only one (a name, an address, a destination), so that a replacement can only
        be made once the old one is gone; Pulumi's default is the other way round.
        """
        return pulumi.ResourceOptions(
            parent=self.parent,
            provider=self.provider,
            depends_on=list(after),
            protect=True if keep and not self.disposable else None,
            delete_before_replace=True if delete_first else None,
            ignore_changes=list(ignore) or None,
        )


def site_of(parent: pulumi.Resource) -> Site:
    """Where the provider that `parent`'s children get really is, whatever it has its settings from."""
    asking = pulumi.InvokeOptions(parent=parent)
    partition = aws.get_partition(opts=asking)
    return Site(
        partition=partition.partition,
        dns_suffix=partition.dns_suffix,
        account_id=aws.get_caller_identity(opts=asking).account_id,
        region=aws.get_region(opts=asking).region,
    )
