"""Samples of keys and aliases."""

from __future__ import annotations

import json

from tests.aws.sample import Sample, World, unique


def _policy(sid: str) -> dict:
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Sid": sid, "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def key(world: World) -> Sample:
    return Sample(
        first={"enableKeyRotation": True, "rotationPeriodInDays": 100, "tags": {"Name": "one", "drop": "me"}},
        second={
            "bypassPolicyLockoutSafetyCheck": True,
            "deletionWindowInDays": 7,
            "description": "for logs",
            "enableKeyRotation": False,
            "isEnabled": False,
            "policy": json.dumps(_policy("mine")),
            "tags": {"Name": "two", "more": ""},
        },
        drift=lambda id: world.client("kms").disable_key(KeyId=id),
        untold=frozenset({"bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"}),
        replacements={
            "customKeyStoreId": "cks-1",
            "customerMasterKeySpec": "RSA_2048",
            "keyUsage": "SIGN_VERIFY",
            "multiRegion": True,
            "xksKeyId": "xks-1",
            "region": "us-west-2",
        },
    )


def alias(world: World) -> Sample:
    keys = [world.client("kms").create_key()["KeyMetadata"] for _ in range(3)]
    name = f"alias/{unique('key')}"
    return Sample(
        first={"name": name, "targetKeyId": keys[0]["KeyId"]},
        second={"name": name, "targetKeyId": keys[1]["Arn"]},
        drift=lambda id: world.client("kms").update_alias(AliasName=id, TargetKeyId=keys[2]["KeyId"]),
        replacements={"name": f"alias/{unique('key')}"},
    )


SAMPLES = {"aws:kms/key:Key": key, "aws:kms/alias:Alias": alias}
