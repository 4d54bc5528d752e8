"""What a program says to the SDK is what the engine is asked, and what the engine answers is what the program gets."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from tap.engine.model import Alias, CustomTimeouts
from tap.engine.values import UNKNOWN, Asset, ResourceReference, Secret
from tests.program.recording import PROGRAMS, RecordingRegistrar, play

STACK = "urn:pulumi:dev::tests::pulumi:pulumi:Stack::tests-dev"
CONFIG = {"tests:password": "hunter2", "tests:size": "7", "tests:zones": '["a", {"b": 1}]'}


def thing(name: str, parents: str = "") -> str:
    return f"urn:pulumi:dev::tests::{parents}fake:index:Thing::{name}"


FIRST, SECOND = thing("first"), thing("second")
CHILDREN = (thing("group-one", "fake:index:Group$"), thing("group-two", "fake:index:Group$"))


@pytest.fixture(scope="module")
def up():
    registrar = RecordingRegistrar()
    assert play(registrar, "everything.py", config=CONFIG, secret=("tests:password",)).code == 0, registrar.logs
    return registrar


@pytest.fixture(scope="module")
def preview():
    registrar = RecordingRegistrar(preview=True)
    assert play(registrar, "everything.py", config=CONFIG, secret=("tests:password",)).code == 0, registrar.logs
    return registrar


def test_the_stack_is_registered_as_the_parent_of_what_has_none(up):
    stack = up.goals["tests-dev"]

    assert (stack.type, stack.custom, stack.parent) == ("pulumi:pulumi:Stack", False, "")
    assert up.goals["first"].parent == STACK
    assert up.goals["group-one"].parent == "urn:pulumi:dev::tests::fake:index:Group::group"


def test_inputs_arrive_as_what_they_are(up):
    assert up.goals["first"].inputs == {
        "whole": 3,
        "fraction": 1.5,
        "flag": True,
        "nested": {"nothing": None, "list": [1, 2.5, "three", {"four": 4}]},
        "secret": Secret("hunter2"),
        "partly": {"inner": Secret(["s"])},
        "text": Asset(text="content", hash=sha256(b"content").hexdigest()),
        "file": Asset(path="thing.py", hash=sha256((PROGRAMS / "thing.py").read_bytes()).hexdigest()),
    }
    assert isinstance(up.goals["first"].inputs["whole"], int)


def test_outputs_of_one_resource_are_inputs_of_the_next_with_their_dependencies(up):
    goal = up.goals["second"]

    assert goal.inputs == {"of": "first-id", "echo": "first-id"}
    assert goal.dependencies == (FIRST,)
    assert goal.property_dependencies == {"of": (FIRST,), "echo": (FIRST,)}


def test_a_property_without_dependencies_is_listed_without_any(up):
    assert up.goals["first"].property_dependencies["whole"] == ()


def test_in_a_preview_what_the_engine_does_not_know_is_unknown(preview):
    assert preview.goals["second"].inputs == {"of": UNKNOWN, "echo": UNKNOWN}


def test_depending_on_a_component_is_depending_on_its_resources(up):
    goal = up.goals["after-group"]

    assert goal.dependencies == tuple(sorted((*CHILDREN, SECOND)))
    assert goal.inputs == {"reference": ResourceReference(SECOND, "second-id")}


def test_a_reference_to_a_resource_that_is_not_there_yet_has_an_unknown_id(preview):
    assert preview.goals["after-group"].inputs == {"reference": ResourceReference(SECOND, UNKNOWN)}


def test_a_component_registers_outputs_of_its_own(up):
    outputs = up.outputs["urn:pulumi:dev::tests::fake:index:Group::group"]

    assert outputs == {"one": "group-one-id", "self": ResourceReference(CHILDREN[0], "group-one-id")}


def test_every_option_arrives(up):
    goal = up.goals["optioned"]

    assert goal.protect is True
    assert goal.retain_on_delete is False
    assert goal.delete_before_replace is True
    assert goal.version == "9.8.7"
    assert goal.provider == "urn:pulumi:dev::tests::pulumi:providers:fake::explicit::explicit-id"
    assert (goal.ignore_changes, goal.replace_on_changes, goal.hide_diff) == (("a.b",), ("c",), ("d",))
    assert goal.additional_secret_outputs == ("e",)
    assert goal.custom_timeouts == CustomTimeouts(create=5400, update=90, delete=90)
    assert (goal.deleted_with, goal.replace_with, goal.replacement_trigger) == (FIRST, (SECOND,), "v1")
    assert goal.id == "import-me"


def test_options_that_are_not_set_are_not_set(up):
    goal = up.goals["first"]

    assert (goal.protect, goal.retain_on_delete, goal.delete_before_replace) == (None, None, None)
    assert (goal.provider, goal.providers, goal.aliases, goal.replacement_trigger) == ("", {}, (), None)


def test_aliases_arrive_as_specifications(up):
    assert up.goals["optioned"].aliases == (
        Alias(name="old"),
        Alias(type="fake:index:Old", parent_urn="urn:pulumi:dev::tests::fake:index:Group::group"),
        Alias(no_parent=True),
        Alias(urn="urn:pulumi:dev::tests::fake:index:Thing::older"),
    )


def test_a_provider_that_is_not_there_yet_is_referred_to_by_the_unknown_id(preview):
    assert preview.goals["optioned"].provider.endswith("::explicit::04da6b54-80e4-46f7-96ec-b56ff0331ba9")


def test_a_resource_says_where_in_the_program_it_was_declared(up):
    goal = up.goals["second"]
    line = (
        (PROGRAMS / "everything.py")
        .read_text()
        .splitlines()
        .index('second = Thing("second", {"of": first.id, "echo": first.id_echo})')
    )

    assert goal.source_position == f"project:///everything.py#{line + 1}"
    assert goal.stack_trace is not None
    assert goal.stack_trace[0] == goal.source_position


def test_a_resource_with_an_id_is_read(up):
    goal = up.reads["found"]

    assert (goal.type, goal.id, goal.inputs) == ("fake:index:Thing", "known-id", {"filter": "f"})
    assert up.outputs[STACK]["found"] == "known-id"


def test_a_stack_reference_is_read_and_its_outputs_reach_the_program(up):
    assert up.reads["organization/other/dev"].type == "pulumi:pulumi:StackReference"
    assert up.outputs[STACK]["other"] == 42


def test_a_plain_invoke_is_answered_at_once(up):
    assert up.invokes[0].arguments == {"name": "plain"}
    assert up.outputs[STACK]["plain"] == {"found": "plain", "hidden": "h", "region": "eu-west-1"}


def test_an_output_invoke_says_what_it_depends_on_and_is_secret_if_its_arguments_are(up):
    goal = up.invokes[1]

    assert goal.depends_on == tuple(sorted((*CHILDREN, SECOND)))
    assert goal.arguments == {"name": "second-id", "secret": "s"}
    assert up.outputs[STACK]["asked"] == Secret({"found": "second-id", "hidden": "h", "region": "eu-west-1"})


def test_an_invoke_on_unknown_arguments_is_not_made_in_a_preview(preview):
    assert len(preview.invokes) == 1
    assert preview.outputs[STACK]["asked"] is UNKNOWN


def test_stack_outputs_keep_what_is_secret(up):
    outputs = up.outputs[STACK]

    assert outputs["is_secret"] == Secret("hush")
    assert (outputs["size"], outputs["list"]) == (7, ["a", {"b": 1}])


def test_the_program_runs_as_pulumi_would_run_it(up):
    outputs = up.outputs[STACK]

    assert outputs["where"] == {
        "cwd": str(PROGRAMS),
        "argv": [str(PROGRAMS / "everything.py")],
        "path": str(PROGRAMS),
        "name": "__main__",
    }
    assert outputs["run"] == {"project": "tests", "stack": "dev", "organization": "organization", "dry": False}
    assert up.shut_down


def test_a_ctrl_c_at_the_terminal_is_not_for_the_program(up):
    assert up.outputs[STACK]["own_session"] is True


def test_the_program_knows_a_preview_for_what_it_is(preview):
    assert preview.outputs[STACK]["run"]["dry"] is True


def test_the_environment_is_the_user_s_without_a_way_to_an_aws_account(up):
    outputs = up.outputs[STACK]

    assert outputs["passed"] == "yes"
    assert outputs["aws"] == ["AWS_CONFIG_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_SHARED_CREDENTIALS_FILE"]


def test_what_the_program_says_reaches_the_engine(up):
    assert ("info", "printed before any resource", "") in up.logs
    assert ("info#err", "said on stderr", "") in up.logs
    assert ("info", "a word", FIRST) in up.logs
    assert ("warning", "careful", "") in up.logs
    assert not [log for log in up.logs if log[0] == "debug"]


def test_a_secret_in_the_config_is_in_no_argument_of_the_process(up):
    command = up.outputs[STACK]["command"]

    assert str(PROGRAMS / "everything.py") in command
    assert "hunter2" not in command


@pytest.fixture(scope="module")
def aws():
    registrar = RecordingRegistrar()
    assert play(registrar, "aws.py").code == 0, registrar.logs
    return registrar


def test_the_aws_provider_s_config_arrives_as_the_sdk_encodes_it(aws):
    inputs = aws.goals["local"].inputs

    assert inputs["region"] == "eu-west-1"
    assert inputs["skipCredentialsValidation"] == "true"
    assert inputs["defaultTags"] == '{"tags": {"team": "tap"}}'
    assert set(aws.goals["local"].additional_secret_outputs) >= {"accessKey", "secretKey", "token"}


def test_an_aws_resource_carries_its_package_s_version_and_aliases(aws):
    bucket = aws.goals["bucket"]

    assert bucket.type == "aws:s3/bucket:Bucket"
    assert bucket.version
    assert Alias(type="aws:s3/bucketV2:BucketV2") in bucket.aliases
    assert aws.goals["vpc"].inputs == {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True}
    assert aws.goals["subnet"].inputs["vpcId"] == "vpc-id"


def test_aws_functions_and_reads_arrive(aws):
    assert [goal.token for goal in aws.invokes] == [
        "aws:index/getRegion:getRegion",
        "aws:index/getCallerIdentity:getCallerIdentity",
    ]
    assert aws.reads["known"].id == "vpc-123"
    assert Path(aws.goals["vpc"].source_position).name.startswith("aws.py#")
