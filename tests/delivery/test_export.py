"""What an export tells, with its secrets left closed."""

from __future__ import annotations

import json
from typing import Any

from tap.delivery.export import Export, Found, Pending

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}


def resource(type: str, name: str, **given: Any) -> dict[str, Any]:
    return {"urn": f"urn:{name}", "type": type, "custom": True, "id": name, **given}


def export(*resources: dict[str, Any], pending: tuple[dict[str, Any], ...] = (), time: str = "1") -> Export:
    deployment = {"manifest": {"time": time}, "resources": list(resources), "pending_operations": list(pending)}
    return Export(json.dumps({"version": 3, "deployment": deployment}))


STACK = resource(
    "pulumi:pulumi:Stack", "stack", custom=False, outputs={"key": SECRET, "all": [{"in": SECRET}, 1], "a": "b"}
)
VPC = resource("aws:ec2/vpc:Vpc", "vpc", outputs={"region": "us-east-1", "tags": SECRET})


def test_outputs_are_told_without_their_secrets():
    assert export(VPC, STACK).outputs == {"key": "[secret]", "all": [{"in": "[secret]"}, 1], "a": "b"}


def test_only_what_is_in_the_cloud_is_a_resource():
    others = [
        STACK,
        resource("pulumi:providers:aws", "provider"),
        resource("aws:ec2/vpc:Vpc", "only read", external=True),
        resource("aws:ec2/vpc:Vpc", "to be deleted", delete=True),
    ]

    assert export(*others, VPC).resources == (Found("urn:vpc", "aws:ec2/vpc:Vpc", "vpc", "us-east-1"),)


def test_what_is_pending_is_told():
    pending = ({"type": "creating", "resource": VPC},)

    assert export(pending=pending).pending == (Pending("urn:vpc", "aws:ec2/vpc:Vpc", "creating"),)


def test_a_state_is_known_by_all_that_is_in_it_and_not_by_its_layout():
    one = export(VPC)

    assert one.serial == Export(json.dumps(json.loads(one.text), indent=4)).serial
    assert len({one.serial, export(VPC, time="2").serial, export(STACK).serial, Export("").serial}) == 4


def test_a_stack_without_a_state_has_nothing():
    for empty in (Export(""), Export('{"version": 3, "deployment": null}'), Export('{"version":3,"deployment":{}}')):
        assert (empty.resources, empty.outputs, empty.pending) == ((), {}, ())
