"""`tap import` on the embedded AWS: what is there already becomes part of the stack, and its Python is right."""

from __future__ import annotations

import importlib
import inspect
import json
import warnings

import pytest

from tap.aws.schema import _document
from tap.cli.python_code import snake_case, variable
from tap.local_aws import control
from tests.cli.conftest import Tap, make_project
from tests.conftest import Account

VPC = "aws:ec2/vpc:Vpc"
NO_PROGRAM = "import pulumi\n"


@pytest.fixture(scope="module")
def tap(tmp_path_factory, warm):
    root = tmp_path_factory.mktemp("import")
    make_project(root, warm=warm)
    for stack in ("local", "other"):
        (root / f"Pulumi.{stack}.yaml").write_text("config:\n  aws:region: us-east-1\n")
    (root / "__main__.py").write_text(NO_PROGRAM)
    tap = Tap(root, warm)
    tap("local", "start", "--port", "0")
    yield tap
    control.stop(root)


@pytest.fixture(scope="module")
def aws(tap):
    account = Account(json.loads(tap("local", "status", "--json").stdout)["endpoint"], "test")
    yield account
    account.close()


def test_a_resource_is_imported_stated_and_at_home(tap, aws):
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "camelCase", "Value": "kept"}])

    imported = tap("import", VPC, "found-it", vpc)
    resource = json.loads(tap("state", "export").stdout)["deployment"]["resources"][-1]
    code = imported.stdout[imported.stdout.index("import pulumi\n") :]
    (tap.root / "__main__.py").write_text(code)
    quiet = tap("up", "--expect-no-changes")
    refused = tap("destroy")
    spared = tap("destroy", "--exclude-protected")
    tap("state", "unprotect", "--all")
    destroyed = tap("destroy")

    assert imported.returncode == 0, imported.stdout
    assert imported.stdout.startswith("Importing (local):\n")
    assert " =  aws:ec2:Vpc found-it imported" in imported.stdout
    assert "Please copy the following code into your Pulumi application." in imported.stdout
    assert (
        resource["urn"],
        resource["id"],
        resource["importID"],
        resource["protect"],
    ) == ("urn:pulumi:local::shop::aws:ec2/vpc:Vpc::found-it", vpc, vpc, True)
    assert resource["inputs"]["cidrBlock"] == "10.7.0.0/16"
    assert "found_it = aws.ec2.Vpc('found-it',\n" in code
    assert "    cidr_block='10.7.0.0/16',\n" in code
    assert "'camelCase': 'kept'," in code
    assert code.endswith("    opts=pulumi.ResourceOptions(protect=True))\n\n")
    assert quiet.returncode == 0, quiet.stdout + quiet.stderr
    assert refused.returncode == 1
    assert "because it is protected" in refused.stdout
    assert spared.returncode == 0
    assert (
        "There were no unprotected resources to destroy. "
        "There are still 3 protected resources associated with this stack." in spared.stdout
    )
    assert destroyed.returncode == 0
    assert vpc not in [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]]


def test_what_can_not_be_imported_is_named(tap):
    (tap.root / "__main__.py").write_text(NO_PROGRAM)
    run = [*["import", "--stack", "other", "--skip-preview"]]

    missing = tap(*run, VPC, "gone", "vpc-00000000")
    type = tap(*run, "aws:ec2/vcp:Vpc", "gone", "vpc-1")
    malformed = tap(*run, "Vpc", " ", "vpc-1", "--provider", "nope")

    assert missing.returncode == 1
    assert "error: resource 'vpc-00000000' does not exist" in missing.stdout
    assert type.returncode == 1
    assert "resource type aws:ec2/vcp:Vpc is not supported by the embedded engine" in type.stdout
    assert "did you mean aws:ec2/vpc:Vpc?" in type.stdout
    assert malformed.returncode == 2
    assert malformed.stderr.startswith(
        "error: 'Vpc' is not a type token (<package>:<module>:<name>, as in aws:ec2/vpc:Vpc); the name is empty; "
        "the provider 'nope' is not a URN"
    )


def test_the_python_names_are_those_of_the_sdk():
    for token, entry in _document()["types"].items():
        parameters = inspect.signature(sdk_class(token)._internal_init).parameters

        assert {snake_case(each) for each in entry["inputs"]} <= set(parameters), token


def sdk_class(token):
    _, module, name = token.split(":")
    with warnings.catch_warnings():  # loading it warns of resources that are deprecated there and not used here
        warnings.simplefilter("ignore")
        return getattr(importlib.import_module(f"pulumi_aws.{module.partition('/')[0]}"), name)


@pytest.mark.parametrize(
    ("name", "identifier"), [("a-b", "a_b"), ("1st", "_1st"), ("class", "_class"), ("é.ü", "é_ü"), ("--", "resource")]
)
def test_a_name_becomes_a_variable(name, identifier):
    assert variable(name) == identifier
    assert identifier.isidentifier()
