"""Waiting for AWS: every wait has a bound, ends when the run is cancelled, and says what it waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from botocore.exceptions import ClientError

from tap.aws.resource_type import Aws
from tap.engine.provider import ProviderError

T = TypeVar("T")

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 5.0
_CANCEL_CHECK_SECONDS: Final = 0.2
_IN_USE_SECONDS: Final = 60.0
"""How long what used a resource may linger (network interfaces on their way out) after it was itself deleted."""


class WaitTimeoutError(ProviderError):
    """AWS did not get there in time."""

    def __init__(self, what: str, seconds_max: float) -> None:
        super().__init__(
            f"timed out after {seconds_max:g} s waiting for {what}",
            hint="run the command again, or give the resource a longer custom timeout",
            code="Timeout",
            retryable=True,
        )


class WaitCancelledError(ProviderError):
    """The run was cancelled before AWS got there."""

    def __init__(self, what: str) -> None:
        super().__init__(f"cancelled while waiting for {what}", code="Cancelled", retryable=True)


def wait(aws: Aws, until: Callable[[], T | None], *, what: str, seconds_max: float | None = None) -> T:
    """The first answer of `until` that is not None. `seconds_max` None: the bound of the call (`aws.seconds_max`).

    Raises WaitTimeoutError, WaitCancelledError.
    """
    bound = aws.seconds_max if seconds_max is None else seconds_max
    deadline = time.monotonic() + bound
    pause = _FIRST_PAUSE_SECONDS
    while (answer := until()) is None:
        if time.monotonic() + pause > deadline:
            raise WaitTimeoutError(what, bound)
        _sleep(aws, pause, what)
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
    return answer


def retry(
    aws: Aws,
    call: Callable[[], T],
    *,
    codes: Collection[str],
    what: str,
    saying: str = "",
    seconds_max: float | None = None,
) -> T:
    """The answer of `call`, tried again as long as AWS refuses it with one of `codes` (`DependencyViolation`).

    `saying`: only while AWS's message contains this, for codes that mean other faults too. When the time is up, AWS's
    own refusal is what is raised: it names the reason better than a timeout could.
    """
    refusal: list[ClientError] = []

    def attempt() -> tuple[T] | None:
        try:
            return (call(),)
        except ClientError as error:
            fault = error.response["Error"]
            if fault["Code"] not in codes or saying not in fault.get("Message", ""):
                raise
            refusal[:] = [error]
            return None

    try:
        return wait(aws, attempt, what=what, seconds_max=seconds_max)[0]
    except WaitTimeoutError as timeout:
        raise (refusal[0] if refusal else timeout) from timeout


def settled(aws: Aws, describe: Callable[[], Any], *, what: str, state: str = "State") -> Any:
    """What `describe` returns, once its state is no longer `pending`; None where it returns None."""

    def attempt() -> tuple[Any] | None:
        item = describe()
        return None if item is not None and item[state].lower() == "pending" else (item,)

    return wait(aws, attempt, what=f"{what} to become available")[0]


def once_unused(aws: Aws, id: str, delete: Callable[[], object]) -> None:
    """Delete something in EC2, waiting for what still uses it. Raises AWS's own DependencyViolation in the end."""
    bound = min(aws.seconds_max, _IN_USE_SECONDS)
    retry(aws, delete, codes={"DependencyViolation"}, what=f"nothing to use {id}", seconds_max=bound)


def _sleep(aws: Aws, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if aws.cancelled():
            raise WaitCancelledError(what)
        time.sleep(min(left, _CANCEL_CHECK_SECONDS))
