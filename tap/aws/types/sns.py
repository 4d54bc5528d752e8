"""SNS: topics and their subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from tap.aws.compare import equal_in_meaning, normalised_json
from tap.aws.errors import code_of
from tap.aws.names import wanted_name
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, ResourceType, Wanted
from tap.aws.schema import Kind, type_schema
from tap.aws.tags import diff_tags, from_list, to_list
from tap.aws.validation import Problems, between, length, matches, not_together, one_of
from tap.aws.waits import wait

_FEEDBACK: Final = {
    f"{ours}{kind}": f"{theirs}{kind[0].upper()}{kind[1:]}"
    for ours, theirs in {
        "application": "Application",
        "firehose": "Firehose",
        "http": "HTTP",
        "lambda": "Lambda",
        "sqs": "SQS",
    }.items()
    for kind in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
}
_CREATION_ONLY: Final = {"fifoTopic": "FifoTopic", "fifoThroughputScope": "FifoThroughputScope"}
_AT_ONCE: Final = {
    "archivePolicy": "ArchivePolicy",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
"""What CreateTopic takes too; the rest is set afterwards."""

_TOPIC_ATTRIBUTES: Final = {
    **_CREATION_ONLY,
    **_AT_ONCE,
    **_FEEDBACK,
    "maximumMessageSize": "MaximumMessageSize",
}
_TOPIC_FACTS: Final = {"arn": "TopicArn", "beginningArchiveTime": "BeginningArchiveTime", "owner": "Owner"}
_FIFO_ONLY: Final = ("archivePolicy", "contentBasedDeduplication", "fifoThroughputScope")


class Topic(ResourceType):
    """SNS hands out the ARN of a topic that has this name, the same attributes and the same tags already.

    The tags say whose it is: of one that was there before they are others, which SNS refuses.
    """

    token = "aws:sns/topic:Topic"
    supported = frozenset({"name", "namePrefix", *_TOPIC_ATTRIBUTES})
    replace_on = frozenset({"fifoTopic", "name", "namePrefix"})
    name = GeneratedName("name", 80, suffix_if=("fifoTopic", ".fifo"))
    json_properties = frozenset({"archivePolicy", "deliveryPolicy", "policy"})
    gone = frozenset({"NotFound"})
    taggable = True
    marked_by_tag = True
    actions = frozenset({
        "sns:CreateTopic", "sns:GetTopicAttributes", "sns:SetTopicAttributes", "sns:ListTagsForResource",
        "sns:TagResource", "sns:UntagResource", "sns:DeleteTopic",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        at_once = {**_AT_ONCE, **(_CREATION_ONLY if want.get("fifoTopic") else {})}
        attributes = {theirs: _as_text(want[ours]) for ours, theirs in at_once.items() if want.get(ours)}
        tags = to_list(want.get("tags", {}))
        answer = aws.client("sns").create_topic(Name=_topic_name(want, mark), Attributes=attributes, Tags=tags)
        return str(answer["TopicArn"])

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [f"arn:{aws.partition}:sns:{aws.region}:{aws.account_id}:{_topic_name(want, mark)}"]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found:
        sns = aws.client("sns")
        attributes = sns.get_topic_attributes(TopicArn=id)["Attributes"]
        found = _from_attributes(
            type_schema(self.token).outputs, attributes, {**_TOPIC_ATTRIBUTES, **_TOPIC_FACTS}, self
        )
        tags = from_list(sns.list_tags_for_resource(ResourceArn=id)["Tags"])
        return {**found, "name": id.rpartition(":")[2], "namePrefix": want.get("namePrefix", ""), "tags": tags}

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        sns = aws.client("sns")
        for ours, theirs in _TOPIC_ATTRIBUTES.items():
            if ours != "fifoTopic" and not _settled(self, ours, want, have):
                value = want.get(ours, _UNSET.get(ours, ""))
                sns.set_topic_attributes(TopicArn=id, AttributeName=theirs, AttributeValue=_as_text(value))
        _sync_tags(sns, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        aws.client("sns").delete_topic(TopicArn=id)

    def validate(self, want: Wanted) -> Problems:
        fifo = want.get("fifoTopic", False)
        standard = [f"{key} can only be set for FIFO topics" for key in _FIFO_ONLY if fifo is False and want.get(key)]
        pattern, rule = r"[0-9A-Za-z_-]{1,256}", "1 to 256 letters, digits, hyphens and underscores"
        if fifo is True:
            pattern, rule = (
                r"[0-9A-Za-z_-]{1,251}\.fifo",
                "up to 251 letters, digits, hyphens and underscores, then .fifo",
            )
        rates = [problem for key in _FEEDBACK if key.endswith("Rate") for problem in between(want, key, 0, 100)]
        return [
            *[(problem.split(" ")[0], problem) for problem in standard],
            *not_together(want, "name", "namePrefix"),
            *(matches(want, "name", pattern, rule) if isinstance(fifo, bool) else []),
            *length(want, "displayName", 0, 100),
            *between(want, "signatureVersion", 1, 2),
            *between(want, "maximumMessageSize", 1024, 1_048_576),
            *one_of(want, "tracingConfig", {"Active", "PassThrough"}),
            *one_of(want, "fifoThroughputScope", {"Topic", "MessageGroup"}),
            *rates,
        ]


def _topic_name(want: Wanted, mark: str) -> str:
    is_suffixed = want.get("fifoTopic") and "name" not in want
    return f"{wanted_name(want, mark)}{'.fifo' if is_suffixed else ''}"


_UNSET: Final[Mapping[str, Any]] = {
    "archivePolicy": "{}",
    "contentBasedDeduplication": False,
    **dict.fromkeys((key for key in _FEEDBACK if key.endswith("Rate")), 0),
}
"""What takes an attribute back where "" would be refused."""


def _settled(kind: ResourceType, property: str, want: Wanted, have: Found) -> bool:
    """What AWS fills in when it is left out (Terraform's Optional+Computed) stays as it is."""
    if property not in want and property in type_schema(kind.token).computed:
        return True
    return equal_in_meaning(kind, property, want.get(property), have.get(property))


def _as_text(value: Any) -> str:
    """SNS's attributes are text, whatever they mean."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _from_attributes(
    outputs: Mapping[str, Kind], attributes: Mapping[str, str], names: Mapping[str, str], kind: ResourceType
) -> Found:
    found: Found = {}
    for ours, theirs in names.items():
        text = attributes.get(theirs)
        if not text:
            continue
        if outputs[ours] == "bool":
            found[ours] = text == "true"
        elif outputs[ours] == "int":
            found[ours] = int(text)
        else:
            found[ours] = normalised_json(text) if ours in kind.json_properties else text
    return found


def _sync_tags(sns: Client, arn: str, have: Found, want: Wanted) -> None:
    changed, removed = diff_tags(have["tags"], want.get("tags", {}))
    if removed:
        sns.untag_resource(ResourceArn=arn, TagKeys=removed)
    if changed:
        sns.tag_resource(ResourceArn=arn, Tags=to_list(changed))


_SUBSCRIPTION_ATTRIBUTES: Final = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "replayPolicy": "ReplayPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
_SUBSCRIPTION_FACTS: Final = {
    "arn": "SubscriptionArn",
    "confirmationWasAuthenticated": "ConfirmationWasAuthenticated",
    "endpoint": "Endpoint",
    "ownerId": "Owner",
    "pendingConfirmation": "PendingConfirmation",
    "protocol": "Protocol",
    "topic": "TopicArn",
}
_CONFIRMED_BY_PEOPLE: Final = ("email", "http")
"""Protocols (and those that begin so) whose owner has to confirm; SNS confirms all others by itself."""

_CONFIRMATION_SECONDS_MAX: Final = 120.0
_REMOVAL_SECONDS_MAX: Final = 120.0


class TopicSubscription(ResourceType):
    """A subscription that waits for its confirmation (e-mail) has its ARN already, and `pendingConfirmation`.

    `endpointAutoConfirms` (wait for an HTTP endpoint to confirm) is refused; `confirmationTimeoutInMinutes`, which
    means something only together with it, is stored.
    """

    token = "aws:sns/topicSubscription:TopicSubscription"
    supported = frozenset({
        "confirmationTimeoutInMinutes", "endpoint", "protocol", "topic", *_SUBSCRIPTION_ATTRIBUTES
    })  # fmt: skip
    replace_on = frozenset({"endpoint", "protocol", "topic"})
    defaults = {"confirmationTimeoutInMinutes": 1}
    json_properties = frozenset({"deliveryPolicy", "filterPolicy", "redrivePolicy", "replayPolicy"})
    gone = frozenset({"NotFound"})
    actions = frozenset({
        "sns:Subscribe", "sns:ListSubscriptionsByTopic", "sns:GetSubscriptionAttributes",
        "sns:SetSubscriptionAttributes", "sns:Unsubscribe",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        attributes = {
            theirs: _as_text(want[ours]) for ours, theirs in _SUBSCRIPTION_ATTRIBUTES.items() if want.get(ours)
        }
        answer = aws.client("sns").subscribe(
            TopicArn=want["topic"],
            Protocol=want["protocol"],
            Endpoint=want["endpoint"],
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        return str(answer["SubscriptionArn"])

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        """One that waits for its confirmation is listed without its ARN; to ask for it again is harmless."""
        pages = aws.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=want["topic"])
        listed = [each for page in pages for each in page["Subscriptions"]]
        same = [each for each in listed if (each["Protocol"], each["Endpoint"]) == (want["protocol"], want["endpoint"])]
        return [each["SubscriptionArn"] for each in same if each["SubscriptionArn"].startswith("arn:")]

    def wait_ready(self, aws: Aws, id: str) -> None:
        def confirmed() -> bool | None:
            attributes = aws.client("sns").get_subscription_attributes(SubscriptionArn=id)["Attributes"]
            by_people = attributes["Protocol"].startswith(_CONFIRMED_BY_PEOPLE)
            return True if by_people or attributes.get("PendingConfirmation") != "true" else None

        wait(aws, confirmed, what=f"{id} to be confirmed", seconds_max=_CONFIRMATION_SECONDS_MAX)

    def find(self, aws: Aws, id: str, want: Wanted) -> Found:
        attributes = aws.client("sns").get_subscription_attributes(SubscriptionArn=id)["Attributes"]
        names = {**_SUBSCRIPTION_ATTRIBUTES, **_SUBSCRIPTION_FACTS}
        found = _from_attributes(type_schema(self.token).outputs, attributes, names, self)
        return {**found, "confirmationTimeoutInMinutes": want.get("confirmationTimeoutInMinutes", 1)}

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        """A filter on bodies may be nested, one on attributes not: the wider scope comes first, the narrower last."""
        sns = aws.client("sns")
        late = want.get("filterPolicyScope") == "MessageAttributes"
        order = sorted(_SUBSCRIPTION_ATTRIBUTES, key=lambda ours: (ours == "filterPolicyScope") == late)
        for ours in order:
            if not _settled(self, ours, want, have):
                arguments = {"SubscriptionArn": id, "AttributeName": _SUBSCRIPTION_ATTRIBUTES[ours]}
                value = want.get(ours, _UNSUBSCRIBED.get(ours, ""))
                if value != "" or ours != "redrivePolicy":  # SNS takes a redrive policy away only without a value
                    arguments["AttributeValue"] = _as_text(value)
                sns.set_subscription_attributes(**arguments)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        """One that is not confirmed can not be ended: SNS forgets it by itself."""
        sns = aws.client("sns")
        try:
            sns.unsubscribe(SubscriptionArn=id)
        except ClientError as error:
            if code_of(error) == "InvalidParameter" and "pending confirmation" in str(error):
                return
            raise
        wait(aws, lambda: _gone(sns, id), what=f"{id} to be gone", seconds_max=_REMOVAL_SECONDS_MAX)

    def validate(self, want: Wanted) -> Problems:
        protocols = {"application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"}
        return [
            *one_of(want, "protocol", protocols),
            *one_of(want, "filterPolicyScope", {"MessageAttributes", "MessageBody"}),
            *matches(want, "topic", r"arn:[^:]+:sns:[^:]+:\d{12}:.+", "the topic's ARN"),
        ]


_UNSUBSCRIBED: Final[Mapping[str, Any]] = {"filterPolicy": "{}", "rawMessageDelivery": False}


def _gone(sns: Client, arn: str) -> bool | None:
    try:
        sns.get_subscription_attributes(SubscriptionArn=arn)
    except ClientError as error:
        if code_of(error) == "NotFound":
            return True
        raise
    return None
