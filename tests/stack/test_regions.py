"""Where everything is: decided by the providers alone."""

import inspect
import json

import pulumi_aws as aws

from tap.stack.backup_region import JSON_SETTINGS, TEXT_SETTINGS, config_key
from tests.stack.recorder import Recording, record

EMULATOR = {
    "aws:endpoints": '[{"s3": "http://127.0.0.1:4566", "ec2": "http://127.0.0.1:4566"}]',
    "aws:skipCredentialsValidation": "true",
    "aws:skipRequestingAccountId": "true",
    "aws:s3UsePathStyle": "true",
    "aws:accessKey": "public",
    "aws:secretKey": "private",
    "aws:profile": "emulator",
    "aws:maxRetries": "3",
    "aws:defaultTags": '{"tags": {"Owner": "platform"}}',
    "aws:assumeRoles": '[{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]',
}


def backup_provider(run: Recording):
    (provider,) = [one for one in run.resources.values() if one.type == "pulumi:providers:aws"]
    return provider


def test_no_resource_names_a_region_of_its_own(default: Recording):
    assert [one.name for one in default.cloud() if "region" in one.inputs] == []


def test_the_backup_bucket_and_all_about_it_are_made_by_the_backup_provider(default: Recording):
    provider = backup_provider(default)
    elsewhere = {one.name for one in default.cloud() if one.provider}

    assert elsewhere == {one.name for one in default.cloud() if one.name.startswith("tap-backup-bucket")}
    assert {one.provider for one in default.cloud() if one.provider} == {f"{provider.urn}::{provider.name}-id"}
    assert provider.inputs["region"] == "us-west-2"


def test_the_backup_provider_takes_every_other_setting_of_the_stack():
    inputs = backup_provider(record(config=EMULATOR)).inputs

    assert inputs.pop("region") == "us-west-2"
    assert inputs.pop("skipRegionValidation") == "true"  # the SDK's own default, as for the stack's provider
    assert {key: json.loads(value) if value[0] in "[{" else value for key, value in inputs.items()} == {
        key.removeprefix("aws:"): json.loads(value) if value[0] in "[{" else value for key, value in EMULATOR.items()
    }


def test_secret_settings_stay_secret_on_the_way():
    provider = backup_provider(record(config=EMULATOR, secret=["aws:profile", "aws:endpoints"]))

    assert provider.secret_inputs == {"accessKey", "secretKey", "profile", "endpoints"}
    assert json.loads(provider.inputs["endpoints"])[0]["s3"] == "http://127.0.0.1:4566"


def test_every_setting_that_the_provider_knows_is_passed_on():
    known = inspect.signature(aws.ProviderArgs).parameters.keys() - {"region"}

    assert {*TEXT_SETTINGS, *JSON_SETTINGS} == known
    assert {config_key(name) for name in known} == {
        getter.fget._pulumi_name
        for name, getter in vars(aws.ProviderArgs).items()
        if isinstance(getter, property) and name in known
    }


def test_another_region_and_its_zones_need_only_configuration():
    run = record(
        config={
            "aws:region": "eu-west-1",
            "tap:availability_zones": '["eu-west-1a", "eu-west-1b"]',
            "tap:backup_region": "eu-central-1",
        },
        region="eu-west-1",
    )

    assert run.exported()["s3_bucket_names"] == {
        "app": "tap-app-test-123456789012-eu-west-1",
        "backup": "tap-backup-test-123456789012-eu-central-1",
        "logs": "tap-logs-test-123456789012-eu-west-1",
    }
    assert "us-east-1" not in json.dumps([one.inputs for one in run.cloud()])


def test_arns_are_of_the_partition_that_the_provider_is_in():
    run = record(
        config={
            "aws:region": "us-gov-west-1",
            "tap:availability_zones": '["us-gov-west-1a", "us-gov-west-1b"]',
            "tap:backup_region": "us-gov-east-1",
        },
        region="us-gov-west-1",
        partition="aws-us-gov",
    )
    documents = [one.inputs[key] for one in run.cloud() for key in ("policy", "assumeRolePolicy") if key in one.inputs]

    assert len(documents) >= 9
    assert [text for text in documents if "arn:aws:" in text] == []
