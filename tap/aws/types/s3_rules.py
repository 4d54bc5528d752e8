"""S3: the settings of a bucket that are lists of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tap.aws.bucket_setting import BucketSetting, Document
from tap.aws.resource_type import Aws, Client, Found, Made, Wanted
from tap.aws.schema import type_schema
from tap.aws.shapes import Spelling, from_aws, to_aws
from tap.aws.validation import Problems, at_least, length, matches, one_of

_ON_OFF: Final = frozenset({"Enabled", "Disabled"})
_WHOLE_BUCKET: Final = {"Prefix": ""}
_COLDER_CLASSES: Final = frozenset(
    {"GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"}
)
_PREFIX: Final = frozenset({"prefix"})
_SMALLEST_TO_MOVE: Final = "transitionDefaultMinimumObjectSize"


class BucketLifecycleConfiguration(BucketSetting):
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    supported = frozenset({"bucket", "expectedBucketOwner", "rules", _SMALLEST_TO_MOVE})
    replace_on = frozenset({"bucket", "expectedBucketOwner"})
    defaults = {_SMALLEST_TO_MOVE: "all_storage_classes_128K"}
    set_properties = frozenset({"rules.transitions", "rules.noncurrentVersionTransitions"})
    gone = frozenset({"NoSuchBucket", "NoSuchLifecycleConfiguration"})
    plugin_framework = True
    schema_version = 1
    timeouts = {"create": 180, "update": 180}
    actions = frozenset({"s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"})

    _spelling = Spelling({"id": "ID"}, meaningful_when_empty=_PREFIX)

    def document(self, want: Wanted) -> Document:
        rules = to_aws(type_schema(self.token).outputs["rules"], want["rules"], self._spelling)
        for rule in rules:
            if "Prefix" not in rule:  # S3 wants either: what has neither is for the whole bucket
                rule.setdefault("Filter", _WHOLE_BUCKET)
        return {
            "LifecycleConfiguration": {"Rules": rules},
            "TransitionDefaultMinimumObjectSize": want[_SMALLEST_TO_MOVE],
        }

    def found(self, document: Document) -> Found:
        rules = document["LifecycleConfiguration"]["Rules"]
        return {
            "rules": from_aws(type_schema(self.token).outputs["rules"], rules, self._spelling, nulls=True),
            _SMALLEST_TO_MOVE: document["TransitionDefaultMinimumObjectSize"],
        }

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        s3.put_bucket_lifecycle_configuration(**where, **document)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        answer = s3.get_bucket_lifecycle_configuration(**where)
        smallest = answer.get("TransitionDefaultMinimumObjectSize", self.defaults[_SMALLEST_TO_MOVE])
        return {
            "LifecycleConfiguration": {"Rules": answer["Rules"]},
            "TransitionDefaultMinimumObjectSize": smallest,
        }

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        s3.delete_bucket_lifecycle(**where)

    def validate(self, want: Wanted) -> Problems:
        midnight = r"\d{4}-\d\d-\d\dT00:00:00Z"
        none = [] if want.get("rules") else [("rules", "rules must have at least 1 element")]
        return [
            *super().validate(want),
            *none,
            *length(want, "rules.id", 1, 255),
            *one_of(want, "rules.status", _ON_OFF),
            *one_of(want, "rules.transitions.storageClass", _COLDER_CLASSES),
            *one_of(want, "rules.noncurrentVersionTransitions.storageClass", _COLDER_CLASSES),
            *one_of(want, _SMALLEST_TO_MOVE, {"all_storage_classes_128K", "varies_by_storage_class"}),
            *at_least(want, "rules.transitions.days", 0),
            *at_least(want, "rules.noncurrentVersionExpiration.noncurrentDays", 1),
            *at_least(want, "rules.noncurrentVersionExpiration.newerNoncurrentVersions", 1),
            *matches(want, "rules.expiration.date", midnight, "midnight UTC, such as 2030-01-31T00:00:00Z"),
            *matches(want, "rules.transitions.date", midnight, "midnight UTC, such as 2030-01-31T00:00:00Z"),
        ]


class BucketReplicationConfig(BucketSetting):
    """Both buckets must have versioning before: S3 refuses otherwise, by name."""

    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    supported = frozenset({"bucket", "role", "rules", "token"})
    replace_on = frozenset({"bucket"})
    kept = frozenset({"token"})
    set_properties = frozenset({"rules"})
    computed = frozenset({"rules.id"})
    gone = frozenset({"NoSuchBucket", "ReplicationConfigurationNotFoundError"})
    actions = frozenset({"s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration", "iam:PassRole"})

    _spelling = Spelling({"id": "ID", "replicaKmsKeyId": "ReplicaKmsKeyID"}, meaningful_when_empty=_PREFIX)

    def document(self, want: Wanted) -> Document:
        rules = to_aws(type_schema(self.token).outputs["rules"], want["rules"], self._spelling)
        for rule in rules:
            if "Filter" in rule:
                rule.setdefault("Priority", 0)  # S3 wants one beside every filter
        return {"ReplicationConfiguration": {"Role": want["role"], "Rules": rules}}

    def found(self, document: Document) -> Found:
        configuration = document["ReplicationConfiguration"]
        rules = from_aws(type_schema(self.token).outputs["rules"], configuration["Rules"], self._spelling)
        return {"role": configuration["Role"], "rules": rules}

    def make(self, aws: Aws, want: Wanted, mark: str) -> str | Made:
        """Rules without an id get one of S3's, which has to be asked for."""
        made = self.put_new(aws, want)
        return made if all(rule["id"] for rule in made.have["rules"]) else made.id

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        token = {"Token": want["token"]} if want.get("token") else {}
        s3.put_bucket_replication(**where, **document, **token)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        return dict(s3.get_bucket_replication(**where))

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        s3.delete_bucket_replication(**where)

    def canonical(self, property: str, value: Any) -> Any:
        """Delete markers that are not replicated are the same said or unsaid."""
        if property != "rules" or not isinstance(value, list):
            return value
        return [_without_disabled_markers(rule) if isinstance(rule, dict) else rule for rule in value]

    def validate(self, want: Wanted) -> Problems:
        switches = (
            "rules.status",
            "rules.deleteMarkerReplication.status",
            "rules.existingObjectReplication.status",
            "rules.destination.metrics.status",
            "rules.destination.replicationTime.status",
            "rules.sourceSelectionCriteria.replicaModifications.status",
            "rules.sourceSelectionCriteria.sseKmsEncryptedObjects.status",
        )
        arn = r"arn:[^:]+:[^:]*:[^:]*:[^:]*:.+"
        return [
            *super().validate(want),
            *[problem for switch in switches for problem in one_of(want, switch, _ON_OFF)],
            *one_of(want, "rules.destination.accessControlTranslation.owner", {"Destination"}),
            *length(want, "rules.id", 0, 255),
            *matches(want, "role", arn, "an ARN"),
            *matches(want, "rules.destination.bucket", arn, "an ARN"),
        ]


def _without_disabled_markers(rule: dict[str, Any]) -> dict[str, Any]:
    markers = rule.get("deleteMarkerReplication")
    disabled = isinstance(markers, dict) and markers.get("status") == "Disabled"
    return {key: item for key, item in rule.items() if key != "deleteMarkerReplication"} if disabled else rule
