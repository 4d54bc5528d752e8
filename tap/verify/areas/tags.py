"""Look at the tags of everything that the state has and that can carry some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tap.verify.area import Area
from tap.verify.facts.scope import Claim, Scope
from tap.verify.facts.seen import Seen, unseen
from tap.verify.facts.tags import Tagged
from tap.verify.reader import Reader

IDS_AT_ONCE_MAX = 200
"""What EC2 takes as values of one filter."""

_EC2 = ("aws:ec2/", "aws:vpc/")


@dataclass(frozen=True, slots=True)
class _Call:
    """How a service tells the tags of one resource. argument takes the resource's id, or its ARN (by_arn)."""

    service: str
    operation: str
    argument: str
    key: str = "Tags"
    by_arn: bool = False
    absent: tuple[str, ...] = ()


_CALLS: Mapping[str, _Call] = {
    "aws:s3/bucket:Bucket": _Call("s3", "GetBucketTagging", "Bucket", "TagSet", absent=("NoSuchTagSet",)),
    "aws:kms/key:Key": _Call("kms", "ListResourceTags", "KeyId"),
    "aws:cloudwatch/logGroup:LogGroup": _Call("logs", "ListTagsForResource", "resourceArn", "tags", by_arn=True),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _Call("cloudwatch", "ListTagsForResource", "ResourceARN", by_arn=True),
    "aws:sns/topic:Topic": _Call("sns", "ListTagsForResource", "ResourceArn"),
    "aws:iam/role:Role": _Call("iam", "ListRoleTags", "RoleName"),
}


def _collect(reader: Reader, scope: Scope) -> tuple[Tagged, ...]:
    taggable = [claim for claim in scope.claims if "tags" in claim.outputs]
    of_ec2 = [claim for claim in taggable if claim.type.startswith(_EC2)]
    others = [claim for claim in taggable if not claim.type.startswith(_EC2)]
    return (*_tagged_in_ec2(reader, of_ec2), *reader.each(partial(_tagged, reader), others))


def _tagged_in_ec2(reader: Reader, claims: Sequence[Claim]) -> Iterator[Tagged]:
    """EC2 tells the tags of many resources at once, and nothing of those that have none."""
    for region in sorted({claim.region for claim in claims}):
        here = [claim for claim in claims if claim.region == region]
        for start in range(0, len(here), IDS_AT_ONCE_MAX):
            yield from _some_in_ec2(reader, here[start : start + IDS_AT_ONCE_MAX], region)


def _some_in_ec2(reader: Reader, claims: Sequence[Claim], region: str) -> Iterator[Tagged]:
    filters = [{"Name": "resource-id", "Values": [claim.id for claim in claims]}]
    found: dict[str, dict[str, str]] = {}
    for tag in reader.items("ec2", "DescribeTags", "Tags", region=region, Filters=filters):
        found.setdefault(tag["ResourceId"], {})[tag["Key"]] = tag["Value"]
    for claim in claims:
        yield Tagged(claim.name, claim.id, claim.type, Seen(found.get(claim.id, {})))


def _tagged(reader: Reader, claim: Claim) -> Tagged:
    iam = claim.type.startswith("aws:iam/")
    call = _CALLS.get(claim.type)
    if call is None:
        why = f"it is not known how to ask for the tags of a {claim.type}"
        return Tagged(claim.name, claim.id, claim.type, unseen(why), iam)
    answer = reader.answer(
        call.service,
        call.operation,
        subject=claim.id,
        region=claim.region,
        absent=call.absent,
        **{call.argument: claim.arn if call.by_arn else claim.id},
    )
    if answer is None:
        return Tagged(claim.name, claim.id, claim.type, unseen(f"the tags of {claim.id} were not seen"), iam)
    return Tagged(claim.name, claim.id, claim.type, Seen(_mapping(answer.get(call.key, ()))), iam)


def _mapping(told: Mapping[str, str] | Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Some services tell tags as a mapping, others as a list, and KMS by names of its own."""
    if isinstance(told, Mapping):
        return told
    return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue", "")) for tag in told}


TAGS = Area(
    "tags",
    frozenset(
        {
            "cloudwatch:ListTagsForResource",
            "ec2:DescribeTags",
            "iam:ListRoleTags",
            "kms:ListResourceTags",
            "logs:ListTagsForResource",
            "s3:GetBucketTagging",
            "sns:ListTagsForResource",
        }
    ),
    _collect,
    traced=True,
)
