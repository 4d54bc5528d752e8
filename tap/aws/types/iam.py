"""IAM: roles and their inline policies."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from tap.aws.compare import equal_in_meaning, normalised_json
from tap.aws.names import wanted_name
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, Made, ResourceType, Wanted
from tap.aws.shapes import rfc3339
from tap.aws.tags import diff_tags, from_list, to_list
from tap.aws.validation import Problems, between, length, matches, not_together
from tap.aws.waits import retry
from tap.engine.values import UNKNOWN

_GONE: Final = frozenset({"NoSuchEntity"})
_NAME: Final = r"[\w+=,.@-]+"
_NAME_RULE: Final = "letters, digits and +=,.@-_"

_NOT_YET_SECONDS_MAX: Final = 60.0
"""How long IAM may not know a principal that was made a moment ago."""

_DETACHING_SECONDS_MAX: Final = 20.0
"""How long IAM may still see on a role what was taken off it a moment ago."""


class Role(ResourceType):
    """A role without its policies: `inlinePolicies` and `managedPolicyArns` are deprecated, refused, and stay empty."""

    token = "aws:iam/role:Role"
    supported = frozenset({
        "assumeRolePolicy", "description", "forceDetachPolicies", "maxSessionDuration", "name", "namePrefix", "path",
        "permissionsBoundary",
    })  # fmt: skip
    replace_on = frozenset({"name", "namePrefix", "path"})
    defaults = {"maxSessionDuration": 3600, "path": "/"}
    name = GeneratedName("name", 64)
    json_properties = frozenset({"assumeRolePolicy"})
    gone = _GONE
    regional = False
    taggable = True
    marked_by_tag = True
    actions = frozenset({
        "iam:CreateRole", "iam:GetRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
        "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary", "iam:TagRole", "iam:UntagRole",
        "iam:ListAttachedRolePolicies", "iam:DetachRolePolicy", "iam:ListRolePolicies", "iam:DeleteRolePolicy",
        "iam:ListInstanceProfilesForRole", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteRole",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        arguments: dict[str, Any] = {
            "RoleName": wanted_name(want, mark),
            "AssumeRolePolicyDocument": want["assumeRolePolicy"],
            "Path": want["path"],
            "MaxSessionDuration": want["maxSessionDuration"],
            "Tags": to_list(want.get("tags", {})),
        }
        if want.get("description"):
            arguments["Description"] = want["description"]
        if want.get("permissionsBoundary"):
            arguments["PermissionsBoundary"] = want["permissionsBoundary"]
        answer = _once_known(aws, lambda: aws.client("iam").create_role(**arguments))
        role = {"MaxSessionDuration": want["maxSessionDuration"], "Tags": arguments["Tags"], **answer["Role"]}
        return Made(str(arguments["RoleName"]), _role_outputs(role, want))

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [str(wanted_name(want, mark))]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found:
        return _role_outputs(aws.client("iam").get_role(RoleName=id)["Role"], want)

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        iam = aws.client("iam")
        if not equal_in_meaning(self, "assumeRolePolicy", want["assumeRolePolicy"], have["assumeRolePolicy"]):
            policy = want["assumeRolePolicy"]
            _once_known(aws, lambda: iam.update_assume_role_policy(RoleName=id, PolicyDocument=policy))
        description, duration = want.get("description", ""), want["maxSessionDuration"]
        if (description, duration) != (have["description"], have["maxSessionDuration"]):
            iam.update_role(RoleName=id, Description=description, MaxSessionDuration=duration)
        boundary = want.get("permissionsBoundary", "")
        if boundary != have["permissionsBoundary"]:
            if boundary:
                iam.put_role_permissions_boundary(RoleName=id, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=id)
        _sync_tags(iam, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        iam = aws.client("iam")
        if have.get("forceDetachPolicies"):
            _detach_everything(iam, id)
        what = f"role {id} to be free of policies"
        retry(
            aws,
            lambda: iam.delete_role(RoleName=id),
            codes={"DeleteConflict"},
            what=what,
            seconds_max=_DETACHING_SECONDS_MAX,
        )

    def validate(self, want: Wanted) -> Problems:
        return [
            *not_together(want, "name", "namePrefix"),
            *length(want, "name", 1, 64),
            *matches(want, "name", _NAME, _NAME_RULE),
            *length(want, "namePrefix", 1, 38),
            *matches(want, "namePrefix", _NAME, _NAME_RULE),
            *length(want, "path", 1, 512),
            *length(want, "description", 0, 1000),
            *between(want, "maxSessionDuration", 3600, 43200),
            *_tags_that_differ_by_case(want.get("tags")),
        ]


def _role_outputs(role: dict[str, Any], want: Wanted) -> Found:
    return {
        "arn": role["Arn"],
        "assumeRolePolicy": normalised_json(role["AssumeRolePolicyDocument"]),
        "createDate": rfc3339(role["CreateDate"]),
        "description": role.get("Description", ""),
        "forceDetachPolicies": want.get("forceDetachPolicies", False),
        "maxSessionDuration": role["MaxSessionDuration"],
        "name": role["RoleName"],
        "namePrefix": want.get("namePrefix", ""),
        "path": role["Path"],
        "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        "tags": from_list(role.get("Tags")),
        "uniqueId": role["RoleId"],
    }


def _once_known(aws: Aws, call: Any) -> Any:
    return retry(
        aws,
        call,
        codes={"MalformedPolicyDocument"},
        saying="Invalid principal in policy",
        what="IAM to know the principals of the policy",
        seconds_max=_NOT_YET_SECONDS_MAX,
    )


def _sync_tags(iam: Client, id: str, have: Found, want: Wanted) -> None:
    """First away, then on: to IAM a key in other letter case is the same key."""
    changed, removed = diff_tags(have["tags"], want.get("tags", {}))
    if removed:
        iam.untag_role(RoleName=id, TagKeys=removed)
    if changed:
        iam.tag_role(RoleName=id, Tags=to_list(changed))


def _tags_that_differ_by_case(tags: Any) -> Problems:
    if not isinstance(tags, dict) or tags is UNKNOWN:
        return []
    twice = {key for key, count in Counter(key.lower() for key in tags).items() if count > 1}
    keys = sorted(key for key in tags if key.lower() in twice)
    return [("tags", f"IAM takes tag keys that differ by letter case only for the same: {keys}")] if keys else []


def _detach_everything(iam: Client, role: str) -> None:
    """Pages are bounded by IAM's own quotas: at most 25 attached policies, 10,240 characters of inline ones."""
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for policy in page["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
    for page in iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=role):
        for profile in page["InstanceProfiles"]:
            iam.remove_role_from_instance_profile(RoleName=role, InstanceProfileName=profile["InstanceProfileName"])


class RolePolicy(ResourceType):
    """The id is `<role>:<policy>`. A policy of that name that was there before is overwritten, as IAM does."""

    token = "aws:iam/rolePolicy:RolePolicy"
    supported = frozenset({"name", "namePrefix", "policy", "role"})
    replace_on = frozenset({"name", "namePrefix", "role"})
    name = GeneratedName("name", 255)
    json_properties = frozenset({"policy"})
    gone = _GONE
    regional = False
    actions = frozenset({"iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"})

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        name = wanted_name(want, mark)
        _put_policy(aws, want["role"], name, want["policy"])
        prefix = {"namePrefix": want["namePrefix"]} if "namePrefix" in want else {}
        outputs = {"role": want["role"], "name": name, "policy": normalised_json(want["policy"]), **prefix}
        return Made(f"{want['role']}:{name}", outputs)

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [f"{want['role']}:{wanted_name(want, mark)}"]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found:
        role, _, name = id.partition(":")
        answer = aws.client("iam").get_role_policy(RoleName=role, PolicyName=name)
        prefix = {"namePrefix": want["namePrefix"]} if "namePrefix" in want else {}
        return {"role": role, "name": name, "policy": normalised_json(answer["PolicyDocument"]), **prefix}

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        role, _, name = id.partition(":")
        _put_policy(aws, role, name, want["policy"])

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        role, _, name = id.partition(":")
        aws.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def validate(self, want: Wanted) -> Problems:
        return [
            *not_together(want, "name", "namePrefix"),
            *length(want, "name", 1, 128),
            *matches(want, "name", _NAME, _NAME_RULE),
            *length(want, "namePrefix", 1, 102),
        ]


def _put_policy(aws: Aws, role: str, name: str, policy: str) -> None:
    iam = aws.client("iam")
    _once_known(aws, lambda: iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy))
