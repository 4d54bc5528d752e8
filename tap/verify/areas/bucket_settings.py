"""S3's answers about a bucket, made into facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tap.verify.facts.storage import AccessLogs, Encryption, LifecycleRule, Replication, ReplicationRule
from tap.verify.policies.document import Policy, read_policy

Answer = Mapping[str, Any]
"""{} where the setting is not there."""

_DEFAULT = "ApplyServerSideEncryptionByDefault"


def encryption(answer: Answer) -> Encryption | None:
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    defaults = [rule[_DEFAULT] for rule in rules if _DEFAULT in rule]
    return Encryption(defaults[0]["SSEAlgorithm"], defaults[0].get("KMSMasterKeyID", "")) if defaults else None


def versioning(answer: Answer) -> str:
    """Enabled, Suspended, or "" for never."""
    return str(answer.get("Status", ""))


def public_access(answer: Answer) -> Mapping[str, bool] | None:
    return answer.get("PublicAccessBlockConfiguration")


def ownership(answer: Answer) -> str:
    rules = answer.get("OwnershipControls", {}).get("Rules", ())
    return next((str(rule["ObjectOwnership"]) for rule in rules), "")


def policy(answer: Answer) -> Policy:
    return read_policy(answer.get("Policy"))


def lifecycle(answer: Answer) -> tuple[LifecycleRule, ...]:
    return tuple(
        LifecycleRule(
            id=rule.get("ID", ""),
            enabled=rule["Status"] == "Enabled",
            whole=_is_whole(rule),
            expires_days=rule.get("Expiration", {}).get("Days"),
            noncurrent_days=rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
            unfinished_days=rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
        )
        for rule in answer.get("Rules", ())
    )


def replication(answer: Answer) -> Replication | None:
    configured = answer.get("ReplicationConfiguration")
    if not configured:
        return None
    return Replication(configured["Role"], tuple(_replication_rule(rule) for rule in configured["Rules"]))


def access_logs(answer: Answer) -> AccessLogs | None:
    enabled = answer.get("LoggingEnabled")
    return enabled and AccessLogs(enabled["TargetBucket"], enabled.get("TargetPrefix", ""))


def tags(answer: Answer) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer.get("TagSet", ())}


def _replication_rule(rule: Mapping[str, Any]) -> ReplicationRule:
    selected = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {})
    return ReplicationRule(
        id=rule.get("ID", ""),
        enabled=rule["Status"] == "Enabled",
        whole=_is_whole(rule),
        # A rule of the first version, with a prefix of its own, replicates delete markers by itself.
        deletions="Filter" not in rule or rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled",
        destination=rule["Destination"]["Bucket"],
        kms=selected.get("Status") == "Enabled",
    )


def _is_whole(rule: Mapping[str, Any]) -> bool:
    """Whether the rule is about every object: its filter, in both of the shapes that S3 has for it, says nothing."""
    filtered = rule.get("Filter", {})
    return not rule.get("Prefix") and not any(filtered.values())
