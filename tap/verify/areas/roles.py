"""Look at the stack's roles: who may assume them, and what they may do then."""

from __future__ import annotations

from functools import partial

from tap.verify.area import Area
from tap.verify.facts.roles import Role, RoleFacts, RolePolicy
from tap.verify.facts.scope import Scope
from tap.verify.facts.seen import Seen, unseen
from tap.verify.policies.document import read_policy
from tap.verify.reader import Reader

_GONE = ("NoSuchEntity",)


def _collect(reader: Reader, scope: Scope) -> RoleFacts:
    names = scope.ids("aws:iam/role:Role")
    looked = reader.each(lambda name: _role(reader, name), names)
    roles = tuple(found for found in looked if isinstance(found, Role))
    return RoleFacts(roles, tuple(name for name, found in zip(names, looked, strict=True) if found == "gone"))


def _role(reader: Reader, name: str) -> Role | str:
    """ "gone" if there is no such role. One that could not be looked at makes the area blind."""
    answer = reader.answer("iam", "GetRole", absent=_GONE, RoleName=name)
    if answer is None:
        return "unseen"
    if not answer:
        return "gone"
    described = answer["Role"]
    return Role(
        name=name,
        arn=described["Arn"],
        trust=read_policy(described.get("AssumeRolePolicyDocument")),
        policies=_policies(reader, name),
        boundary=described.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
    )


def _policies(reader: Reader, name: str) -> Seen[tuple[RolePolicy, ...]]:
    """Those of its own and those attached to it. What could not be seen of them might allow anything."""
    ask = partial(reader.answer, "iam", subject=name)
    listed = [ask("ListRolePolicies", RoleName=name), ask("ListAttachedRolePolicies", RoleName=name)]
    if None in listed:
        return unseen(f"the list of policies of the role {name} was not seen")
    own, attached = (answer or {} for answer in listed)
    if own.get("IsTruncated") or attached.get("IsTruncated"):
        return unseen(f"the role {name} has more policies than IAM tells at once")
    found: list[RolePolicy] = []
    for policy in own.get("PolicyNames", ()):
        answer = ask("GetRolePolicy", RoleName=name, PolicyName=policy)
        if answer is None:
            return unseen(f"the policy {policy} of the role {name} was not seen")
        found.append(RolePolicy(policy, read_policy(answer.get("PolicyDocument"))))
    for each in attached.get("AttachedPolicies", ()):
        described = ask("GetPolicy", PolicyArn=each["PolicyArn"])
        version = described and ask(
            "GetPolicyVersion", PolicyArn=each["PolicyArn"], VersionId=described["Policy"]["DefaultVersionId"]
        )
        if not version:
            return unseen(f"the policy {each['PolicyArn']} of the role {name} was not seen")
        found.append(RolePolicy(each["PolicyName"], read_policy(version["PolicyVersion"]["Document"]), attached=True))
    return Seen(tuple(found))


ROLES = Area(
    "roles",
    frozenset(
        {
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        }
    ),
    _collect,
    traced=True,
)
