"""Samples of roles and their policies."""

from __future__ import annotations

import json

from tests.aws.sample import Sample, World, unique


def _trust(service: str) -> dict:
    statement = {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _allow(action: str) -> dict:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [action], "Resource": "*"}]}


def role(world: World) -> Sample:
    name = unique("role")
    boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    return Sample(
        first={
            "name": name,
            "assumeRolePolicy": json.dumps(_trust("vpc-flow-logs.amazonaws.com")),
            "permissionsBoundary": boundary,
            "tags": {"environment": "production", "drop": "me"},
        },
        second={
            "name": name,
            "assumeRolePolicy": _trust("s3.amazonaws.com"),
            "description": "for replication",
            "forceDetachPolicies": True,
            "maxSessionDuration": 7200,
            "tags": {"Environment": "other", "more": ""},
        },
        drift=lambda id: world.client("iam").update_role(RoleName=id, Description="drifted"),
        untold=frozenset({"forceDetachPolicies"}),
        replacements={"name": unique("role"), "path": "/elsewhere/"},
    )


def role_policy(world: World) -> Sample:
    names = [unique("role"), unique("role")]
    for each in names:
        world.client("iam").create_role(RoleName=each, AssumeRolePolicyDocument=json.dumps(_trust("ec2.amazonaws.com")))
    given = {"role": names[0], "name": "inline"}
    return Sample(
        first={**given, "policy": json.dumps(_allow("logs:PutLogEvents"))},
        second={**given, "policy": _allow("logs:CreateLogStream")},
        drift=lambda id: world.client("iam").put_role_policy(
            RoleName=id.split(":")[0], PolicyName="inline", PolicyDocument=json.dumps(_allow("s3:GetObject"))
        ),
        replacements={"role": names[1], "name": "other"},
    )


SAMPLES = {"aws:iam/role:Role": role, "aws:iam/rolePolicy:RolePolicy": role_policy}
