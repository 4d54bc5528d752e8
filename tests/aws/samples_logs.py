"""Samples of log groups."""

from __future__ import annotations

from tests.aws.sample import Sample, World, unique


def log_group(world: World) -> Sample:
    name = f"/tap/{unique('group')}"
    key = "arn:aws:kms:us-east-1:123456789012:key/"
    return Sample(
        first={"name": name, "kmsKeyId": f"{key}one", "retentionInDays": 30, "tags": {"Name": "one", "drop": "me"}},
        second={
            "name": name,
            "deletionProtectionEnabled": True,
            "kmsKeyId": f"{key}two",
            "skipDestroy": True,
            "tags": {"Name": "two", "more": ""},
        },
        drift=lambda id: world.client("logs").put_retention_policy(logGroupName=id, retentionInDays=1),
        untold=frozenset({"skipDestroy"}),
        replacements={"name": f"/tap/{unique('group')}", "logGroupClass": "INFREQUENT_ACCESS", "region": "us-west-2"},
    )


SAMPLES = {"aws:cloudwatch/logGroup:LogGroup": log_group}
