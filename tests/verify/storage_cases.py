"""Cases of the rules on buckets and their replication."""

from __future__ import annotations

from dataclasses import replace

from tap.verify.facts import Facts
from tap.verify.facts.keys import Key
from tap.verify.facts.seen import Seen
from tap.verify.facts.storage import AccessLogs, Encryption
from tap.verify.policies.document import Policy
from tests.verify.cases import Case, nothing
from tests.verify.edits import (
    both,
    bucket,
    opened,
    role,
    role_statements,
    statements,
    with_bucket,
    with_role,
    with_settings,
)

KMS = Seen(Encryption("aws:kms", "arn:aws:kms:us-east-1:123456789012:key/own"))
OWN_KEY = Key("arn:aws:kms:us-east-1:123456789012:key/own")


def app(facts: Facts) -> set[str]:
    return {bucket(facts, "app").arn}


def backup(facts: Facts) -> set[str]:
    return {bucket(facts, "backup").arn}


def logs(facts: Facts) -> set[str]:
    return {bucket(facts, "logs").arn}


def replication_role(facts: Facts) -> set[str]:
    return {role(facts, "replication").arn}


def _rules(**changes):
    """The replication rules of the app bucket, changed."""

    def change(have):
        rules = tuple(replace(each, **changes) for each in have.replication.value.rules)
        return Seen(replace(have.replication.value, rules=rules))

    return with_bucket("app", replication=change)


def _lifecycle(**changes):
    return lambda have: Seen(tuple(replace(each, **changes) for each in have.lifecycle.value))


def _without_action(action):
    def edit(found):
        for statement in found:
            statement["Action"] = [each for each in statement["Action"] if each != action]

    return edit


def _claimed(facts: Facts) -> Facts:
    return replace(facts, storage=replace(facts.storage, claimed=Seen(("tap-forgotten",))))


def _without_backup(facts: Facts) -> Facts:
    kept = tuple(each for each in facts.storage.buckets if each.role.found != "backup")
    return replace(facts, storage=replace(facts.storage, buckets=kept))


def _denies_role(found):
    deny = {"Sid": "NoReplicas", "Effect": "Deny", "Principal": "*", "Action": "s3:Replicate*", "Resource": "*"}
    found.append(deny)


def _trusts_a_bucket_of_others(found):
    found[0]["Condition"] = {"StringEquals": {"aws:SourceAccount": "999999999999"}}


BUCKETS = [
    Case("bucket-encryption", "nothing encrypts", with_bucket("app", encryption=Seen(None)), app),
    Case(
        "bucket-encryption",
        "the key is about to be deleted",
        with_bucket("app", encryption=KMS, key=Seen(replace(OWN_KEY, state="PendingDeletion"))),
        app,
    ),
    Case("bucket-encryption", "the key is not there", with_bucket("app", encryption=KMS, key=Seen(None)), app),
    Case("bucket-encryption", "a key that works", with_bucket("app", encryption=KMS, key=Seen(OWN_KEY)), nothing),
    Case("bucket-public-access", "nothing blocks", with_bucket("logs", public_access=Seen(None)), logs),
    Case(
        "bucket-public-access",
        "one of four blocks is off",
        with_bucket("app", public_access=lambda have: Seen({**have.public_access.value, "BlockPublicAcls": False})),
        app,
    ),
    Case("bucket-ownership", "access lists count", with_bucket("app", ownership=Seen("ObjectWriter")), app),
    Case("bucket-tls-only", "there is no policy", with_bucket("backup", policy=Seen(Policy())), backup),
    Case(
        "bucket-tls-only",
        "only reading is denied in clear",
        with_bucket("app", policy=statements(lambda found: found[0].update(Action="s3:Get*"))),
        app,
    ),
    Case(
        "bucket-tls-only",
        "only objects, not the bucket",
        with_bucket("app", policy=statements(lambda found: found[0].update(Resource=found[0]["Resource"][1]))),
        app,
    ),
    Case(
        "bucket-tls-only",
        "the denial is the wrong way round",
        with_bucket(
            "app",
            policy=statements(lambda found: found[0].update(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        ),
        app,
    ),
    Case("bucket-policy-closed", "everybody may read", with_bucket("app", policy=statements(opened)), app),
    Case(
        "bucket-policy-closed",
        "the delivery of logs is for any account",
        with_bucket("logs", policy=statements(lambda found: found[1].pop("Condition"))),
        logs,
    ),
    Case("bucket-versioning", "the backup's is suspended", with_bucket("backup", versioning=Seen("Suspended")), backup),
    Case("bucket-lifecycle", "nothing expires", with_bucket("app", lifecycle=Seen(())), app),
    Case("bucket-lifecycle", "the rule is off", with_bucket("app", lifecycle=_lifecycle(enabled=False)), app),
    Case("bucket-lifecycle", "a part only", with_bucket("app", lifecycle=_lifecycle(whole=False)), app),
    Case("bucket-lifecycle", "logs stay", with_bucket("logs", lifecycle=_lifecycle(expires_days=None)), logs),
    Case("bucket-access-logs", "they are off", with_bucket("app", access_logs=Seen(None)), app),
    Case(
        "bucket-access-logs",
        "they go under a prefix that the policy does not let in",
        with_bucket("app", access_logs=lambda have: Seen(AccessLogs(have.access_logs.value.bucket, "other/"))),
        app,
    ),
    Case("bucket-access-logs", "the policy is gone", with_bucket("logs", policy=Seen(Policy())), app),
    Case(
        "bucket-access-logs",
        "another's bucket",
        with_bucket("app", access_logs=Seen(AccessLogs("somebodys-logs", ""))),
        app,
    ),
    Case("bucket-in-state", "one is forgotten", _claimed, lambda _: {"tap-forgotten"}),
]
REPLICATION = [
    Case("replication-rule", "there is none", with_bucket("app", replication=Seen(None)), app),
    Case(
        "replication-rule",
        "there is none and the config says so",
        both(with_bucket("app", replication=Seen(None)), with_settings(enable_cross_region_replication="false")),
        nothing,
    ),
    Case("replication-rule", "it is disabled", _rules(enabled=False), app),
    Case("replication-rule", "a part only", _rules(whole=False), app),
    Case("replication-rule", "deletions are left out", _rules(deletions=False), app),
    Case("replication-rule", "objects under a key are left out", with_bucket("app", encryption=KMS), app),
    Case(
        "replication-rule",
        "objects under the key that AWS keeps for S3 are left out",
        with_bucket("app", encryption=Seen(Encryption("aws:kms"))),
        app,
    ),
    Case("replication-destination", "it is not there", _without_backup, app),
    Case("replication-destination", "its versioning is off", with_bucket("backup", versioning=Seen("")), app),
    Case("replication-destination", "the source's is suspended", with_bucket("app", versioning=Seen("Suspended")), app),
    Case("replication-destination", "the same region", with_bucket("backup", region=Seen("us-east-1")), app),
    Case("replication-role", "S3 may not assume it", with_role("replication", trust=Policy()), replication_role),
    Case(
        "replication-role",
        "S3 may assume it for another account's buckets",
        with_role("replication", trust=statements(_trusts_a_bucket_of_others, "trust")),
        replication_role,
    ),
    *(
        Case(
            "replication-role",
            f"{action} is missing",
            with_role("replication", policies=role_statements(_without_action(action))),
            replication_role,
        )
        for action in (
            *("s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ReplicateObject", "s3:ReplicateDelete"),
            *("s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"),
            "s3:ReplicateTags",
        )
    ),
    Case(
        "replication-role",
        "it may write a part only",
        with_role(
            "replication",
            policies=role_statements(lambda found: found[2].update(Resource=f"{found[2]['Resource'][:-1]}a*")),
        ),
        replication_role,
    ),
    Case("replication-role", "the destination denies", with_bucket("backup", policy=statements(_denies_role)), backup),
    Case(
        "replication-role",
        "it is another one",
        with_bucket(
            "app", replication=lambda have: Seen(replace(have.replication.value, role="arn:aws:iam::1:role/x"))
        ),
        app,
    ),
]
CASES = [*BUCKETS, *REPLICATION]
