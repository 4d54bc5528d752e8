"""Posts one message to Slack's incoming webhook. Everything in it is bounded, and nothing in it tells the webhook.

Whoever has the webhook can post: its address is a secret. It comes from one environment variable and is in no argument,
no log, no error's text.
"""

from __future__ import annotations

import logging
import threading
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.webhook import WebhookClient, WebhookResponse

from tap.errors import NotificationError, UsageError
from tap.local_aws.endpoint import is_loopback_address

WEBHOOK_VARIABLE = "SLACK_WEBHOOK_URL"
SLACK_HOST = "hooks.slack.com"

REQUEST_SECONDS_MAX = 10
RETRIES_MAX = 2
"""Of all kinds together: the library counts them in one place."""
RETRY_AFTER_SECONDS_MAX = 30
TOTAL_SECONDS_DEFAULT = 60
"""Three requests, and what lies between them; a server that drips its answer is not waited for longer either."""

_HINT = f"set {WEBHOOK_VARIABLE} in the environment to the webhook's address, https://{SLACK_HOST}/services/..."


class _RateLimitHandler(RateLimitErrorRetryHandler):
    """Waits as long as Slack asks to, if that is not too long. Slack's own handler sleeps for whatever it is told."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != 429:
            return False
        told = next((value[0] for name, value in response.headers.items() if name.lower() == "retry-after"), "1")
        return told.isascii() and told.isdigit() and int(told) <= RETRY_AFTER_SECONDS_MAX


class _ServerErrorHandler(ServerErrorRetryHandler):
    """Every 5xx: a gateway's 502 and 504 pass as well as Slack's own 500 and 503."""

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return response is not None and response.status_code >= 500


def checked_webhook(value: str) -> str:
    """The webhook's address, if it is one of Slack's, or on loopback, where a rehearsal's sink listens.

    Loopback is an address in numbers, never a name: it can not leave the machine. Raises UsageError.
    """
    if not value:
        raise UsageError(f"{WEBHOOK_VARIABLE} is not set", hint=_HINT)
    if not value.isascii() or not value.isprintable() or " " in value:
        raise UsageError(f"{WEBHOOK_VARIABLE} has characters that no address has; it is not shown here", hint=_HINT)
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    slack = host == SLACK_HOST and parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc
    loopback = is_loopback_address(host) and parts.scheme == "http" and "@" not in parts.netloc
    if not (slack or loopback):
        raise UsageError(f"{WEBHOOK_VARIABLE} is no https:// address of {SLACK_HOST}; it is not shown here", hint=_HINT)
    return value


def post(webhook: str, message: dict[str, Any], seconds_max: float = TOTAL_SECONDS_DEFAULT) -> None:
    """Post the message, with retries, within seconds_max.

    A request that was not answered in time is not sent again, for Slack may have taken it. Raises NotificationError.
    """
    answers: list[WebhookResponse] = []
    failures: list[Exception] = []

    def send() -> None:
        try:
            answers.append(_client(webhook, seconds_max).send_dict(message))
        except Exception as error:  # whatever it is: its text may hold the address, so only its kind is told
            failures.append(error)

    # A socket's timeout begins anew with each byte, so the whole has a bound of its own.
    sending = threading.Thread(target=send, name="slack", daemon=True)
    sending.start()
    sending.join(seconds_max)
    if answers:
        _check(answers[0], webhook)
    elif failures:
        raise NotificationError(f"Slack was not reached: {_kind(failures[0])}")
    else:
        raise NotificationError(f"Slack did not answer within {seconds_max:g} s")


def _client(webhook: str, seconds_max: float) -> WebhookClient:
    silent = logging.getLogger("tap.notify.slack")
    silent.disabled = True  # the library logs errors whose text may hold the address
    handlers = [
        ConnectionErrorRetryHandler(max_retry_count=RETRIES_MAX),
        _RateLimitHandler(max_retry_count=RETRIES_MAX),
        _ServerErrorHandler(max_retry_count=RETRIES_MAX),
    ]
    timeout = max(1, round(min(REQUEST_SECONDS_MAX, seconds_max)))
    return WebhookClient(webhook, timeout=timeout, logger=silent, retry_handlers=list(handlers))


def _check(answer: WebhookResponse, webhook: str) -> None:
    """Slack says `ok` in so many letters; a 200 of somebody else, as after a redirection, is no message delivered."""
    if answer.status_code != 200:
        raise NotificationError(f"Slack answered {answer.status_code}: {_shown(answer.body, webhook)}")
    if answer.body.strip() != "ok":
        raise NotificationError("the answer was 200, but not Slack's: the message was not delivered")


def _shown(body: str, webhook: str) -> str:
    """Slack's errors are one word, such as `invalid_token`. Anything longer may quote the address: it is not shown."""
    word = body.strip()
    one_word = word.replace("_", "").isalnum() and len(word) <= 40
    return word if one_word and word not in webhook else "no reason that can be shown"


def _kind(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return "it did not answer in time"
    if isinstance(reason, ConnectionRefusedError):
        return "the connection was refused"
    return type(reason).__name__
