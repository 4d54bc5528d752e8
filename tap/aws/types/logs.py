"""CloudWatch Logs: log groups."""

from __future__ import annotations

from typing import Any, Final

from tap.aws.names import wanted_name
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, ResourceType, Wanted
from tap.aws.tags import diff_tags
from tap.aws.validation import Problems, length, matches, not_together, one_of
from tap.aws.waits import retry

_RETENTIONS: Final = frozenset(
    {0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)
_NAME: Final = r"[.\-_/#A-Za-z0-9]+"
_NAME_RULE: Final = "letters, digits and .-_/#"
_BUSY_SECONDS_MAX: Final = 60.0


class LogGroup(ResourceType):
    """A log group. The class DELIVERY (whose retention nobody can set) is refused."""

    token = "aws:cloudwatch/logGroup:LogGroup"
    supported = frozenset({
        "deletionProtectionEnabled", "kmsKeyId", "logGroupClass", "name", "namePrefix", "retentionInDays",
        "skipDestroy",
    })  # fmt: skip
    replace_on = frozenset({"logGroupClass", "name", "namePrefix"})
    name = GeneratedName("name", 255)
    gone = frozenset({"ResourceNotFoundException"})
    taggable = True
    marked_by_tag = True
    actions = frozenset({
        "logs:CreateLogGroup", "logs:DescribeLogGroups", "logs:ListTagsForResource", "logs:PutRetentionPolicy",
        "logs:DeleteRetentionPolicy", "logs:AssociateKmsKey", "logs:DisassociateKmsKey", "logs:TagResource",
        "logs:UntagResource", "logs:PutLogGroupDeletionProtection", "logs:DeleteLogGroup",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        """Read back afterwards: moto gives a new group the tags of a deleted one of its name."""
        name = str(wanted_name(want, mark))
        arguments: dict[str, Any] = {"logGroupName": name}
        for key in ("kmsKeyId", "logGroupClass", "deletionProtectionEnabled", "tags"):
            if want.get(key):
                arguments[key] = want[key]
        aws.client("logs").create_log_group(**arguments)
        return name

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [str(wanted_name(want, mark))]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        logs = aws.client("logs")
        groups = logs.describe_log_groups(logGroupNamePrefix=id)["logGroups"]
        # AWS sorts by name: one that is its own prefix is on the first page.
        group = next((each for each in groups if each["logGroupName"] == id), None)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            **{key: want[key] for key in ("namePrefix", "skipDestroy") if key in want},
            "arn": arn,
            "deletionProtectionEnabled": group.get("deletionProtectionEnabled", False),
            "kmsKeyId": group.get("kmsKeyId", ""),
            "logGroupClass": group.get("logGroupClass", "STANDARD"),  # moto leaves it out
            "name": id,
            "retentionInDays": group.get("retentionInDays", 0),
            "tags": logs.list_tags_for_resource(resourceArn=arn)["tags"],
        }

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        logs = aws.client("logs")
        retention = want.get("retentionInDays", 0)
        if retention != have["retentionInDays"]:
            if retention:
                logs.put_retention_policy(logGroupName=id, retentionInDays=retention)
            else:
                logs.delete_retention_policy(logGroupName=id)
        key = want.get("kmsKeyId", "")
        if key != have["kmsKeyId"]:
            if key:
                logs.associate_kms_key(logGroupName=id, kmsKeyId=key)
            else:
                logs.disassociate_kms_key(logGroupName=id)
        protect = want.get("deletionProtectionEnabled", have["deletionProtectionEnabled"])
        if protect != have["deletionProtectionEnabled"]:
            logs.put_log_group_deletion_protection(logGroupIdentifier=id, deletionProtectionEnabled=protect)
        _sync_tags(logs, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        if have.get("skipDestroy"):
            return
        logs = aws.client("logs")
        retry(
            aws,
            lambda: logs.delete_log_group(logGroupName=id),
            codes={"OperationAbortedException"},
            what=f"log group {id} to be free",
            seconds_max=_BUSY_SECONDS_MAX,
        )

    def validate(self, want: Wanted) -> Problems:
        return [
            *not_together(want, "name", "namePrefix"),
            *length(want, "name", 1, 512),
            *matches(want, "name", _NAME, _NAME_RULE),
            *length(want, "namePrefix", 1, 486),
            *matches(want, "namePrefix", _NAME, _NAME_RULE),
            *one_of(want, "retentionInDays", _RETENTIONS),
            *one_of(want, "logGroupClass", {"STANDARD", "INFREQUENT_ACCESS"}),
            *matches(want, "kmsKeyId", r"arn:.+", "the key's ARN"),
        ]


def _sync_tags(logs: Client, have: Found, want: Wanted) -> None:
    changed, removed = diff_tags(have["tags"], want.get("tags", {}))
    if removed:
        logs.untag_resource(resourceArn=have["arn"], tagKeys=removed)
    if changed:
        logs.tag_resource(resourceArn=have["arn"], tags=changed)
