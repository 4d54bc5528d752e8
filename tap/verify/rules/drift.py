"""Where the state and the cloud differ: what is missing, what is there besides, what is not as the state says."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.finding import Flaw, Severity
from tap.verify.rule import rule
from tap.verify.rules.network_claims import differences, things
from tap.verify.rules.network_strangers import strangers

_NETWORK = ("network",)


@rule(
    "network-of-the-state-exists",
    severity=Severity.HIGH,
    title="Everything of the network that the state has is in the cloud",
    areas=_NETWORK,
)
def network_of_the_state_exists(facts: Facts) -> Iterator[Flaw]:
    for claim, there in things(facts):
        if there is None:
            yield Flaw(
                claim.id,
                f"the state has it ({claim.name}), the cloud does not",
                "`tap up --refresh` makes it anew",
            )


@rule(
    "network-is-as-the-state-says",
    severity=Severity.HIGH,
    title="What decides about traffic is in the cloud as the state says",
    areas=_NETWORK,
)
def network_is_as_the_state_says(facts: Facts) -> Iterator[Flaw]:
    for claim, there in things(facts):
        if there is not None and (differing := list(differences(claim, there))):
            said = "; ".join(f"{what} is {have}, the state says {want}" for what, have, want in differing)
            yield Flaw(claim.id, f"{claim.name}: {said}", "`tap up --refresh` mends it")


@rule(
    "nothing-beside-the-state",
    severity=Severity.MEDIUM,
    title="Nothing is in the VPC that decides about traffic and that the state does not have",
    areas=_NETWORK,
)
def nothing_beside_the_state(facts: Facts) -> Iterator[Flaw]:
    for stranger in strangers(facts):
        yield Flaw(
            stranger.id,
            f"the state does not have this {stranger.what}",
            "delete it, or write it into the program and adopt it: `tap import`",
        )
