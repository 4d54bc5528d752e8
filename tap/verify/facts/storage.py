"""What was found of buckets. Frozen; nothing here asks or judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tap.verify.facts.keys import Key
from tap.verify.facts.seen import Seen
from tap.verify.policies.document import Policy

APP, BACKUP, LOGS = "app", "backup", "logs"
"""What a bucket is for, as the stack's output `s3_bucket_names` says."""


@dataclass(frozen=True, slots=True)
class Encryption:
    """How objects are encrypted that come without a wish of their own.

    key: the KMS key, "" where none is named: then it is S3's own, or with KMS the one that AWS keeps for S3.
    """

    algorithm: str
    key: str = ""

    @property
    def by_kms(self) -> bool:
        return self.algorithm.startswith("aws:kms")


@dataclass(frozen=True, slots=True)
class LifecycleRule:
    """What of a rule matters here. whole: it is about every object of the bucket. None: it says nothing of that."""

    id: str
    enabled: bool
    whole: bool
    expires_days: int | None = None
    noncurrent_days: int | None = None
    unfinished_days: int | None = None


@dataclass(frozen=True, slots=True)
class ReplicationRule:
    """destination: a bucket's ARN. whole: no filter. kms: objects under a KMS key are replicated too."""

    id: str
    enabled: bool
    whole: bool
    deletions: bool
    destination: str
    kms: bool = False


@dataclass(frozen=True, slots=True)
class Replication:
    role: str
    rules: tuple[ReplicationRule, ...]


@dataclass(frozen=True, slots=True)
class AccessLogs:
    bucket: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket. role: app, backup, logs, or "" for none of the three; None is what is not set.

    key: the KMS key of its encryption; None where there is none.
    """

    name: str
    arn: str
    role: Seen[str] = field(default_factory=lambda: Seen(""))
    region: Seen[str] = field(default_factory=lambda: Seen("us-east-1"))
    key: Seen[Key | None] = field(default_factory=Seen)
    encryption: Seen[Encryption | None] = field(default_factory=Seen)
    versioning: Seen[str] = field(default_factory=lambda: Seen(""))
    public_access: Seen[Mapping[str, bool] | None] = field(default_factory=Seen)
    ownership: Seen[str] = field(default_factory=lambda: Seen(""))
    policy: Seen[Policy] = field(default_factory=lambda: Seen(Policy()))
    lifecycle: Seen[tuple[LifecycleRule, ...]] = field(default_factory=lambda: Seen(()))
    replication: Seen[Replication | None] = field(default_factory=Seen)
    access_logs: Seen[AccessLogs | None] = field(default_factory=Seen)


@dataclass(frozen=True, slots=True)
class StorageFacts:
    """buckets: those of the state, and those whose tags say that they are the stack's. gone: not there any more.

    claimed: the names of those that only their tags tell of.
    """

    buckets: tuple[Bucket, ...] = ()
    gone: tuple[str, ...] = ()
    claimed: Seen[tuple[str, ...]] = field(default_factory=lambda: Seen(()))

    def by_arn(self, arn: str) -> Bucket | None:
        return next((bucket for bucket in self.buckets if bucket.arn == arn), None)
