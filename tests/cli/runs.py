"""Runs as the engine tells them, built from its own values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tap.engine.events import Diagnostic, Event, OutputsRegistered, StepBegan, StepEnded, StepFailed, Summary
from tap.engine.model import DiffKind, Op, Resource, Step
from tap.engine.values import UNKNOWN, Secret

STACK_URN = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
NETWORK_URN = "urn:pulumi:dev::shop::tap:index:Network::net"


def urn(type: str, name: str, *, parents: str = "tap:index:Network$") -> str:
    return f"urn:pulumi:dev::shop::{parents}{type}::{name}"


def resource(type: str, name: str, *, parent: str = NETWORK_URN, **given) -> Resource:
    parents = "tap:index:Network$" if parent == NETWORK_URN else ""
    return Resource(urn(type, name, parents=parents), True, type, parent=parent, **given)


STACK = Resource(STACK_URN, False, "pulumi:pulumi:Stack", outputs={})
NETWORK = Resource(NETWORK_URN, False, "tap:index:Network", parent=STACK_URN)
PROVIDER = Resource("urn:pulumi:dev::shop::pulumi:providers:aws::default", True, "pulumi:providers:aws")
VPC = resource("aws:ec2/vpc:Vpc", "main", id="vpc-1", inputs={"cidrBlock": "10.0.0.0/16", "tags": {"Name": "main"}})
BUCKET = resource(
    "aws:s3/bucket:Bucket",
    "logs",
    id="logs-1",
    parent=STACK_URN,
    inputs={"bucket": "logs-1", "__defaults": ["acl"], "password": Secret("hunter2")},
)
POLICY = resource(
    "aws:iam/policy:Policy",
    "reader",
    id="arn:aws:iam::1:policy/reader",
    parent=STACK_URN,
    inputs={"policy": '{"Statement": [{"Action": "s3:Get*", "Effect": "Allow"}]}'},
)


def done(step: Step, *, planning: bool = False, internal: bool = False) -> Iterator[Event]:
    yield StepBegan(step, planning, internal)
    yield StepEnded(step, planning, step.op, internal)


def created(one: Resource, *, planning: bool = False, internal: bool = False) -> Iterator[Event]:
    return done(Step(Op.CREATE, one.urn, new=one), planning=planning, internal=internal)


def same(one: Resource, *, planning: bool = False) -> Iterator[Event]:
    return done(Step(Op.SAME, one.urn, old=one, new=one), planning=planning)


def replaced(old: Resource, new: Resource, keys: tuple[str, ...], *, planning: bool = False) -> Iterator[Event]:
    detail = {key: DiffKind.UPDATE_REPLACE for key in keys}
    for op in (Op.CREATE_REPLACEMENT, Op.REPLACE, Op.DELETE_REPLACED):
        made = None if op is Op.DELETE_REPLACED else new
        yield from done(Step(op, new.urn, old, made, keys, keys, detail), planning=planning)


def first_up() -> list[Event]:
    """Creates everything; the default provider is internal."""
    stack = replace(STACK, outputs={"vpcId": "vpc-1", "zones": ["a", "b"], "password": Secret("hunter2")})
    return [
        *created(STACK),
        *created(PROVIDER, internal=True),
        *created(NETWORK),
        *created(VPC),
        *created(BUCKET),
        OutputsRegistered(Step(Op.CREATE, STACK_URN, new=stack)),
        Summary({Op.CREATE: 4}, 8.2, "succeeded", planning=False),
    ]


def preview_of_edits() -> list[Event]:
    """Updates a policy, replaces a VPC, deletes a bucket, creates a subnet whose VPC is not known yet."""
    edited = replace(
        POLICY,
        inputs={"policy": '{"Statement": [{"Action": "s3:*", "Effect": "Allow"}]}', "description": "reads"},
    )
    moved = replace(VPC, inputs={"cidrBlock": "10.1.0.0/16", "tags": {"Name": "main"}}, id="")
    subnet = resource("aws:ec2/subnet:Subnet", "a", inputs={"vpcId": UNKNOWN, "cidrBlock": "10.1.0.0/24"})
    return [
        *same(STACK, planning=True),
        *same(NETWORK, planning=True),
        *done(Step(Op.UPDATE, POLICY.urn, POLICY, edited, diffs=("policy", "description")), planning=True),
        *replaced(VPC, moved, ("cidrBlock",), planning=True),
        *created(subnet, planning=True),
        *done(Step(Op.DELETE, BUCKET.urn, old=BUCKET), planning=True),
        Summary({Op.SAME: 2, Op.UPDATE: 1, Op.REPLACE: 1, Op.CREATE: 1, Op.DELETE: 1}, 1.0, "succeeded", planning=True),
    ]


def failed_up() -> list[Event]:
    """One bucket's name is taken."""
    step = Step(Op.CREATE, BUCKET.urn, new=BUCKET)
    told = Diagnostic(
        "error",
        "creating S3 bucket logs-1: the name is taken",
        urn=BUCKET.urn,
        hint="choose another name",
        code="BucketAlreadyExists",
    )
    return [
        *created(STACK),
        StepBegan(step, False),
        told,
        StepFailed(step),
        Diagnostic("error", "update failed"),
        Summary({Op.CREATE: 1}, 3.0, "failed", planning=False),
    ]


def many(count: int) -> Iterator[Event]:
    """Creates `count` queues under one component, 16 at a time."""
    yield from created(STACK)
    yield from created(NETWORK)
    window: list[Step] = []
    for number in range(count):
        queue = resource("aws:sqs/queue:Queue", f"queue-{number:05d}")
        window.append(Step(Op.CREATE, queue.urn, new=queue))
        yield StepBegan(window[-1], False)
        if len(window) == 16:
            step = window.pop(0)
            yield StepEnded(step, False, step.op)
    for step in window:
        yield StepEnded(step, False, step.op)
    yield Summary({Op.CREATE: count + 2}, 60, "succeeded", planning=False)
