"""Property diffs, and which of them lose data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tap.cli.data_loss import data_loss
from tap.cli.views.changes import change_lines, changes_info, output_lines
from tap.cli.views.labels import LABELS, shown_seconds, shown_type
from tap.cli.views.shown_values import plain
from tap.engine.model import DiffKind, Op, Step
from tap.engine.values import UNKNOWN, Asset, Secret
from tap.posture.data_loss import HOLDS_DATA
from tests.cli import runs


def update(old: dict, new: dict, **given) -> Step:
    before = runs.resource("aws:ec2/vpc:Vpc", "main", inputs=old)
    return Step(Op.UPDATE, before.urn, before, replace(before, inputs=new), **given)


def text(lines) -> list[str]:
    return [line.plain for line in lines]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 2}, ["~ a: 1 => 2"]),
        ({"a": "x"}, {"a": "y"}, ['~ a: "x" => "y"']),
        ({}, {"a": True}, ["+ a: true"]),
        ({"a": None, "b": 1}, {"b": 1}, ["- a: null"]),
        ({"a": 1}, {"a": UNKNOWN}, ["~ a: 1 => [unknown]"]),
        ({"a": Secret("old")}, {"a": Secret("new")}, ["~ a: [secret] => [secret]"]),
        ({"a": Secret("old")}, {"a": "now plain"}, ["~ a: [secret] => [secret]"]),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": 3}}, ["~ a: {", "    ~ y: 2 => 3", "}"]),
        ({"a": {"x": 1}}, {"a": {"x": 1, "z": [1]}}, ["~ a: {", "    + z: [", "        + [0]: 1", "    ]", "}"]),
        ({"a": [1, 2]}, {"a": [1, 5, 6]}, ["~ a: [", "    ~ [1]: 2 => 5", "    + [2]: 6", "]"]),
        ({"a": [1, 2]}, {"a": [1]}, ["~ a: [", "    - [1]: 2", "]"]),
        ({"a": [1]}, {"a": {"x": 1}}, ['~ a: [1] => {"x": 1}']),
        ({"a": '{"k": 1}'}, {"a": '{"k": 2}'}, ["~ a: (json) {", "    ~ k: 1 => 2", "}"]),
        ({"a": '{"k": 1'}, {"a": '{"k": 2'}, ['~ a: "{\\"k\\": 1" => "{\\"k\\": 2"']),
        ({"__defaults": ["x"], "a": 1}, {"__defaults": [], "a": 1}, []),
    ],
)  # fmt: skip
def test_a_diff_shows_what_changes_and_nothing_else(old, new, expected):
    assert text(change_lines(update(old, new), full=False, indent=0)) == expected


def test_a_diff_found_by_the_provider_in_the_outputs_is_shown_against_them():
    before = runs.resource("aws:ec2/vpc:Vpc", "main", inputs={"tags": {"a": "1"}}, outputs={"tags": {"a": "drifted"}})
    step = Step(Op.UPDATE, before.urn, before, before, detailed_diff={"tags.a": DiffKind.UPDATE})

    lines = text(change_lines(step, full=False, indent=0))

    assert lines == ["~ tags: {", '    ~ a: "drifted" => "1"', "}"]


def test_the_key_that_forces_a_replacement_says_so():
    step = update({"a": 1, "b": 1}, {"a": 2, "b": 2}, keys=("a",), diffs=("a", "b"))

    lines = text(change_lines(step, full=False, indent=0))

    assert lines == ["~ a: 1 => 2  (forces replacement)", "~ b: 1 => 2"]
    assert changes_info(step) == "[diff: ~a,~b]"


def test_a_refresh_compares_what_the_cloud_said_with_what_it_says_now():
    before = runs.resource("aws:ec2/vpc:Vpc", "main", inputs={"a": 1}, outputs={"a": 1, "b": "x"})
    step = Step(Op.REFRESH, before.urn, before, replace(before, outputs={"a": 1, "b": "y"}))

    assert text(change_lines(step, full=False, indent=0)) == ['~ b: "x" => "y"']


def test_only_a_full_diff_shows_creations_and_long_values():
    long = "x" * 500
    create = Step(Op.CREATE, runs.VPC.urn, new=runs.VPC)

    compact = text(change_lines(update({"a": ""}, {"a": long}), full=False, indent=0))

    assert long not in compact[0]
    assert compact[0].endswith("... (502 characters)")
    assert long in text(change_lines(update({"a": ""}, {"a": long}), full=True, indent=0))[0]
    assert text(change_lines(create, full=False)) == []
    assert text(change_lines(create, full=True, indent=0))[0] == '+ cidrBlock: "10.0.0.0/16"'


def test_secrets_are_never_laid_open_in_any_diff():
    for op in Op:
        for old, new in ((runs.BUCKET, None), (None, runs.BUCKET), (runs.BUCKET, replace(runs.BUCKET, inputs={}))):
            step = Step(op, runs.BUCKET.urn, old, new, diffs=("password",))

            assert "hunter2" not in "\n".join(text(change_lines(step, full=True)))
    assert plain({"a": [Secret({"b": "hunter2"})]}) == {"a": ["[secret]"]}


def test_outputs_show_what_changed_and_in_a_preview_only_that():
    old, new = {"a": 1, "b": "x", "gone": 1}, {"a": 1, "b": "y", "new": UNKNOWN}

    assert text(output_lines(old, new, only_changes=True, indent=0)) == [
        '~ b: "x" => "y"', "- gone: 1", "+ new: [unknown]"
    ]  # fmt: skip
    assert text(output_lines(old, new, only_changes=False, indent=0))[0] == "a: 1"


def test_an_asset_is_named_by_its_path():
    assert plain(Asset(path="index.js", hash="0123456789")) == "asset(index.js, 0123456)"


@pytest.mark.parametrize(
    ("type", "shown"),
    [
        ("aws:ec2/vpc:Vpc", "aws:ec2:Vpc"),
        ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2:SecurityGroup"),
        ("aws:cloudwatch/logGroup:Other", "aws:cloudwatch/logGroup:Other"),
        ("pulumi:pulumi:Stack", "pulumi:pulumi:Stack"),
        ("tap:index:Network", "tap:index:Network"),
    ],
)
def test_types_are_shown_as_pulumi_shows_them(type, shown):
    assert shown_type(type) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0s"), (0.44, "0.4s"), (9.96, "10s"), (59.4, "59s"), (59.6, "1m00s"), (125, "2m05s")]
)
def test_durations_are_short(seconds, shown):
    assert shown_seconds(seconds) == shown


def test_every_kind_of_step_has_a_label():
    assert set(LABELS) == set(Op)


@pytest.mark.parametrize("type", sorted(HOLDS_DATA))
@pytest.mark.parametrize(
    ("op", "words"),
    [
        (Op.DELETE, "DELETES DATA: "),
        (Op.REPLACE, "REPLACING DELETES DATA: "),
        (Op.DELETE_REPLACED, "REPLACING DELETES DATA: "),
        (Op.UPDATE, ""),
        (Op.SAME, ""),
    ],
)
def test_losing_data_is_said_in_words(type, op, words):
    old = runs.resource(type, "it")

    loss = data_loss(Step(op, old.urn, old, old))

    assert loss.startswith(words)
    assert bool(loss) is bool(words)


def test_what_is_retained_or_holds_no_data_loses_none():
    kept = replace(runs.BUCKET, retain_on_delete=True)

    assert data_loss(Step(Op.DELETE, kept.urn, kept)) == ""
    assert data_loss(Step(Op.DELETE, runs.POLICY.urn, runs.POLICY)) == ""
