"""Breakages of buckets and their replication. They share three buckets, so none may hide what another breaks."""

from __future__ import annotations

import json

from tests.integration.inventory import tags_of
from tests.verify.breakages import Breakage, BuiltStack


def _name(stack: BuiltStack, role: str) -> str:
    return stack.outputs["s3_bucket_names"][role]


def _arn(stack: BuiltStack, role: str) -> str:
    return f"arn:aws:s3:::{_name(stack, role)}"


def _s3(stack: BuiltStack):
    return stack.aws.client("s3")


def _stop_encrypting(stack: BuiltStack) -> str:
    _s3(stack).delete_bucket_encryption(Bucket=_name(stack, "app"))
    return _arn(stack, "app")


def _stop_blocking_the_public(stack: BuiltStack) -> str:
    _s3(stack).delete_public_access_block(Bucket=_name(stack, "app"))
    return _arn(stack, "app")


def _let_access_lists_count(stack: BuiltStack) -> str:
    rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    _s3(stack).put_bucket_ownership_controls(Bucket=_name(stack, "app"), OwnershipControls=rules)
    return _arn(stack, "app")


def _allow_clear_text(stack: BuiltStack) -> str:
    _s3(stack).delete_bucket_policy(Bucket=_name(stack, "backup"))
    return _arn(stack, "backup")


def _let_everybody_read(stack: BuiltStack) -> str:
    s3, name = _s3(stack), _name(stack, "app")
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    policy["Statement"].append(
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/public/*"}
    )
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    return f"arn:aws:s3:::{name}"


def _suspend_versioning(role: str):
    def suspend(stack: BuiltStack) -> str:
        _s3(stack).put_bucket_versioning(Bucket=_name(stack, role), VersioningConfiguration={"Status": "Suspended"})
        return _arn(stack, "app")

    return suspend


def _keep_old_versions_for_ever(stack: BuiltStack) -> str:
    _s3(stack).delete_bucket_lifecycle(Bucket=_name(stack, "backup"))
    return _arn(stack, "backup")


def _stop_logging_access(stack: BuiltStack) -> str:
    _s3(stack).put_bucket_logging(Bucket=_name(stack, "app"), BucketLoggingStatus={})
    return _arn(stack, "app")


def _lose_the_logs_bucket(stack: BuiltStack) -> str:
    s3, name = _s3(stack), _name(stack, "logs")
    for each in s3.list_objects_v2(Bucket=name).get("Contents", ()):
        s3.delete_object(Bucket=name, Key=each["Key"])
    s3.delete_bucket(Bucket=name)
    return name


def _forget_a_bucket(stack: BuiltStack) -> str:
    """One with the stack's tags that the state does not know."""
    s3 = _s3(stack)
    tags = tags_of(s3.get_bucket_tagging(Bucket=_name(stack, "app"))["TagSet"])
    s3.create_bucket(Bucket="tap-forgotten")
    s3.put_bucket_tagging(
        Bucket="tap-forgotten", Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
    )
    return "tap-forgotten"


def _stop_replicating(stack: BuiltStack) -> str:
    s3, name = _s3(stack), _name(stack, "app")
    configured = s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]
    configured["Rules"][0]["Status"] = "Disabled"
    s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=configured)
    return _arn(stack, "app")


def _forbid_replicating_deletions(stack: BuiltStack) -> str:
    iam, role = stack.aws.client("iam"), stack.ids["replication-role"]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for statement in document["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != "s3:ReplicateDelete"]
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
    return iam.get_role(RoleName=role)["Role"]["Arn"]


BREAKAGES = [
    Breakage("replication-rule", "the rule is disabled", _stop_replicating),
    Breakage("replication-role", "the role may not replicate deletions", _forbid_replicating_deletions),
    Breakage("replication-destination", "the backup's versioning is suspended", _suspend_versioning("backup")),
    Breakage("bucket-versioning", "the app bucket's versioning is suspended", _suspend_versioning("app")),
    Breakage("bucket-encryption", "the app bucket does not encrypt", _stop_encrypting),
    Breakage("bucket-public-access", "the app bucket's blocks are gone", _stop_blocking_the_public),
    Breakage("bucket-ownership", "access lists count in the app bucket", _let_access_lists_count),
    Breakage("bucket-tls-only", "the backup has no policy", _allow_clear_text),
    Breakage("bucket-policy-closed", "everybody may read a part of the app bucket", _let_everybody_read),
    Breakage("bucket-lifecycle", "nothing expires in the backup", _keep_old_versions_for_ever),
    Breakage("bucket-access-logs", "the app bucket's access logs are off", _stop_logging_access),
    Breakage("data-exists", "the logs bucket is deleted", _lose_the_logs_bucket),
    Breakage("bucket-in-state", "a bucket was forgotten", _forget_a_bucket),
]
