"""What moto does not tell, or not rightly, of whether something can be delivered: flow logs, and a topic's messages."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.flow_logs import FlowLogsBackend
from moto.logs.models import logs_backends
from moto.sns.responses import SNSResponse

from tap.local_aws.wrapping import around


def tell_of_deliveries() -> None:
    around(FlowLogsBackend, "create_flow_logs", _find_the_group_by_its_arn)
    around(SNSResponse, "get_topic_attributes", _count_subscriptions)


def _find_the_group_by_its_arn(original: Any, self: Any, *arguments: Any, **named: Any) -> Any:
    """moto looks for it by name only, and would say of every other flow log that it could not be delivered."""
    made, refused = original(self, *arguments, **named)
    for log in made:
        name = (log.log_destination or "").partition(":log-group:")[2].removesuffix(":*")
        if name in logs_backends[self.account_id][self.region_name].groups:
            log.deliver_logs_status, log.deliver_logs_error_message = "SUCCESS", None
    return made, refused


def _count_subscriptions(original: Any, self: Any) -> Any:
    """moto says 0, whatever there is."""
    answer = original(self)
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    own = [each for each in self.backend.subscriptions.values() if each.topic is topic]
    pending = sum(bool(each.attributes["PendingConfirmation"]) for each in own)
    counted = {"SubscriptionsPending": pending, "SubscriptionsConfirmed": len(own) - pending}
    answer.result["Attributes"] |= {name: str(count) for name, count in counted.items()}
    return answer
