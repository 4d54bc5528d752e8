"""An update leaves what is ignored as AWS has it, although it mends the rest."""

from __future__ import annotations

import pytest

from tests.aws.handling import create, delete, urn_of
from tests.aws.sample import unique

TOPIC = "aws:sns/topic:Topic"


@pytest.fixture
def topic(provider):
    inputs, made = create(provider, TOPIC, {"name": unique("t"), "displayName": "one", "tags": {"a": "1"}})
    yield inputs, made
    delete(provider, TOPIC, inputs, made)


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        ((), {"a": "1"}),
        (("tags",), {"a": "drifted", "b": "new"}),
        (("tags.a",), {"a": "drifted"}),
        (('tags["b"]',), {"a": "1", "b": "new"}),
    ],
)
def test_ignored_drift_stays_and_other_drift_is_mended(provider, world, topic, ignored, left):
    inputs, made = topic
    sns = world.client("sns")
    sns.tag_resource(ResourceArn=made.id, Tags=[{"Key": "a", "Value": "drifted"}, {"Key": "b", "Value": "new"}])
    news = {**inputs, "displayName": "two"}

    outputs = provider.update(
        urn_of(TOPIC), made.id, inputs, made.outputs, news, 0, preview=False, ignore_changes=ignored
    )

    tags = {each["Key"]: each["Value"] for each in sns.list_tags_for_resource(ResourceArn=made.id)["Tags"]}
    assert {key: value for key, value in tags.items() if key in ("a", "b")} == left
    assert outputs["tags"] == left
    assert sns.get_topic_attributes(TopicArn=made.id)["Attributes"]["DisplayName"] == "two"
    assert not provider.diff(urn_of(TOPIC), made.id, news, outputs, news, ignored).changes
