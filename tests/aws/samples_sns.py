"""Samples of topics and subscriptions."""

from __future__ import annotations

import json

from tests.aws.sample import Instead, Sample, World, unique

_OUTCOMES = ("Success", "Failure")


def _policy(service: str) -> dict:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "SNS:Publish", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _feedback() -> dict:
    roles, rates = {}, {}
    for service in ("application", "firehose", "http", "lambda", "sqs"):
        roles |= {f"{service}{kind}FeedbackRoleArn": "arn:aws:iam::123456789012:role/feedback" for kind in _OUTCOMES}
        rates[f"{service}SuccessFeedbackSampleRate"] = 50
    return {**roles, **rates}


def topic(world: World) -> Sample:
    name = unique("topic")
    arn = f"arn:aws:sns:us-east-1:123456789012:{name}"
    return Sample(
        first={
            "name": name,
            "displayName": "alarms",
            "kmsMasterKeyId": "alias/one",
            "policy": json.dumps(_policy("cloudwatch.amazonaws.com")),
            "tags": {"Name": "one", "drop": "me"},
        },
        second={
            "name": name,
            "deliveryPolicy": json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 5}}}),
            "kmsMasterKeyId": "alias/two",
            "maximumMessageSize": 2048,
            "signatureVersion": 2,
            "tracingConfig": "Active",
            **_feedback(),
            "policy": _policy("events.amazonaws.com"),
            "tags": {"Name": "two", "more": ""},
        },
        drift=lambda id: world.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="DisplayName", AttributeValue=id[:3]
        ),
        replacements={
            "name": unique("topic"),
            "fifoTopic": Instead({"fifoTopic": True, "name": f"{name}.fifo"}),
            "region": "us-west-2",
        },
    )


def subscription(world: World) -> Sample:
    topics = [world.client("sns").create_topic(Name=unique("topic"))["TopicArn"] for _ in range(2)]
    queue = f"arn:aws:sqs:us-east-1:123456789012:{unique('queue')}"
    given = {"topic": topics[0], "protocol": "sqs", "endpoint": queue}
    return Sample(
        first={**given, "filterPolicy": json.dumps({"kind": ["alarm"]})},
        second={
            **given,
            "deliveryPolicy": json.dumps({"healthyRetryPolicy": {"numRetries": 3}}),
            "filterPolicy": {"detail": ["other"]},
            "filterPolicyScope": "MessageBody",
            "rawMessageDelivery": True,
            "redrivePolicy": json.dumps({"deadLetterTargetArn": f"{queue}-dead"}),
            "subscriptionRoleArn": "arn:aws:iam::123456789012:role/firehose",
            "confirmationTimeoutInMinutes": 2,
        },
        drift=lambda id: world.client("sns").set_subscription_attributes(
            SubscriptionArn=id, AttributeName="RawMessageDelivery", AttributeValue="true"
        ),
        untold=frozenset({"confirmationTimeoutInMinutes"}),
        replacements={"topic": topics[1], "protocol": "lambda", "endpoint": f"{queue}-2"},
    )


SAMPLES = {"aws:sns/topic:Topic": topic, "aws:sns/topicSubscription:TopicSubscription": subscription}
