"""The tag rule: `environment: production` on everything, and nothing in IAM that IAM refuses."""

import inspect

import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap.stack.tags import base_tags, own_tags, resource_tags, tag_problems
from tests.stack.recorder import Recording, record

IAM = "aws:iam/"
tag_text = st.text("abAB ._:/=+-@09é", min_size=1, max_size=20)
extras = st.dictionaries(tag_text | st.sampled_from(["Owner", "PROJECT", "environment", "Environment"]), tag_text)


def is_taggable(one) -> bool:
    """Whether the SDK's class for that type takes tags."""
    package = one.type.split(":")[1].split("/")[0]
    return "tags" in inspect.signature(getattr(getattr(aws, package), one.kind)._internal_init).parameters


def test_every_taggable_resource_carries_the_base_tags(default: Recording):
    taggable = [one for one in default.cloud() if is_taggable(one)]
    expected = own_tags("test", "test")
    bare = {
        one.name: one.inputs.get("tags")
        for one in taggable
        if not one.type.startswith(IAM) and not expected.items() <= one.inputs.get("tags", {}).items()
    }

    assert len(taggable) >= 40
    assert bare == {}
    assert [one.name for one in taggable if one.inputs["tags"]["environment"] != "production"] == []
    assert [one.name for one in taggable if one.inputs["tags"]["Name"] != one.name] == []


def test_iam_roles_carry_the_suffix_under_another_key(default: Recording):
    roles = default.of_kind("Role")

    assert {one.name for one in roles} == {"tap-flow-logs-role-test", "tap-replication-role-test"}
    for role in roles:
        assert role.inputs["tags"]["environment"] == "production"
        assert role.inputs["tags"]["EnvironmentSuffix"] == "test"
        assert "Environment" not in role.inputs["tags"]


def test_the_callers_tags_are_on_everything():
    run = record(config={"tap:tags": '{"Owner": "platform", "CostCenter": "42"}'})
    taggable = [one for one in run.cloud() if is_taggable(one)]

    assert [one.name for one in taggable if one.inputs["tags"].get("Owner") != "platform"] == []
    assert [one.name for one in taggable if one.inputs["tags"].get("CostCenter") != "42"] == []


@given(extras)
def test_accepted_tags_never_collide_in_iam_and_never_lose_a_base_tag(extra):
    if list(tag_problems(extra, "dev", "stack")):
        return
    base = base_tags("dev", "stack", extra)
    iam = resource_tags(base, name="n", component="c", iam=True)
    plain = resource_tags(base, name="n", component="c")

    assert len({key.casefold() for key in iam}) == len(iam)
    assert iam["environment"] == plain["environment"] == "production"
    assert plain.items() >= own_tags("dev", "stack").items()
    assert len(plain) <= 50
    assert {value for key, value in extra.items()} <= set(plain.values())


@given(st.sampled_from(list(own_tags("dev", "stack"))), st.data())
def test_a_base_tag_is_overridden_in_no_spelling(key, data):
    spelling = "".join(data.draw(st.sampled_from([letter.upper(), letter.lower()])) for letter in key)
    found = list(tag_problems({spelling: "something else"}, "dev", "stack"))

    assert [(one[0], one[1]) for one in found] == [(spelling, "something else")]


def test_repeating_a_base_tag_with_its_own_value_is_no_override():
    extra = {"environment": "production", "Environment": "dev", "project": "IaC-AWS-Nova-Model-Breaking"}

    assert list(tag_problems(extra, "dev", "stack")) == []
    assert base_tags("dev", "stack", extra) == own_tags("dev", "stack")


@pytest.mark.parametrize(
    ("extra", "right"),
    [
        ({"aws:owner": "x"}, "does not begin with 'aws:'"),
        ({"AWS:owner": "x"}, "does not begin with 'aws:'"),
        ({"k" * 129: "x"}, "1 to 128 characters, not 129"),
        ({"": "x"}, "1 to 128 characters, not 0"),
        ({"k": "v" * 257}, "at most 256 characters, not 257"),
        ({"k": "a;b"}, "letters, digits, spaces"),
        ({"Name": "x"}, "sets this one on each resource"),
        ({"k": 1}, "a string"),
        ({"owner": "x", "Owner": "x"}, "one spelling only"),
        ({f"k{number}": "x" for number in range(43)}, "at most 42"),
    ],
)
def test_what_aws_would_refuse_is_a_problem(extra, right):
    (problem,) = tag_problems(extra, "dev", "stack")

    assert right in problem[2]


def test_the_longest_and_the_most_tags_are_accepted():
    extra = {f"{number:03}".ljust(128, "k"): "v" * 256 for number in range(42)}

    assert list(tag_problems(extra, "dev", "stack")) == []
    assert len(resource_tags(base_tags("dev", "stack", extra), name="n", component="c")) <= 50
