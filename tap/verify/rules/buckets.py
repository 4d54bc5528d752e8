"""Every bucket: encrypted, closed, recoverable."""

from __future__ import annotations

from collections.abc import Iterator

from tap.posture.encryption import is_bucket_encryption
from tap.posture.exposure import missing_public_access_blocks
from tap.verify.facts import Facts
from tap.verify.facts.storage import APP, LOGS, Bucket, LifecycleRule
from tap.verify.finding import Doubt, Flaw, Severity
from tap.verify.policies.asking import STRANGER, denies, refused, strangers
from tap.verify.policies.evaluation import Request
from tap.verify.policies.matching import ANY_KEY
from tap.verify.rule import rule
from tap.verify.rules.key_use import what_is_wrong_with
from tap.verify.rules.per_subject import of_each

LOG_DAYS = 90
"""After which the logs bucket deletes its objects, by the stack's contract."""

_UP = "`tap up --refresh` sets it again"

of_each_bucket = of_each(lambda facts: facts.storage.buckets, lambda bucket: bucket.arn)


@rule(
    "bucket-encryption",
    severity=Severity.HIGH,
    title="Every bucket encrypts what comes in, with a key that works",
    areas=("storage",),
)
@of_each_bucket
def bucket_encryption(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    encryption = bucket.encryption.value
    if encryption is None or not is_bucket_encryption(encryption.algorithm):
        yield Flaw(bucket.arn, "it has no default encryption", _UP)
    elif encryption.key and (wrong := what_is_wrong_with(bucket.key.value)):
        yield Flaw(bucket.arn, f"{wrong}: objects can not be written or read", "enable the key, or take another")


@rule(
    "bucket-public-access",
    severity=Severity.CRITICAL,
    title="Every bucket has all four public-access blocks on",
    areas=("storage",),
)
@of_each_bucket
def bucket_public_access(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    if missing := missing_public_access_blocks(bucket.public_access.value):
        yield Flaw(bucket.arn, f"not on: {', '.join(missing)}", _UP)


@rule(
    "bucket-ownership",
    severity=Severity.MEDIUM,
    title="The bucket's owner owns every object, and access lists do not count",
    areas=("storage",),
)
@of_each_bucket
def bucket_ownership(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    if bucket.ownership.value != "BucketOwnerEnforced":
        yield Flaw(bucket.arn, f"object ownership is {bucket.ownership.value or 'not set'}", _UP)


@rule(
    "bucket-tls-only",
    severity=Severity.HIGH,
    title="Every bucket refuses what does not come over TLS",
    areas=("storage",),
)
@of_each_bucket
def bucket_tls_only(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    in_clear = {"aws:securetransport": "false"}
    wanted = [
        *(Request(f"s3:{name}", f"{bucket.arn}/{ANY_KEY}", STRANGER, in_clear) for name in ("GetObject", "PutObject")),
        Request("s3:ListBucket", bucket.arn, STRANGER, in_clear),
    ]
    open_ = [request.action for request in wanted if not denies([bucket.policy.value], request)]
    if open_:
        yield Flaw(bucket.arn, f"its policy does not deny {', '.join(open_)} without TLS", _UP)


@rule(
    "bucket-policy-closed",
    severity=Severity.CRITICAL,
    title="No bucket's policy lets in anybody else",
    areas=("storage",),
)
@of_each_bucket
def bucket_policy_closed(facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    for sid, who in strangers(bucket.policy.value, facts.scope.accounts):
        yield Flaw(bucket.arn, f"{sid} of its policy lets in {who}", _UP)


@rule(
    "bucket-versioning",
    severity=Severity.HIGH,
    title="Every bucket that holds data keeps what is overwritten or deleted",
    areas=("storage",),
)
@of_each_bucket
def bucket_versioning(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    if bucket.role.value != LOGS and bucket.versioning.value != "Enabled":
        yield Flaw(bucket.arn, f"versioning is {bucket.versioning.value or 'off'}: a deletion is for good", _UP)


@rule(
    "bucket-lifecycle",
    severity=Severity.LOW,
    title="Old versions, unfinished uploads and old logs expire",
    areas=("storage",),
)
@of_each_bucket
def bucket_lifecycle(_facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    rules = [each for each in bucket.lifecycle.value if each.enabled and each.whole]
    if missing := list(_not_expiring(rules, logs=bucket.role.value == LOGS)):
        yield Flaw(bucket.arn, f"no rule over the whole bucket expires {', '.join(missing)}", _UP)


def _not_expiring(rules: list[LifecycleRule], *, logs: bool) -> Iterator[str]:
    if not any(each.noncurrent_days for each in rules):
        yield "noncurrent versions"
    if not any(each.unfinished_days for each in rules):
        yield "unfinished uploads"
    if logs and not any(each.expires_days == LOG_DAYS for each in rules):
        yield f"the logs after {LOG_DAYS} days"


@rule(
    "bucket-access-logs",
    severity=Severity.MEDIUM,
    title="Who uses the app bucket is logged, and the logs can be delivered",
    areas=("storage",),
)
@of_each_bucket
def bucket_access_logs(facts: Facts, bucket: Bucket) -> Iterator[Flaw]:
    logs = bucket.access_logs.value
    if logs is None:
        if bucket.role.value == APP:
            yield Flaw(bucket.arn, "its access logs are off", _UP)
        return
    target = next((each for each in facts.storage.buckets if each.name == logs.bucket), None)
    if target is None:
        yield Flaw(bucket.arn, f"its access logs go to {logs.bucket}, which is not there or not the stack's", _UP)
        return
    account = next(iter(facts.scope.accounts), "")
    context = {"aws:sourceaccount": account, "aws:sourcearn": bucket.arn, "aws:securetransport": "true"}
    arn = f"{target.arn}/{logs.prefix}{ANY_KEY}"
    delivery = Request("s3:PutObject", arn, "logging.s3.amazonaws.com", context)
    if refused([target.policy.value], [delivery]):
        yield Flaw(bucket.arn, f"the policy of {target.name} does not let its access logs in", _UP)


@rule(
    "bucket-in-state",
    severity=Severity.MEDIUM,
    title="Every bucket that has the stack's tags is in its state",
    areas=("storage",),
)
def bucket_in_state(facts: Facts) -> Iterator[Flaw | Doubt]:
    if facts.storage.claimed.unseen:
        yield Doubt("buckets that are not in the state", facts.storage.claimed.unseen)
    for name in facts.storage.claimed.found or ():
        yield Flaw(
            name,
            "it has the stack's tags, and the state does not know it",
            "take it in with `tap import aws:s3/bucket:Bucket`, or change its tags",
        )
