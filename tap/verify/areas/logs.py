"""Look at the stack's log groups and their keys."""

from __future__ import annotations

from tap.verify.area import Area
from tap.verify.areas.keys import KEY_ACTIONS, look_at_key
from tap.verify.facts.logs import LogFacts, LogGroup
from tap.verify.facts.scope import Claim, Scope
from tap.verify.facts.seen import Seen
from tap.verify.reader import Reader


def _collect(reader: Reader, scope: Scope) -> LogFacts:
    claims = list(scope.of("aws:cloudwatch/logGroup:LogGroup"))
    looked = reader.each(lambda claim: _group(reader, claim), claims)
    gone = tuple(claim.id for claim, group in zip(claims, looked, strict=True) if group is None)
    return LogFacts(tuple(group for group in looked if group is not None), gone)


def _group(reader: Reader, claim: Claim) -> LogGroup | None:
    """None if it is not there. One that could not be looked at makes the area blind, so that no rule is asked."""
    found = reader.items("logs", "DescribeLogGroups", "logGroups", region=claim.region, logGroupNamePrefix=claim.id)
    described = next((each for each in found if each["logGroupName"] == claim.id), None)
    if described is None:
        return None
    key_arn = described.get("kmsKeyId", "")
    return LogGroup(
        name=claim.id,
        arn=described["arn"].removesuffix(":*"),
        region=claim.region,
        retention_days=described.get("retentionInDays"),
        key_arn=key_arn,
        key=look_at_key(reader, key_arn, claim.region) if key_arn else Seen(None),
    )


LOGS = Area("logs", KEY_ACTIONS | {"logs:DescribeLogGroups"}, _collect, traced=True)
