"""S3: the bucket itself. Its settings are types of their own (`s3_settings`, `s3_rules`)."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from tap.aws.errors import code_of
from tap.aws.names import wanted_name
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, Made, ResourceType, Wanted
from tap.aws.tags import from_list, to_list
from tap.aws.validation import Problems, length, matches, not_together
from tap.aws.waits import WaitCancelledError, WaitTimeoutError, wait
from tap.engine.provider import ProviderError

_ABSENT: Final = frozenset({"NoSuchBucket", "404"})
"""HeadBucket's answers have no body, so their code is the HTTP status."""

_FIRST_REGION: Final = "us-east-1"
"""The only region without a location constraint, and where making a bucket again is answered with 200."""

_DNS_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}

_HOSTED_ZONE_IDS: Final = {
    "af-south-1": "Z83WF9RJE8B12",
    "ap-east-1": "ZNB98KWMFR0R6",
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-northeast-2": "Z3W03O7B5YMIYP",
    "ap-northeast-3": "Z2YQB5RD63NC85",
    "ap-south-1": "Z11RGJOFQNVJUP",
    "ap-south-2": "Z02976202B4EZMXIPMXF7",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ap-southeast-3": "Z01846753K324LI26A3VV",
    "ap-southeast-4": "Z0312387243XT5FE14WFO",
    "ap-southeast-5": "Z08660063OXLMA7F1FJHU",
    "ca-central-1": "Z1QDHH18159H29",
    "ca-west-1": "Z03565811Z33SLEZTHOUL",
    "cn-north-1": "Z5CN8UMXT92WN",
    "cn-northwest-1": "Z282HJ1KT0DH03",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-central-2": "Z030506016YDQGETNASS",
    "eu-north-1": "Z3BAZG2TWCNX0D",
    "eu-south-1": "Z30OZKI7KPW7MI",
    "eu-south-2": "Z0081959F7139GRJC19J",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "il-central-1": "Z09640613K4A3MN55U7GU",
    "me-central-1": "Z06143092I8HRXZRUZROF",
    "me-south-1": "Z1MPMWCPA7YB62",
    "sa-east-1": "Z7KQH4QJS55SO",
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-gov-east-1": "Z2NIFVYYW2VKV1",
    "us-gov-west-1": "Z31GFT0UA1I2HV",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}
"""Route 53's zones of S3's website endpoints (AWS General Reference, "Amazon S3 website endpoints")."""


class Bucket(ResourceType):
    """A bucket without its settings.

    The inline twins of the settings (`versioning`, `lifecycleRules`, `policy` ...) are deprecated: as inputs they are
    refused, as outputs they stay at their empty values, since each would cost a call of its own on every read.
    """

    token = "aws:s3/bucket:Bucket"
    supported = frozenset({"bucket", "bucketPrefix", "forceDestroy", "objectLockEnabled"})
    replace_on = frozenset({"bucket", "bucketPrefix", "objectLockEnabled"})
    name = GeneratedName("bucket", 63, lower_case=True)
    gone = _ABSENT
    taggable = True
    timeouts = {"create": 1200, "read": 1200, "update": 1200, "delete": 1200}
    actions = frozenset({
        "s3:CreateBucket", "s3:ListBucket", "s3:ListAllMyBuckets", "s3:GetBucketTagging", "s3:PutBucketTagging",
        "s3:GetBucketObjectLockConfiguration", "s3:ListBucketVersions", "s3:DeleteObject", "s3:DeleteObjectVersion",
        "s3:BypassGovernanceRetention", "s3:DeleteBucket",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        s3 = aws.client("s3")
        bucket = wanted_name(want, mark, name="bucket", prefix="bucketPrefix")
        facts = _facts(aws, bucket)
        arguments: dict[str, Any] = {"Bucket": bucket}
        if aws.region == _FIRST_REGION:
            _refuse_existing(s3, bucket)
        else:
            arguments["CreateBucketConfiguration"] = {"LocationConstraint": aws.region}
        if want.get("objectLockEnabled"):
            arguments["ObjectLockEnabledForBucket"] = True
        s3.create_bucket(**arguments)
        return Made(bucket, {**facts, **_kept(want), "objectLockEnabled": want.get("objectLockEnabled", False)})

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [str(wanted_name(want, mark, name="bucket", prefix="bucketPrefix"))]

    def made_at(self, aws: Aws, id: str) -> datetime | None:
        """S3 takes no tags on creation, and makes a bucket twice without a word in us-east-1: its age tells."""
        for page in aws.client("s3").get_paginator("list_buckets").paginate(Prefix=id):
            for bucket in page["Buckets"]:
                if bucket["Name"] == id:
                    made: datetime = bucket["CreationDate"]
                    return made
        return None

    def find(self, aws: Aws, id: str, want: Wanted) -> Found:
        """One call; two more where an object lock is wanted, or where nothing is known yet (an import)."""
        s3 = aws.client("s3")
        found = {**_facts(aws, id), **_kept(want), "tags": _tags(s3, id)}
        if not want:
            _refuse_other_region(s3, aws, id)
        if not want or want.get("objectLockEnabled"):
            found["objectLockEnabled"] = _has_object_lock(s3, id)
        return found

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        """S3 replaces all tags at once: those that the configuration ignores (not in `have`) must be put again."""
        tags, had = want.get("tags", {}), have.get("tags", {})
        if tags == had:
            return
        s3 = aws.client("s3")
        ignored = {key: value for key, value in _tags(s3, id).items() if key not in had} if before else {}
        if tags or ignored:
            s3.put_bucket_tagging(Bucket=id, Tagging={"TagSet": to_list({**ignored, **tags})})
        else:
            s3.delete_bucket_tagging(Bucket=id)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        s3 = aws.client("s3")
        try:
            s3.delete_bucket(Bucket=id)
        except ClientError as error:
            if code_of(error) != "BucketNotEmpty" or not have.get("forceDestroy"):
                raise
            _empty(aws, id, governed=bool(have.get("objectLockEnabled")))
            s3.delete_bucket(Bucket=id)
        wait(aws, lambda: None if _exists(s3, id) else True, what=f"bucket {id} to be gone")

    def validate(self, want: Wanted) -> Problems:
        rule = "3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends"
        return [
            *not_together(want, "bucket", "bucketPrefix"),
            *matches(want, "bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", rule),
            *length(want, "bucketPrefix", 0, 37),
        ]


def _facts(aws: Aws, bucket: str) -> Found:
    """Raises ProviderError for a region whose hosted zone nobody told us: a made-up one would end in DNS."""
    if aws.region not in _HOSTED_ZONE_IDS:
        raise ProviderError(
            f"hostedZoneId of an S3 bucket in {aws.region} is not known to the embedded engine",
            hint="use another region, or report it with the zone that AWS documents",
            code="UnknownRegion",
        )
    suffix = _DNS_SUFFIXES.get(aws.partition, "amazonaws.com")
    return {
        "arn": f"arn:{aws.partition}:s3:::{bucket}",
        "bucket": bucket,
        "bucketDomainName": f"{bucket}.s3.{suffix}",
        "bucketRegion": aws.region,
        "bucketRegionalDomainName": f"{bucket}.s3.{aws.region}.{suffix}",
        "hostedZoneId": _HOSTED_ZONE_IDS[aws.region],
    }


def _kept(want: Wanted) -> Found:
    return {key: want[key] for key in ("bucketPrefix", "forceDestroy") if key in want}


def _refuse_existing(s3: Client, bucket: str) -> None:
    """In us-east-1 nothing else would say that the bucket was there before: it may be somebody's older one.

    What a first try with a lost answer made is told by its age (`made_at`).
    """
    if _exists(s3, bucket):
        raise ProviderError(
            f"bucket {bucket} exists already and is yours",
            hint="choose another name, remove the other one, or take it over with `tap import`",
            code="BucketAlreadyOwnedByYou",
        )


def _refuse_other_region(s3: Client, aws: Aws, bucket: str) -> None:
    region = s3.head_bucket(Bucket=bucket).get("BucketRegion", aws.region)
    if region != aws.region:
        raise ProviderError(
            f"bucket {bucket} is in {region}, not in {aws.region}",
            hint=f"import it as {bucket}@{region}, or with a provider of that region",
            code="WrongRegion",
        )


def _exists(s3: Client, bucket: str) -> bool:
    """Whether this account has it. Somebody else's (403) is for CreateBucket to refuse."""
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in {*_ABSENT, "403", "AccessDenied"}:
            return False
        raise
    return True


def _tags(s3: Client, bucket: str) -> dict[str, str]:
    try:
        return from_list(s3.get_bucket_tagging(Bucket=bucket)["TagSet"])
    except ClientError as error:
        if code_of(error) == "NoSuchTagSet":
            return {}
        raise


def _has_object_lock(s3: Client, bucket: str) -> bool:
    try:
        answer = s3.get_object_lock_configuration(Bucket=bucket)
    except ClientError as error:
        if code_of(error) == "ObjectLockConfigurationNotFoundError":
            return False
        raise
    return bool(answer["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")


def _empty(aws: Aws, bucket: str, *, governed: bool) -> None:
    """Delete every version and delete marker, a page (at most 1,000) at a time, for as long as the call may wait."""
    s3 = aws.client("s3")
    deadline = time.monotonic() + aws.seconds_max
    what = f"bucket {bucket} to be emptied"
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        if aws.cancelled():
            raise WaitCancelledError(what)
        if time.monotonic() > deadline:
            raise WaitTimeoutError(what, aws.seconds_max)
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        if objects:
            arguments = {"BypassGovernanceRetention": True} if governed else {}
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}, **arguments)
            _refuse_survivors(bucket, answer.get("Errors", []))


def _refuse_survivors(bucket: str, errors: list[dict[str, str]]) -> None:
    if errors:
        first = errors[0]
        raise ProviderError(
            f"{len(errors)} objects of bucket {bucket} could not be deleted, the first: {first.get('Key')!r}: "
            f"{first.get('Code')}: {first.get('Message')}",
            hint="an object lock or the bucket's policy holds them: lift it, then run this again",
            code=first.get("Code", ""),
        )
