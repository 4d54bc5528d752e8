"""The gate: what a plan may do to what holds data."""

from __future__ import annotations

import pytest

from tap.delivery.engine import PlannedStep
from tap.delivery.gate import IdleAllowanceError, losses, pass_gate
from tap.errors import PolicyError
from tap.posture.data_loss import HOLDS_DATA

BUCKET = PlannedStep("delete", "urn:bucket", "aws:s3/bucket:Bucket")
VPC = [PlannedStep(op, "urn:vpc", "aws:ec2/vpc:Vpc") for op in ("create-replacement", "replace", "delete-replaced")]
HARMLESS = [
    PlannedStep("create", "urn:new", "aws:s3/bucket:Bucket"),
    PlannedStep("update", "urn:logs", "aws:cloudwatch/logGroup:LogGroup"),
    PlannedStep("same", "urn:key", "aws:kms/key:Key"),
    PlannedStep("refresh", "urn:key", "aws:kms/key:Key"),
    PlannedStep("delete", "urn:route", "aws:ec2/route:Route"),
]


def test_what_creates_updates_or_keeps_passes():
    assert pass_gate(HARMLESS, ()) == ()


@pytest.mark.parametrize("type", HOLDS_DATA)
@pytest.mark.parametrize("op", ["delete", "replace", "delete-replaced"])
def test_no_type_that_holds_data_is_deleted_or_replaced(type, op):
    with pytest.raises(PolicyError) as refusal:
        pass_gate([*HARMLESS, PlannedStep(op, "urn:it", type)], ())

    assert refusal.value.exit_code == 5
    assert HOLDS_DATA[type] in str(refusal.value)
    assert refusal.value.hint.startswith("--allow-data-loss 'urn:it'")


def test_what_is_retained_when_it_is_deleted_loses_nothing():
    assert pass_gate([PlannedStep("delete", "urn:bucket", "aws:s3/bucket:Bucket", retained=True)], ()) == ()


def test_each_resource_is_told_once_in_the_plans_order():
    assert [(loss.op, loss.urn) for loss in losses([*VPC, BUCKET])] == [
        ("replace", "urn:vpc"),
        ("delete", "urn:bucket"),
    ]


def test_all_that_is_refused_is_told_at_once():
    with pytest.raises(PolicyError) as refusal:
        pass_gate([*VPC, BUCKET], ())

    assert "urn:vpc" in str(refusal.value)
    assert "urn:bucket" in str(refusal.value)


def test_only_what_is_named_passes():
    with pytest.raises(PolicyError) as refusal:
        pass_gate([*VPC, BUCKET], ("urn:bucket",))

    assert "urn:bucket" not in str(refusal.value)
    assert [loss.urn for loss in pass_gate([*VPC, BUCKET], ("urn:bucket", "urn:vpc"))] == ["urn:vpc", "urn:bucket"]


def test_a_name_at_which_nothing_is_lost_is_an_error_even_beside_good_ones():
    with pytest.raises(IdleAllowanceError) as refusal:
        pass_gate([*HARMLESS, BUCKET], ("urn:bucket", "urn:route", "urn:typo"))

    assert refusal.value.exit_code == 2
    assert "urn:route" in str(refusal.value)
    assert "urn:typo" in str(refusal.value)
    assert "urn:bucket" in refusal.value.hint
