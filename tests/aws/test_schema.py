"""schema.json is what pulumi_aws says, and nothing else."""

from __future__ import annotations

import subprocess
import sys

from tap.aws import generate_schema, registry
from tap.aws.schema import SCHEMA_FILE, empty_value, provider_inputs, token_by_alias, type_schema


def test_schema_json_is_what_the_generator_makes_of_the_installed_sdk():
    # A process of its own: pulumi_aws changes what other tests measure, and takes its time.
    code = "from tap.aws import generate_schema as g; from tap.aws import registry as r; import sys; "
    code += "sys.stdout.write(g.to_text(g.generate(r.tokens())))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)

    assert made.stdout == SCHEMA_FILE.read_text(encoding="utf-8")


def test_there_are_the_31_types_of_the_stack():
    assert len(registry.tokens()) == 31
    assert generate_schema.SCHEMA_FILE.name == "schema.json"


def test_a_type_knows_its_inputs_and_what_aws_fills_in():
    vpc = type_schema("aws:ec2/vpc:Vpc")

    assert "cidrBlock" in vpc.inputs
    assert "arn" not in vpc.inputs
    assert vpc.outputs["tags"] == {"map": "str"}
    assert "enableDnsHostnames" in vpc.computed
    assert "enableDnsSupport" not in vpc.computed
    assert type_schema("aws:ec2/subnet:Subnet").required == ("vpcId",)


def test_what_is_not_set_has_the_empty_value_of_its_kind():
    assert [empty_value(kind) for kind in ("str", "bool", "int")] == ["", False, 0]
    assert empty_value({"list": "str"}) == []
    assert empty_value({"map": "str"}) == {}
    assert empty_value({"object": {"a": "str"}}) is None


def test_every_property_that_a_type_supports_is_an_input_of_it():
    for token in registry.tokens():
        kind, schema = registry.resource_type(token), type_schema(token)

        assert kind.supported <= schema.inputs, token
        assert kind.replace_on <= schema.inputs, token
        assert kind.defaults.keys() <= kind.supported, token
        assert kind.taggable == ("tagsAll" in schema.outputs), token
        assert kind.regional == ("region" in schema.inputs), token
        assert kind.actions, token
        assert kind.json_properties <= kind.supported, token


def test_a_former_name_of_a_type_is_the_type():
    assert token_by_alias()["aws:s3/bucketV2:BucketV2"] == "aws:s3/bucket:Bucket"
    assert registry.resource_type("aws:s3/bucketV2:BucketV2") is registry.resource_type("aws:s3/bucket:Bucket")


def test_the_settings_of_the_provider_are_known():
    assert {"region", "defaultTags", "endpoints", "skipCredentialsValidation"} <= provider_inputs()
