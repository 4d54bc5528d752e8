"""What AWS and the way to it can answer, told in the provider's words: the operation, the code, what would fix it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from tap.engine.provider import ProviderError
from tap.errors import TapError

_DENIED: Final = "allow the action for these credentials (in the embedded AWS: start it without IAM checks)"
_GONE: Final = "it was removed behind the engine's back: run `tap refresh`, then `tap up`"
_TAKEN: Final = "choose another name, remove the other one, or take it over with `tap import`"
_QUOTA: Final = "remove unused ones or ask AWS for a higher quota"
_SLOW_DOWN: Final = "AWS asks to slow down: run it again, with a lower --parallel"
_IN_USE: Final = "something that is not in this stack uses it: remove that first"

HINTS: Final[Mapping[str, str]] = {
    "AccessDenied": _DENIED,
    "AccessDeniedException": _DENIED,
    "AuthFailure": _DENIED,
    "AuthorizationError": _DENIED,
    "UnauthorizedOperation": _DENIED,
    "ExpiredToken": "get fresh credentials and run it again",
    "VpcLimitExceeded": _QUOTA,
    "SubnetLimitExceeded": _QUOTA,
    "AddressLimitExceeded": _QUOTA,
    "NatGatewayLimitExceeded": _QUOTA,
    "InternetGatewayLimitExceeded": _QUOTA,
    "LimitExceeded": _QUOTA,
    "LimitExceededException": _QUOTA,
    "TooManyBuckets": _QUOTA,
    "DependencyViolation": _IN_USE,
    "DeleteConflict": _IN_USE,
    "InvalidIPAddress.InUse": _IN_USE,
    "BucketAlreadyExists": "bucket names are shared by all accounts: choose another name",
    "BucketAlreadyOwnedByYou": _TAKEN,
    "BucketNotEmpty": "set forceDestroy on the bucket and run `tap up`, or empty it, then run this again",
    "EntityAlreadyExists": _TAKEN,
    "ResourceAlreadyExistsException": _TAKEN,
    "AlreadyExistsException": _TAKEN,
    "InvalidGroup.Duplicate": _TAKEN,
    "InvalidPermission.Duplicate": "two rules of the security group say the same: keep one",
    "FlowLogAlreadyExists": _TAKEN,
    "RouteAlreadyExists": "the table has a route to this destination already: remove it or import it",
    "Resource.AlreadyAssociated": "end the association it has, or import it",
    "InvalidSubnet.Conflict": "choose a CIDR block that no other subnet of the VPC overlaps",
    "InvalidSubnet.Range": "choose a CIDR block inside that of the VPC",
    "InvalidVpc.Range": "choose a CIDR block between /16 and /28",
    "MalformedPolicyDocument": "mend the policy document",
    "MalformedPolicy": "mend the policy document",
    "KMSInvalidStateException": "the key is disabled or on its way out: enable it or use another",
}

_NOT_IMPLEMENTED: Final = 501
"""How the embedded AWS says that it lacks an operation."""

_THROTTLED: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "PriorRequestNotComplete",
        "BandwidthLimitExceeded",
    }
)
_TRY_AGAIN: Final = frozenset(
    {"InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable", "RequestTimeout"}
    | {"OperationAborted", "ConcurrentModification", "OperationAbortedException"}
)


_NEVER_SENT: Final = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError, SSLError)
_ANSWER_LOST: Final = (HTTPClientError, IncompleteReadError, ResponseParserError)
_BROKEN_ANSWER: Final = (AttributeError, LookupError, TypeError, ValueError)
"""What reading an answer without its content raises: half a JSON document is an empty one to botocore."""


def outcome_is_unknown(error: Exception) -> bool:
    """Whether a call that changes something may have done so although it failed.

    A refusal is certain, also one for the rate of requests, and so is a connection that never came about. Not so an
    answer that is lost or broken, or AWS's word that something went wrong on its side.
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return bool(status >= 500 and status != _NOT_IMPLEMENTED and code_of(error) not in _THROTTLED)
    if isinstance(error, (*_NEVER_SENT, ParamValidationError, TapError, ProviderError)):
        return False
    return isinstance(error, (*_ANSWER_LOST, *_BROKEN_ANSWER))


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def provider_error(doing: str, error: Exception) -> ProviderError:
    """The error that a user reads. `doing`: `creating aws:ec2/vpc:Vpc (vpc-1)`."""
    if isinstance(error, ProviderError):
        return ProviderError(f"{doing}: {error}", hint=error.hint, code=error.code, retryable=error.retryable)
    if isinstance(error, ClientError):
        return _from_answer(doing, error)
    if isinstance(error, ParamValidationError):
        return ProviderError(f"{doing}: {error}", hint="mend the property that the message names", code="Parameters")
    if isinstance(error, (ConnectionError, HTTPClientError, IncompleteReadError, ResponseParserError)):
        return ProviderError(
            f"{doing}: no answer from AWS: {error}",
            hint="see whether the embedded AWS runs: `tap local status`",
            code=type(error).__name__,
            retryable=True,
        )
    if isinstance(error, TapError):
        return ProviderError(f"{doing}: {error}", hint=error.hint, code=error.name)
    if isinstance(error, BotoCoreError):
        return ProviderError(f"{doing}: {error}", code=type(error).__name__)
    return ProviderError(
        f"{doing}: {type(error).__name__}: {error}", hint="this is a bug of tap's: please report it", code="Bug"
    )


def _from_answer(doing: str, error: ClientError) -> ProviderError:
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = error.response.get("Error", {}).get("Message", "")
    message = f"{doing}: operation error {error.operation_name}, StatusCode: {status}, api error {code}: {text}"
    retryable = code in _THROTTLED or code in _TRY_AGAIN or (status >= 500 and status != _NOT_IMPLEMENTED)
    return ProviderError(message, hint=_hint(code, status), code=code, retryable=retryable)


def _hint(code: str, status: int) -> str:
    if code in HINTS:
        return HINTS[code]
    if code in _THROTTLED:
        return _SLOW_DOWN
    if status == _NOT_IMPLEMENTED:
        return "the emulator has no such operation: leave out what needs it, or use AWS"
    if "NotFound" in code or code.startswith("NoSuch"):
        return _GONE
    return "run it again: the fault is AWS's" if code in _TRY_AGAIN or status >= 500 else ""
