"""Whether a copy of the app bucket really comes to be in another region."""

from __future__ import annotations

from collections.abc import Iterator

from tap.verify.facts import Facts
from tap.verify.facts.roles import Role
from tap.verify.facts.seen import CannotTellError
from tap.verify.facts.storage import APP, Bucket, Replication
from tap.verify.finding import Flaw, Severity
from tap.verify.policies.asking import allows, denies, refused
from tap.verify.policies.evaluation import Request
from tap.verify.policies.matching import ANY_KEY
from tap.verify.rule import rule
from tap.verify.rules.per_subject import of_each

SERVICE = "s3.amazonaws.com"

_UP = "`tap up --refresh` sets it again"
_TLS = {"aws:securetransport": "true"}


def _sources(facts: Facts) -> Iterator[Bucket]:
    """What is replicated, and what has to be."""
    switched_off = facts.scope.settings.get("enable_cross_region_replication") == "false"
    for bucket in facts.storage.buckets:
        needed = not switched_off and (bucket.role.unseen or bucket.role.found == APP)
        if needed or bucket.replication.unseen or bucket.replication.found:
            yield bucket


of_each_source = of_each(_sources, lambda bucket: bucket.arn)


def needed_of(source: str, destinations: set[str]) -> list[Request]:
    """What the role has to be allowed. source, destinations: ARNs of buckets.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    on_bucket = [Request(f"s3:{name}", source) for name in ("GetReplicationConfiguration", "ListBucket")]
    versions = ("GetObjectVersionForReplication", "GetObjectVersionAcl", "GetObjectVersionTagging")
    reading = [Request(f"s3:{name}", f"{source}/{ANY_KEY}", context=_TLS) for name in versions]
    writing = [
        Request(f"s3:{name}", f"{destination}/{ANY_KEY}", context=_TLS)
        for destination in sorted(destinations)
        for name in ("ReplicateObject", "ReplicateDelete", "ReplicateTags")
    ]
    return on_bucket + reading + writing


@rule(
    "replication-rule",
    severity=Severity.HIGH,
    title="The whole app bucket is replicated, deletions included",
    areas=("storage",),
)
@of_each_source
def replication_rule(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    replication = bucket.replication.value
    enabled = [each for each in replication.rules if each.enabled] if replication else []
    if not enabled and bucket.role.value == APP:
        yield Flaw(bucket.arn, "nothing of it is replicated: no rule is enabled", _UP)
    if not enabled:
        return
    whole = [each for each in enabled if each.whole]
    if not whole:
        yield Flaw(bucket.arn, "no rule replicates the whole bucket", _UP)
    elif not any(each.deletions for each in whole):
        yield Flaw(bucket.arn, "deletions are not replicated", _UP)
    elif (encryption := bucket.encryption.value) and encryption.by_kms and not any(each.kms for each in whole):
        yield Flaw(bucket.arn, "its objects are under a KMS key, and the rule leaves such objects out", _UP)


@rule(
    "replication-destination",
    severity=Severity.HIGH,
    title="Replicas go to a bucket in another region that can take them",
    areas=("storage",),
)
@of_each_source
def replication_destination(facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    replication = bucket.replication.value
    if replication is None:
        return
    if bucket.versioning.value != "Enabled":
        yield Flaw(bucket.arn, "its versioning is off: S3 replicates nothing", _UP)
    for arn in sorted({each.destination for each in replication.rules}):
        if wrong := _wrong_with_destination(bucket, facts.storage.by_arn(arn)):
            yield Flaw(bucket.arn, f"it is replicated to {arn}, {wrong}", _UP)


def _wrong_with_destination(source: Bucket, destination: Bucket | None) -> str:
    if destination is None:
        return "which is not there, or not the stack's"
    if destination.versioning.value != "Enabled":
        return "whose versioning is off: S3 replicates nothing there"
    if destination.region.value == source.region.value:
        return f"which is in the same region, {source.region.value}, and would be lost with it"
    return ""


@rule(
    "replication-role",
    severity=Severity.HIGH,
    title="S3 may assume the replication role, which may do all that replication needs",
    areas=("storage", "roles"),
)
@of_each_source
def replication_role(facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    replication = bucket.replication.value
    if replication is None:
        return
    role = facts.roles.by_arn(replication.role)
    if role is None:
        yield Flaw(bucket.arn, f"its replication role {replication.role} is not there, or not the stack's", _UP)
        return
    assume = Request("sts:AssumeRole", role.arn, SERVICE, _who_asks(facts, bucket))
    if not allows([role.trust], assume):
        yield Flaw(role.arn, "S3 may not assume it: nothing is replicated", _UP)
    yield from _refused_by_role(bucket, replication, role)
    yield from _denied_by_buckets(facts, bucket, replication, role)
    if (encryption := bucket.encryption.value) and encryption.by_kms:
        raise CannotTellError("its objects are under a KMS key, and whether the role may use the keys is not judged")


def _who_asks(facts: Facts, bucket: Bucket) -> dict[str, str | None]:
    return {"aws:sourceaccount": next(iter(facts.scope.accounts), ""), "aws:sourcearn": bucket.arn}


def _refused_by_role(bucket: Bucket, replication: Replication, role: Role) -> Iterator[Flaw]:
    if role.boundary:
        raise CannotTellError(f"the role {role.name} has a permissions boundary, which is not judged")
    needed = needed_of(bucket.arn, {each.destination for each in replication.rules})
    missing = refused([each.policy for each in role.policies.value], needed)
    if missing:
        said = ", ".join(f"{request.action} on {request.resource}" for request in missing)
        yield Flaw(role.arn, f"replication needs what its policies do not allow: {said}", _UP)


def _denied_by_buckets(facts: Facts, bucket: Bucket, replication: Replication, role: Role) -> Iterator[Flaw]:
    """The buckets' own policies may forbid what the role's allow."""
    buckets = {each.arn: each for each in facts.storage.buckets}
    for asked in needed_of(bucket.arn, {each.destination for each in replication.rules}):
        there = buckets.get(asked.resource.partition("/")[0])
        request = Request(asked.action, asked.resource, role.arn, _TLS)
        if there and denies([there.policy.value], request):
            yield Flaw(there.arn, f"its policy denies {request.action} to the replication role", _UP)
