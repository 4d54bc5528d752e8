"""What the state claims to be there, and what the stack's config says of it: where to look, and for what. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tap.engine.model import STACK_TYPE, Resource
from tap.engine.values import Value
from tap.local_aws.credentials import DEFAULT_REGION
from tap.state.checkpoint import Checkpoint

ALLOWED_CIDR_DEFAULT = "10.0.0.0/8"
"""Where SSH may come from, unless the config says otherwise: TapStackArgs.allowed_cidr."""

TIERS = ("web", "app", "db", "ssh")
"""The keys of the stack's output `security_group_ids`."""


OUTPUTS = "outputs"
"""For rules: an area of its own, blind unless the stack's outputs name its tiers' groups and its subnets."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A resource that the state says is in the cloud. region: of its provider. Secrets read `[secret]`."""

    urn: str
    type: str
    id: str
    region: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rpartition("::")[2]

    @property
    def arn(self) -> str:
        """ "" for what has none."""
        return str(self.outputs.get("arn") or "")


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """settings: the config of the program, by key without its namespace, lists and mappings as JSON, secrets left out.

    outputs: the stack's. pending: URNs of operations whose end nobody knows. leaving: ids that wait to be deleted.
    """

    project: str
    stack: str
    region: str
    claims: tuple[Claim, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    pending: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    def of(self, *types: str) -> Iterator[Claim]:
        """The claims of these types, in the state's order."""
        return (claim for claim in self.claims if claim.type in types)

    def ids(self, *types: str) -> tuple[str, ...]:
        return tuple(claim.id for claim in self.of(*types))

    @property
    def accounts(self) -> frozenset[str]:
        """The account numbers in the ARNs that the state knows."""
        parts = (claim.arn.split(":") for claim in self.claims)
        return frozenset(each[4] for each in parts if len(each) > 5 and each[4].isdigit())

    @property
    def allowed_cidr(self) -> str:
        return self.settings.get("allowed_cidr") or ALLOWED_CIDR_DEFAULT

    @property
    def groups(self) -> dict[str, str]:
        """Tier -> id of its security group, as far as the stack's outputs tell."""
        told = self.outputs.get("security_group_ids")
        return {tier: str(told[tier]) for tier in TIERS if isinstance(told, Mapping) and told.get(tier)}

    @property
    def missing_outputs(self) -> tuple[str, ...]:
        """What the outputs would have to name, and do not."""
        subnets = [f"{kind}_subnet_ids" for kind in ("public", "private") if not self.subnet_ids(kind)]
        return (*subnets, *(f"security_group_ids.{tier}" for tier in TIERS if tier not in self.groups))

    def subnet_ids(self, kind: str) -> tuple[str, ...]:
        """Those of the output `public_subnet_ids` or `private_subnet_ids`."""
        told = self.outputs.get(f"{kind}_subnet_ids")
        return tuple(map(str, told)) if isinstance(told, (list, tuple)) else ()


def scope_of(checkpoint: Checkpoint, project: str, stack: str, settings: Mapping[str, str]) -> Scope:
    """What the state of the stack claims. What waits to be deleted, and what was only read, is no claim."""
    regions = {
        f"{resource.urn}::{resource.id}": str(resource.inputs.get("region") or "")
        for resource in checkpoint.resources
        if resource.is_provider
    }
    region = next((regions[key] for key in regions if "::default" in key and regions[key]), "")
    outputs: Mapping[str, Value] = {}
    for resource in checkpoint.resources:
        if resource.type == STACK_TYPE:
            outputs = resource.outputs
    return Scope(
        project,
        stack,
        region or settings.get("aws:region") or next(filter(None, regions.values()), DEFAULT_REGION),
        tuple(
            Claim(each.urn, each.type, each.id, _region_of(each, regions), each.inputs, each.outputs)
            for each in checkpoint.resources
            if each.custom and not each.is_provider and not each.delete and not each.external
        ),
        outputs,
        {key.partition(":")[2]: value for key, value in settings.items() if key.startswith(f"{project}:")},
        tuple(operation.resource.urn for operation in checkpoint.pending),
        tuple(each.id for each in checkpoint.resources if each.custom and each.delete),
    )


def _region_of(resource: Resource, regions: Mapping[str, str]) -> str:
    return str(resource.outputs.get("region") or regions.get(resource.provider) or "")
