"""What keeps a key from doing its work, whatever it encrypts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tap.verify.facts.keys import CUSTOMER, ENABLED, Key
from tap.verify.policies.asking import refused
from tap.verify.policies.conditions import Context
from tap.verify.policies.evaluation import Request


def what_is_wrong_with(key: Key | None) -> str:
    """Why nothing can be encrypted or read with the key, "" if it can."""
    if key is None:
        return "its key does not exist"
    if key.state != ENABLED:
        return f"its key {key.arn} is {key.state}"
    return ""


def what_it_refuses(key: Key, service: str, actions: Sequence[str], context: Context) -> Iterator[str]:
    """The actions that the key's policy does not allow the service. Raises CannotTellError."""
    requests = [Request(action, key.arn, service, context) for action in actions]
    for request in refused([key.policy.value], requests):
        yield request.action


def is_customers(key: Key) -> bool:
    return key.manager == CUSTOMER
