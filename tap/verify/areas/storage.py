"""Look at the stack's buckets: those of the state, and those whose tags say that they are its."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tap.verify.area import Area
from tap.verify.areas import bucket_settings as settings
from tap.verify.areas.keys import KEY_ACTIONS, look_at_key
from tap.verify.facts.keys import Key
from tap.verify.facts.scope import Claim, Scope
from tap.verify.facts.seen import Seen, unseen
from tap.verify.facts.storage import Bucket, Encryption, StorageFacts
from tap.verify.reader import Reader

BUCKETS_LOOKED_AT_MAX = 500
"""Of the account's buckets that the state does not know; each takes a call."""

_BUCKET = "aws:s3/bucket:Bucket"
_IDENTITY = ("Stack", "Project", "ManagedBy", "Environment")
"""The tags that together tell one stack from all others."""

_Value = TypeVar("_Value")


def _collect(reader: Reader, scope: Scope) -> StorageFacts:
    claims = list(scope.of(_BUCKET))
    names = {claim.id for claim in claims}
    found = _claimed_by_tags(reader, scope, names)
    regions = {claim.id: claim.region for claim in claims}
    wanted = [*regions, *(found.found or ())]
    partition = next((claim.arn.split(":")[1] for claim in claims if claim.arn), "aws")
    buckets = reader.each(
        lambda name: _bucket(_Asking(reader, name, regions.get(name, scope.region)), partition, _role(scope, name)),
        wanted,
    )
    gone = tuple(name for name, bucket in zip(wanted, buckets, strict=True) if bucket is None and name in names)
    return StorageFacts(tuple(bucket for bucket in buckets if bucket is not None), gone, found)


def _role(scope: Scope, name: str) -> Seen[str]:
    told = scope.outputs.get("s3_bucket_names")
    if not isinstance(told, Mapping):
        return unseen("the stack's outputs do not name s3_bucket_names: what a bucket is for is not known")
    return Seen(next((str(role) for role, each in told.items() if each == name), ""))


def _claimed_by_tags(reader: Reader, scope: Scope, known: set[str]) -> Seen[tuple[str, ...]]:
    """The buckets that are not in the state and have the VPC's tags of identity."""
    own = next((_text_mapping(claim) for claim in scope.of("aws:ec2/vpc:Vpc", _BUCKET) if _text_mapping(claim)), {})
    wanted = {key: own[key] for key in _IDENTITY if key in own}
    if len(wanted) < len(_IDENTITY):
        return unseen("the state does not say by which tags the stack's buckets are known")
    listed = reader.answer("s3", "ListBuckets", subject="buckets that are not in the state")
    if listed is None:
        return unseen("s3:ListAllMyBuckets failed: there may be buckets that the state does not know")
    others = [each["Name"] for each in listed["Buckets"] if each["Name"] not in known]
    if len(others) > BUCKETS_LOOKED_AT_MAX or listed.get("ContinuationToken"):
        return unseen(f"the account has more than {BUCKETS_LOOKED_AT_MAX} other buckets: their tags were not looked at")
    tagged = reader.each(lambda name: _tags_of(reader, name), others)
    if None in tagged:
        return unseen("the tags of some of the account's other buckets were not seen")
    return Seen(
        tuple(name for name, tags in zip(others, tagged, strict=True) if wanted.items() <= (tags or {}).items())
    )


def _text_mapping(claim: Claim) -> dict[str, str]:
    tags = claim.outputs.get("tags")
    return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else {}


def _tags_of(reader: Reader, name: str) -> dict[str, str] | None:
    answer = reader.answer("s3", "GetBucketTagging", subject=name, absent=("NoSuchTagSet", "NoSuchBucket"), Bucket=name)
    return None if answer is None else settings.tags(answer)


@dataclass(frozen=True, slots=True)
class _Asking:
    """One bucket and where it is asked for."""

    reader: Reader
    name: str
    region: str

    def setting(self, operation: str, read: Callable[[settings.Answer], _Value], *absent: str) -> Seen[_Value]:
        """What `read` makes of the answer. absent: the codes by which S3 says that the setting is not there."""
        answer = self.ask(operation, absent)
        return unseen(f"{operation} of {self.name} failed") if answer is None else Seen(read(answer))

    def ask(self, operation: str, absent: tuple[str, ...]) -> dict[str, Any] | None:
        return self.reader.answer(
            "s3", operation, subject=self.name, region=self.region, absent=absent, Bucket=self.name
        )


def _bucket(asking: _Asking, partition: str, role: Seen[str]) -> Bucket | None:
    """None if there is no such bucket."""
    location = asking.ask("GetBucketLocation", ("NoSuchBucket",))
    if location == {}:
        return None
    region: Seen[str] = unseen(f"GetBucketLocation of {asking.name} failed")
    if location is not None:
        region = Seen(location.get("LocationConstraint") or "us-east-1")
    encryption = asking.setting(
        "GetBucketEncryption", settings.encryption, "ServerSideEncryptionConfigurationNotFoundError"
    )
    return Bucket(
        name=asking.name,
        arn=f"arn:{partition}:s3:::{asking.name}",
        role=role,
        region=region,
        encryption=encryption,
        key=_key(asking, encryption, region),
        versioning=asking.setting("GetBucketVersioning", settings.versioning),
        public_access=asking.setting(
            "GetPublicAccessBlock", settings.public_access, "NoSuchPublicAccessBlockConfiguration"
        ),
        ownership=asking.setting("GetBucketOwnershipControls", settings.ownership, "OwnershipControlsNotFoundError"),
        policy=asking.setting("GetBucketPolicy", settings.policy, "NoSuchBucketPolicy"),
        lifecycle=asking.setting("GetBucketLifecycleConfiguration", settings.lifecycle, "NoSuchLifecycleConfiguration"),
        replication=asking.setting(
            "GetBucketReplication", settings.replication, "ReplicationConfigurationNotFoundError"
        ),
        access_logs=asking.setting("GetBucketLogging", settings.access_logs),
    )


def _key(asking: _Asking, encryption: Seen[Encryption | None], region: Seen[str]) -> Seen[Key | None]:
    if encryption.unseen:
        return unseen(encryption.unseen)
    if encryption.value is None or not encryption.value.key:
        return Seen(None)
    return look_at_key(asking.reader, encryption.value.key, region.found or asking.region)


STORAGE = Area(
    "storage",
    KEY_ACTIONS
    | {
        "s3:GetBucketLocation",
        "s3:GetBucketLogging",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPolicy",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListAllMyBuckets",
    },
    _collect,
    traced=True,
)
