"""TapStack itself, as each of its stacks configures it, under its own policy pack."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from tap.engine.analyzer import Subject
from tap.engine.model import Goal, Resource
from tests.policy.asking import ROOT, asked
from tests.stack.recorder import Registration, record


def configuration(stack: str) -> dict[str, str]:
    """The stack's own, as Pulumi hands it over."""
    config: Mapping[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {
        key: value if isinstance(value, str) else yaml.safe_dump(value).strip().removesuffix("\n...")
        for key, value in config.items()
    }


def subject_of(one: Registration) -> Subject:
    inputs = one.inputs
    dependencies = {key: tuple(urns) for key, urns in one.property_dependencies.items()}
    resource = Resource(
        one.urn, one.custom, one.type, inputs=inputs, protect=one.protect, property_dependencies=dependencies
    )
    return Subject(resource, inputs, Goal(one.type, one.name, one.custom, inputs), None)


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_every_stack_passes_without_a_violation(stack):
    config = configuration(stack)
    subjects = [subject_of(one) for one in record(stack=stack, config=config).resources.values()]
    with asked(ROOT / "policy", stack, config) as pack:
        violations = {one.resource.urn: found for one in subjects if (found := pack.judge(one))}

        assert len(subjects) > 60
        assert violations == {}
        assert pack.stack(subjects) == []


def test_prod_without_its_protection_would_not_pass():
    config = configuration("prod") | {"tap:disposable": "true"}
    subjects = [subject_of(one) for one in record(stack="prod", config=config).resources.values()]
    with asked(ROOT / "policy", "prod", configuration("prod")) as pack:
        found = {violation.partition(":")[0] for one in subjects for violation in pack.judge(one)}

    assert found == {"protected-data", "buckets-are-kept", "key-deletion-window"}
