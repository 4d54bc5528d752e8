"""Look at KMS keys: those of the stack, and those that something of the stack is encrypted with."""

from __future__ import annotations

from functools import partial

from tap.verify.area import Area
from tap.verify.facts.keys import CUSTOMER, Key, KeyFacts, OwnKey
from tap.verify.facts.scope import Claim, Scope
from tap.verify.facts.seen import Seen, unseen
from tap.verify.policies.document import read_policy
from tap.verify.reader import Reader

KEY_ACTIONS = frozenset({"kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus"})
"""What `look_at_key` calls."""

_GONE = ("NotFoundException",)


def look_at_key(reader: Reader, reference: str, region: str) -> Seen[Key | None]:
    """The key of that id, ARN or alias; None if there is none."""
    answer = reader.answer("kms", "DescribeKey", subject=reference, region=region, absent=_GONE, KeyId=reference)
    if answer is None:
        return unseen(f"kms:DescribeKey of {reference} failed")
    if not answer:
        return Seen(None)
    described = answer["KeyMetadata"]
    key = Key(described["Arn"], described["KeyState"], described["KeyManager"])
    if key.manager != CUSTOMER:
        return Seen(key)
    ask = partial(reader.answer, "kms", subject=key.arn, region=region, KeyId=key.arn)
    rotation, policy = ask("GetKeyRotationStatus"), ask("GetKeyPolicy", PolicyName="default")
    return Seen(
        Key(
            key.arn,
            key.state,
            key.manager,
            unseen(f"kms:GetKeyRotationStatus of {key.arn} failed")
            if rotation is None
            else Seen(bool(rotation.get("KeyRotationEnabled"))),
            unseen(f"kms:GetKeyPolicy of {key.arn} failed")
            if policy is None
            else Seen(read_policy(policy.get("Policy"))),
        )
    )


def _collect(reader: Reader, scope: Scope) -> KeyFacts:
    named = {claim.outputs.get("targetKeyId"): claim.id for claim in scope.of("aws:kms/alias:Alias")}
    claims = list(scope.of("aws:kms/key:Key"))
    looked = reader.each(lambda claim: _own_key(reader, claim, str(named.get(claim.id, ""))), claims)
    gone = tuple(claim.id for claim, found in zip(claims, looked, strict=True) if found is None)
    return KeyFacts(tuple(found for found in looked if found is not None), gone)


def _own_key(reader: Reader, claim: Claim, alias: str) -> OwnKey | None:
    """None where it is not there any more."""
    found = look_at_key(reader, claim.id, claim.region)
    if found.unseen:
        return OwnKey(claim.id, unseen(found.unseen), alias, unseen(found.unseen))
    if found.value is None:
        return None
    key = Seen(found.value)
    aliases = reader.answer("kms", "ListAliases", subject=claim.id, region=claim.region, KeyId=claim.id)
    if aliases is None or aliases.get("Truncated"):
        return OwnKey(claim.id, key, alias, unseen(f"the aliases of {claim.id} were not all seen"))
    return OwnKey(claim.id, key, alias, Seen(tuple(each["AliasName"] for each in aliases["Aliases"])))


KEYS = Area("keys", KEY_ACTIONS | {"kms:ListAliases"}, _collect, traced=True)
