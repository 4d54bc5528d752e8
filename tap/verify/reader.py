"""Ask AWS, only reading: paged, a few calls at once, and what is refused or gone is noted and left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, Protocol, TypeVar

from botocore import xform_name
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from tap.errors import AuthenticationError
from tap.verify.facts.unseen import Unseen
from tap.verify.permissions import action_of

COLLECT_SECONDS_MAX = 120.0
"""For one answer with all its pages and retries; a whole stack takes seconds."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_REFUSED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"})
_NOBODY = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)


class Clients(Protocol):
    """botocore clients by service and region; safe to share by threads."""

    def client(self, service: str, region: str) -> Any: ...


class Reader:
    """Makes the calls of one area. Raises AuthenticationError where AWS does not know who asks.

    Everything else that goes wrong with a call is noted in `unseen`.
    """

    def __init__(self, clients: Clients, area: str, actions: frozenset[str], region: str, pool: Executor) -> None:
        self.unseen: list[Unseen] = []
        self._clients = clients
        self._area = area
        self._actions = actions
        self._region = region
        self._pool = pool

    def items(
        self, service: str, operation: str, key: str, *, subject: str = "", region: str = "", **arguments: Any
    ) -> list[dict[str, Any]]:
        """All that stands under `key` on all pages; empty if it could not be seen.

        operation: as the API calls it, `DescribeVpcs`. subject: what is missing if it fails, "" for the whole area.
        """

        def ask(client: Any) -> list[dict[str, Any]]:
            method = xform_name(operation)
            if not client.can_paginate(method):
                return list(getattr(client, method)(**arguments).get(key) or ())
            pages = client.get_paginator(method).paginate(**arguments)
            return [item for page in pages for item in page.get(key) or ()]

        found = self._ask(ask, service, operation, subject, region, absent=())
        return found or []

    def answer(
        self,
        service: str,
        operation: str,
        *,
        subject: str = "",
        region: str = "",
        absent: tuple[str, ...] = (),
        **arguments: Any,
    ) -> dict[str, Any] | None:
        """The answer to one call; {} for an error whose code is in `absent` (not set); None if it could not be seen."""

        def ask(client: Any) -> dict[str, Any]:
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**arguments)
            return answer

        found: dict[str, Any] | None = self._ask(ask, service, operation, subject, region, absent=absent)
        return found

    def each(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """The function of each item, in their order, several at once. The function must not call `each` itself."""
        return list(self._pool.map(function, items, timeout=COLLECT_SECONDS_MAX))

    def together(self, *functions: Callable[[], Any]) -> list[Any]:
        """What the functions return, in their order, several at once."""
        return self.each(lambda function: function(), functions)

    def _ask(
        self,
        ask: Callable[[Any], _Result],
        service: str,
        operation: str,
        subject: str,
        region: str,
        *,
        absent: tuple[str, ...],
    ) -> Any:
        action = action_of(service, operation)
        assert action in self._actions, f"{action} is not declared by {self._area}"  # noqa: S101  - a bug of ours
        try:
            return ask(self._clients.client(service, region or self._region))
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise AuthenticationError(str(error), hint="give credentials as for the AWS CLI") from error
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in absent:
                return {}
            if code in _NOBODY:
                raise AuthenticationError(f"AWS refuses these credentials: {error}") from error
            self.unseen.append(Unseen(self._area, action, subject, _why(code, error)))
        except ParamValidationError as error:  # what the state calls it is nothing that AWS could know
            self.unseen.append(Unseen(self._area, action, subject, " ".join(str(error).split())))
        except BotoCoreError as error:
            self.unseen.append(Unseen(self._area, action, subject, f"no answer: {error}"))
        return None


def _why(code: str, error: ClientError) -> str:
    if code in _REFUSED:
        return f"not allowed ({code})"
    if "NotFound" in code or code.startswith("NoSuch") or code == "404":
        return f"it vanished while it was looked at ({code})"
    return f"{code}: {error.response.get('Error', {}).get('Message', '')}"
