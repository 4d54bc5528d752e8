"""What moto forgets or lacks and AWS does not, put right: else a refresh would call moto's forgetting a drift.

moto keeps of a bucket's documents (replication, lifecycle, logging, encryption) only the parts that it acts on itself,
answers a topic's attributes but for a few with nothing and hands it to whoever names it, has no way to change a log
group's key, and lets a NAT gateway keep its address after its end.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree  # reads only what S3's own parser in moto has just accepted

from moto.cloudwatch.models import CloudWatchBackend
from moto.core.utils import camelcase_to_underscores
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.iam.access_control import IAMPolicy
from moto.kms.responses import KmsResponse
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse
from moto.s3.models import FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend
from moto.sns.responses import SNSResponse

from tap.local_aws.delivery_repairs import tell_of_deliveries
from tap.local_aws.wrapping import around

_S3_DOCUMENTS: Final = ("replication", "lifecycle", "logging", "encryption")
_SMALLEST_TO_MOVE: Final = "x-amz-transition-default-minimum-object-size"
_DEFAULT_ROTATION_DAYS: Final = 365
_TOPIC_ATTRIBUTES: Final = (
    "ArchivePolicy",
    "FifoThroughputScope",
    "MaximumMessageSize",
    "SignatureVersion",
    "TracingConfig",
    *(
        f"{service}{kind}"
        for service in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
        for kind in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
    ),
)


@functools.cache
def repair_moto() -> None:
    """Once per process, before the first request."""
    _keep_s3_documents()
    _keep_key_rotation()
    _keep_log_groups()
    _keep_topics()
    _forget_tags_of_the_deleted()
    _let_go_of_a_nat_gateways_address()
    _read_conditions_of_bucket_policies()
    _let_delete_markers_be_deleted()
    _delete_network_acls_with_their_vpc()
    tell_of_deliveries()


def _keep_s3_documents() -> None:
    def put(original: Any, self: Any, request: Any, bucket_name: str, query: Mapping[str, Any]) -> Any:
        answer = original(self, request, bucket_name, query)
        for kind in _S3_DOCUMENTS:
            if kind in query:
                bucket = self.backend.get_bucket(bucket_name)
                document = _with_rule_ids(self.body, bucket) if kind == "replication" else self.body
                headers = {key: value for key, value in request.headers.items() if key.lower() == _SMALLEST_TO_MOVE}
                bucket.__dict__.setdefault("tap_documents", {})[kind] = (headers, document)
        return answer

    def get(original: Any, self: Any, bucket_name: str, query: Mapping[str, Any]) -> Any:
        answer = original(self, bucket_name, query)  # refuses by itself what is not there, or was deleted
        for kind in _S3_DOCUMENTS:
            kept = self.backend.get_bucket(bucket_name).__dict__.get("tap_documents", {}).get(kind)
            if kind in query and kept:
                headers, document = kept
                return 200, {"Content-Type": "application/xml", **headers}, document
        return answer

    around(S3Response, "_bucket_response_put", put)
    around(S3Response, "_bucket_response_get", get)


def _with_rule_ids(body: bytes, bucket: Any) -> bytes:
    """The document with the ids that moto made for rules without one."""
    root = ElementTree.fromstring(body)  # noqa: S314  - see the import
    namespace = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    for rule, known in zip(root.findall(f"{namespace}Rule"), bucket.replication["Rule"], strict=True):
        if rule.find(f"{namespace}ID") is None:
            ElementTree.SubElement(rule, f"{namespace}ID").text = known["ID"]
    return ElementTree.tostring(root)


def _keep_key_rotation() -> None:
    def enable(original: Any, self: Any) -> Any:
        answer = original(self)
        _key(self).tap_rotation_days = self._get_param("RotationPeriodInDays") or _DEFAULT_ROTATION_DAYS
        return answer

    def status(original: Any, self: Any) -> str:
        answer = json.loads(original(self))
        if answer["KeyRotationEnabled"]:
            answer["RotationPeriodInDays"] = getattr(_key(self), "tap_rotation_days", _DEFAULT_ROTATION_DAYS)
        return json.dumps(answer)

    around(KmsResponse, "enable_key_rotation", enable)
    around(KmsResponse, "get_key_rotation_status", status)


def _key(response: Any) -> Any:
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]


def _keep_log_groups() -> None:
    def create(original: Any, self: Any) -> Any:
        answer = original(self)
        group = _log_group(self, "logGroupName")
        group.tap_class = self._get_param("logGroupClass") or "STANDARD"
        group.tap_protected = bool(self._get_param("deletionProtectionEnabled"))
        return answer

    def describe(original: Any, self: Any) -> dict[str, Any]:
        kept = {
            "logGroupClass": getattr(self, "tap_class", "STANDARD"),
            "deletionProtectionEnabled": getattr(self, "tap_protected", False),
        }
        return {**original(self), **kept}

    def associate_kms_key(self: Any) -> str:
        _log_group(self, "logGroupName").kms_key_id = self._get_param("kmsKeyId")
        return ""

    def disassociate_kms_key(self: Any) -> str:
        _log_group(self, "logGroupName").kms_key_id = None
        return ""

    def put_log_group_deletion_protection(self: Any) -> str:
        _log_group(self, "logGroupIdentifier").tap_protected = self._get_param("deletionProtectionEnabled")
        return ""

    around(LogsResponse, "create_log_group", create)
    around(LogGroup, "to_describe_dict", describe)
    for method in (associate_kms_key, disassociate_kms_key, put_log_group_deletion_protection):
        setattr(LogsResponse, method.__name__, method)


def _log_group(response: Any, parameter: str) -> Any:
    name = response._get_param(parameter).removesuffix(":*").partition(":log-group:")
    group = response.logs_backend.groups.get(name[2] or name[0])
    if group is None:
        raise ResourceNotFoundException()
    return group


def _keep_topics() -> None:
    def attributes(original: Any, self: Any) -> Any:
        answer = original(self)
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        for name in _TOPIC_ATTRIBUTES:
            value = getattr(topic, camelcase_to_underscores(name), None)
            if value not in (None, ""):
                answer.result["Attributes"][name] = value
        return answer

    def subscribe(original: Any, self: Any) -> Any:
        """An e-mail's reader has to confirm: nobody here ever will."""
        answer = original(self)
        subscription = self.backend.subscriptions[answer.result["SubscriptionArn"]]
        if subscription.protocol.startswith("email"):
            subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
        return answer

    def unsubscribe(original: Any, self: Any) -> Any:
        subscription = self.backend.subscriptions.get(self._get_param("SubscriptionArn"))
        if subscription and subscription.attributes["PendingConfirmation"]:
            reason = "Cannot unsubscribe a subscription that is pending confirmation"
            raise SNSInvalidParameter(f"Invalid parameter: SubscriptionArn Reason: {reason}")
        return original(self)

    def create_topic(original: Any, self: Any, name: str, attributes: Any = None, tags: Any = None) -> Any:
        """AWS hands out a topic that is there already only to whoever asks for it with its own tags."""
        known = {topic.name: topic._tags for topic in self.topics.values()}
        if tags and name in known and (known[name] or {}) != tags:
            raise SNSInvalidParameter("Invalid parameter: Tags Reason: Topic already exists with different tags")
        return original(self, name, attributes, tags)

    around(SNSBackend, "create_topic", create_topic)
    around(SNSResponse, "get_topic_attributes", attributes)
    around(SNSResponse, "subscribe", subscribe)
    around(SNSResponse, "unsubscribe", unsubscribe)


def _forget_tags_of_the_deleted() -> None:
    """moto would hand them to the next resource of that name."""

    def delete_log_group(original: Any, self: Any, log_group_name: str) -> None:
        group = self.groups.get(log_group_name)
        original(self, log_group_name)
        self.tagger.delete_all_tags_for_resource(group.arn)

    def delete_alarms(original: Any, self: Any, alarm_names: list[str]) -> None:
        for alarm in [self.alarms[name] for name in alarm_names if name in self.alarms]:
            self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        original(self, alarm_names)

    around(LogsBackend, "delete_log_group", delete_log_group)
    around(CloudWatchBackend, "delete_alarms", delete_alarms)


def _let_go_of_a_nat_gateways_address() -> None:
    """moto keeps a deleted gateway's network interface and its hold on the address, which no other could then have."""

    def delete(original: Any, self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)
        for address in [each for each in self.addresses if each.eni is gateway._eni]:
            self.disassociate_address(association_id=address.association_id)
        if gateway._eni.id in self.enis:
            self.delete_network_interface(gateway._eni.id)
        return gateway

    around(NatGatewayBackend, "delete_nat_gateway", delete)


def _read_conditions_of_bucket_policies() -> None:
    """moto takes a statement whose condition it does not know for a denial: nobody could put an object into a bucket.

    A request over loopback counts as one over TLS, which the embedded AWS does not speak: nobody can listen to either.
    Every other condition here is about AWS's own services, and so is not fulfilled.
    """

    def permission(original: Any, self: Any, action: str, resource: str) -> Any:
        if self.policy is None:
            return original(self, action, resource)
        document = json.loads(self.policy)
        kept = [each for each in _statements(document) if _is_fulfilled(each.get("Condition"))]
        unconditional = [{key: value for key, value in each.items() if key != "Condition"} for each in kept]
        return IAMPolicy(json.dumps({**document, "Statement": unconditional})).is_action_permitted(action, resource)

    around(FakeBucket, "get_permission", permission)


def _statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    return [found] if isinstance(found, dict) else found


def _is_fulfilled(condition: Mapping[str, Any] | None) -> bool:
    return not condition or condition == {"Bool": {"aws:SecureTransport": "true"}}


def _let_delete_markers_be_deleted() -> None:
    """moto asks all that is deleted by version to free its buffer; a delete marker has none, and so failed."""

    def dispose(_self: FakeDeleteMarker) -> None:
        return None

    setattr(FakeDeleteMarker, dispose.__name__, dispose)


def _delete_network_acls_with_their_vpc() -> None:
    def delete(original: Any, self: Any, vpc_id: str) -> Any:
        vpc = original(self, vpc_id)
        for acl in [each for each in self.network_acls.values() if each.vpc_id == vpc_id]:
            del self.network_acls[acl.id]
        return vpc

    around(VPCBackend, "delete_vpc", delete)
