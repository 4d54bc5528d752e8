"""KMS: keys and their aliases."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from tap.aws.compare import equal_in_meaning, normalised_json
from tap.aws.errors import code_of
from tap.aws.names import wanted_name
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, Made, ResourceType, Wanted
from tap.aws.tags import MARK_KEY, diff_tags, from_list, to_list
from tap.aws.validation import Problems, between, length, matches, not_together, one_of
from tap.aws.waits import retry

_GOING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
_NOT_YET_SECONDS_MAX: Final = 120.0
"""How long KMS may not know a principal, and how long a new key may be unknown to some of its hosts."""


class Key(ResourceType):
    """A key on its way out (PendingDeletion) counts as gone: nothing but a cancellation can be done to it."""

    token = "aws:kms/key:Key"
    supported = frozenset({
        "bypassPolicyLockoutSafetyCheck", "customKeyStoreId", "customerMasterKeySpec", "deletionWindowInDays",
        "description", "enableKeyRotation", "isEnabled", "keyUsage", "multiRegion", "policy", "rotationPeriodInDays",
        "xksKeyId",
    })  # fmt: skip
    replace_on = frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"})
    defaults = {"customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "isEnabled": True}
    json_properties = frozenset({"policy"})
    gone = frozenset({"NotFoundException"})
    taggable = True
    marked_by_tag = True
    timeouts = {"create": 120}
    actions = frozenset({
        "kms:CreateKey", "kms:ListKeys", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
        "kms:ListResourceTags", "kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:DisableKeyRotation",
        "kms:UpdateKeyDescription", "kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource",
        "kms:ScheduleKeyDeletion",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        arguments: dict[str, Any] = {
            "KeySpec": want["customerMasterKeySpec"],
            "KeyUsage": want["keyUsage"],
            "BypassPolicyLockoutSafetyCheck": want.get("bypassPolicyLockoutSafetyCheck", False),
            "Tags": to_list(want.get("tags", {}), "TagKey", "TagValue"),
        }
        for key, parameter in _ON_CREATION.items():
            if want.get(key):
                arguments[parameter] = want[key]
        if want.get("customKeyStoreId"):
            arguments["Origin"] = "EXTERNAL_KEY_STORE" if want.get("xksKeyId") else "AWS_CLOUDHSM"
        answer = _once_known(aws, lambda: aws.client("kms").create_key(**arguments))
        return str(answer["KeyMetadata"]["KeyId"])

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        """KMS can not be asked by tag: every key is asked for its tags."""
        kms = aws.client("kms")
        keys = [key["KeyId"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]
        return [key for key in keys if _tags(kms, key).get(MARK_KEY) == mark]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        kms = aws.client("kms")
        key = kms.describe_key(KeyId=id)["KeyMetadata"]
        if key["KeyState"] in _GOING:
            return None
        policy = kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"]
        # Only keys whose material KMS made can rotate; it may refuse the question for others.
        rotation = kms.get_key_rotation_status(KeyId=id) if key["Origin"] == "AWS_KMS" else {}
        return {
            **{name: want[name] for name in ("bypassPolicyLockoutSafetyCheck", "deletionWindowInDays") if name in want},
            "arn": key["Arn"],
            "customKeyStoreId": key.get("CustomKeyStoreId", ""),
            "customerMasterKeySpec": key["KeySpec"],
            "description": key.get("Description", ""),
            "enableKeyRotation": rotation.get("KeyRotationEnabled", False),
            "isEnabled": key["Enabled"],
            "keyId": key["KeyId"],
            # moto leaves out the usage and the region kind where they are the default
            "keyUsage": key.get("KeyUsage", "ENCRYPT_DECRYPT"),
            "multiRegion": key.get("MultiRegion", False),
            "policy": normalised_json(policy),
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays", 0),
            "tags": _tags(kms, id),
            "xksKeyId": key.get("XksKeyConfiguration", {}).get("Id", ""),
        }

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        """A disabled key can not be changed: it is enabled first, disabled last."""
        kms = aws.client("kms")
        enable = want["isEnabled"] and not have["isEnabled"]
        disable = have["isEnabled"] and not want["isEnabled"]
        if enable:
            _once_there(aws, lambda: kms.enable_key(KeyId=id))
        _mend_rotation(aws, id, have, want)
        if "description" in want and want["description"] != have["description"]:
            _once_there(aws, lambda: kms.update_key_description(KeyId=id, Description=want["description"]))
        if "policy" in want and not equal_in_meaning(self, "policy", want["policy"], have["policy"]):
            _put_policy(aws, id, want)
        _sync_tags(kms, id, have, want)
        if disable:
            _once_there(aws, lambda: kms.disable_key(KeyId=id))

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        window = have.get("deletionWindowInDays") or 0
        arguments = {"PendingWindowInDays": window} if window else {}  # else KMS's own: 30 days
        try:
            aws.client("kms").schedule_key_deletion(KeyId=id, **arguments)
        except ClientError as error:
            if code_of(error) != "KMSInvalidStateException" or "pending deletion" not in str(error):
                raise

    def validate(self, want: Wanted) -> Problems:
        needed = [("rotationPeriodInDays", "rotationPeriodInDays needs enableKeyRotation")]
        orphan = "rotationPeriodInDays" in want and "enableKeyRotation" not in want
        return [
            *(needed if orphan else []),
            *between(want, "deletionWindowInDays", 7, 30),
            *between(want, "rotationPeriodInDays", 90, 2560),
            *length(want, "description", 0, 8192),
            *one_of(want, "keyUsage", {"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"}),
        ]


_ON_CREATION: Final = {
    "description": "Description",
    "multiRegion": "MultiRegion",
    "policy": "Policy",
    "customKeyStoreId": "CustomKeyStoreId",
    "xksKeyId": "XksKeyId",
}


def _tags(kms: Client, id: str) -> dict[str, str]:
    """A page holds the 50 tags that a key can have."""
    return from_list(kms.list_resource_tags(KeyId=id)["Tags"], "TagKey", "TagValue")


def _mend_rotation(aws: Aws, id: str, have: Found, want: Wanted) -> None:
    kms = aws.client("kms")
    rotate, period = want.get("enableKeyRotation", False), want.get("rotationPeriodInDays")
    if rotate and (not have["enableKeyRotation"] or (period and period != have["rotationPeriodInDays"])):
        arguments = {"RotationPeriodInDays": period} if period else {}
        _once_there(aws, lambda: kms.enable_key_rotation(KeyId=id, **arguments))
    elif have["enableKeyRotation"] and not rotate:
        _once_there(aws, lambda: kms.disable_key_rotation(KeyId=id))


def _put_policy(aws: Aws, id: str, want: Wanted) -> None:
    bypass = want.get("bypassPolicyLockoutSafetyCheck", False)
    _once_known(
        aws,
        lambda: aws.client("kms").put_key_policy(
            KeyId=id, PolicyName="default", Policy=want["policy"], BypassPolicyLockoutSafetyCheck=bypass
        ),
    )


def _sync_tags(kms: Client, id: str, have: Found, want: Wanted) -> None:
    changed, removed = diff_tags(have["tags"], want.get("tags", {}))
    if removed:
        kms.untag_resource(KeyId=id, TagKeys=removed)
    if changed:
        kms.tag_resource(KeyId=id, Tags=to_list(changed, "TagKey", "TagValue"))


def _once_known(aws: Aws, call: Any) -> Any:
    """A key policy may name a role that was made a moment ago."""
    return retry(
        aws,
        call,
        codes={"MalformedPolicyDocumentException"},
        saying="principal",
        what="KMS to know the principals of the policy",
        seconds_max=_NOT_YET_SECONDS_MAX,
    )


def _once_there(aws: Aws, call: Any) -> Any:
    return retry(
        aws,
        call,
        codes={"NotFoundException"},
        what="all of KMS to know the key",
        seconds_max=_NOT_YET_SECONDS_MAX,
    )


class Alias(ResourceType):
    """The id is the alias's name, `alias/...`. The key may be given by id or by ARN."""

    token = "aws:kms/alias:Alias"
    supported = frozenset({"name", "namePrefix", "targetKeyId"})
    replace_on = frozenset({"name", "namePrefix"})
    name = GeneratedName("name", 238, prefix="alias/")
    gone = frozenset({"NotFoundException"})
    actions = frozenset({"kms:CreateAlias", "kms:DescribeKey", "kms:ListAliases", "kms:UpdateAlias", "kms:DeleteAlias"})

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        name = wanted_name(want, mark)
        key_id = self.canonical("targetKeyId", want["targetKeyId"])
        aws.client("kms").create_alias(AliasName=name, TargetKeyId=want["targetKeyId"])
        key_arn = f"arn:{aws.partition}:kms:{aws.region}:{aws.account_id}:key/{key_id}"
        return Made(name, _alias_outputs(aws, name, want, {"KeyId": key_id, "Arn": key_arn}))

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [str(wanted_name(want, mark))]

    def made_at(self, aws: Aws, id: str) -> datetime | None:
        pages = aws.client("kms").get_paginator("list_aliases").paginate()
        alias: dict[str, Any] = next(each for page in pages for each in page["Aliases"] if each["AliasName"] == id)
        return alias.get("CreationDate")  # moto leaves it out

    def find(self, aws: Aws, id: str, want: Wanted) -> Found:
        """Whose alias it is, the key says that answers to it: one call, whatever the number of aliases."""
        return _alias_outputs(aws, id, want, aws.client("kms").describe_key(KeyId=id)["KeyMetadata"])

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        aws.client("kms").update_alias(AliasName=id, TargetKeyId=want["targetKeyId"])

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        aws.client("kms").delete_alias(AliasName=id)

    def validate(self, want: Wanted) -> Problems:
        pattern, rule = r"alias/(?!aws/)[a-zA-Z0-9/_-]+", "alias/ and then letters, digits and /_-, but not alias/aws/"
        return [
            *not_together(want, "name", "namePrefix"),
            *length(want, "name", 1, 256),
            *matches(want, "name", pattern, rule),
            *matches(want, "namePrefix", pattern, rule),
        ]

    def canonical(self, property: str, value: Any) -> Any:
        return value.rpartition("/")[2] if property == "targetKeyId" and isinstance(value, str) else value


def _alias_outputs(aws: Aws, name: str, want: Wanted, key: dict[str, Any]) -> Found:
    return {
        "arn": f"arn:{aws.partition}:kms:{aws.region}:{aws.account_id}:{name}",
        "name": name,
        "namePrefix": want.get("namePrefix", ""),
        "targetKeyArn": key["Arn"],
        "targetKeyId": key["KeyId"],
    }
