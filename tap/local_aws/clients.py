"""AWS clients that reach an emulator on loopback and nothing else, with fixed fake credentials.

They are botocore's clients, which is what `boto3.client` returns too; botocore alone imports in a third of the time.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import botocore.config
import botocore.configprovider
import botocore.retries.standard
import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import IncompleteReadError
from botocore.loaders import Loader

from tap.local_aws.credentials import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from tap.local_aws.endpoint import require_loopback

CONNECT_SECONDS_MAX = 5.0
READ_SECONDS_MAX = 60.0
READ_ATTEMPTS_MAX = 3
REFUSED_ATTEMPTS_MAX = 12
"""Of a call that AWS refuses for the rate of requests; the waits between double, up to 20 s: two minutes in all.

A creation of a hundred resources where every second call is refused gets through with this; with three it would not.
"""

CONNECTIONS_MAX = 32
"""Per service and region; the engine runs 16 steps at once by default."""

_WITHOUT_BODY = (204, 304)
_READING_VERBS = ("Describe", "Get", "Head", "List")
_REFUSED_FOR_RATE = frozenset(
    {
        "LimitExceededException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)

_CONFIG = botocore.config.Config(
    connect_timeout=CONNECT_SECONDS_MAX,
    read_timeout=READ_SECONDS_MAX,
    max_pool_connections=CONNECTIONS_MAX,
    retries={"mode": "standard", "total_max_attempts": READ_ATTEMPTS_MAX},
    s3={"addressing_style": "path"},
    proxies={},  # not None: that would take HTTP_PROXY from the environment
    user_agent_extra="tap",
)


class Clients:
    """The clients of one emulator, one per service and region, made when first asked for. Safe to share by threads.

    The user's profile, configuration files, environment and instance metadata have no part in them. Raises
    EndpointError for an endpoint that is not on loopback; so does each call whose request would go elsewhere after all.
    An access key of 12 digits is the number of the account to use on the embedded AWS.
    """

    def __init__(self, endpoint: str, region: str, *, access_key_id: str = ACCESS_KEY_ID) -> None:
        self.endpoint = require_loopback(endpoint)
        self.region = region
        self._session = _session_without_user(access_key_id)
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    def client(self, service: str, region: str | None = None) -> Any:
        """The client of a service by botocore's name ("ec2", "logs"), in the given region or in `self.region`."""
        key = (service, region or self.region)
        client = self._clients.get(key)
        if client is None:
            # Making clients from one session is not safe in threads, and no faster: it is all work for the interpreter.
            with self._making:
                client = self._clients.get(key)
                if client is None:
                    client = self._clients[key] = self._make(*key)
        return client

    def warm(self, services: Iterable[str], region: str | None = None) -> threading.Thread:
        """Make the clients of these services in the background; whoever asks for one meanwhile gets it all the same."""
        names = tuple(services)
        thread = threading.Thread(target=lambda: [self.client(name, region) for name in names], daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Close the connections. The clients can not be used afterwards."""
        with self._making:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _make(self, service: str, region: str) -> Any:
        client = self._session.create_client(service, region_name=region, endpoint_url=self.endpoint, config=_CONFIG)
        client.meta.events.register_last("before-send", _refuse_elsewhere)
        client.meta.events.register("before-parse", _refuse_half_an_answer)
        _retry_only_what_is_safe(client)
        return client


def may_try_again(operation: str, error_code: str) -> bool:
    """Whether an operation that failed may be sent again without asking what became of it.

    What only reads may. What changes something may if AWS itself said that it refused for the rate of requests
    (error_code); after a lost or broken answer (error_code "") or an internal error nobody knows whether it was done,
    and most creations have no token that would make a second one harmless.
    """
    return operation.startswith(_READING_VERBS) or error_code in _REFUSED_FOR_RATE


def _session_without_user(access_key_id: str) -> botocore.session.Session:
    """A session for which no environment variable and no file exists."""
    variables = {
        name: (key, None, default, conversion)
        for name, (key, _, default, conversion) in botocore.configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    for name in ("config_file", "credentials_file"):
        variables[name] = (None, None, os.devnull, None)
    session = botocore.session.Session(session_vars=variables)
    session.register_component("data_loader", _models())
    session.set_credentials(access_key_id, SECRET_ACCESS_KEY)
    return session


@functools.cache
def _models() -> Loader:
    """What reads the service models, once for all clients: a quarter of a second for EC2.

    botocore's default loader takes models from ~/.aws/models before its own.
    """
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)


def _refuse_elsewhere(request: AWSPreparedRequest, **_: Any) -> None:
    """The last look before a request leaves: a redirect or an endpoint rule may have changed its host."""
    scheme, _, rest = request.url.partition("://")
    require_loopback(f"{scheme}://{rest.partition('/')[0].partition('?')[0]}")


def _refuse_half_an_answer(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Raise IncompleteReadError, a BotoCoreError, for an answer that was cut.

    botocore does not compare lengths: half a JSON answer to a creation would be a success without an id.
    """
    body, announced = response_dict["body"], response_dict["headers"].get("Content-Length")
    if announced is None or not isinstance(body, bytes) or operation_model.http["method"] == "HEAD":
        return
    if response_dict["status_code"] not in _WITHOUT_BODY and len(body) != int(announced):
        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(announced))


def _retry_only_what_is_safe(client: Any) -> None:
    """Put `may_try_again` before the decision of botocore's standard mode whether to try again.

    Events reach every handler of their name, so that botocore's own one has to be replaced: a handler before it could
    not stop it. Its waits and its quota stay as they are.
    """
    service = client.meta.service_model.service_id.hyphenize()
    event, unique_id = f"needs-retry.{service}", f"retry-config-{service}"
    client.meta.events.unregister(event, unique_id=unique_id)
    handler = botocore.retries.standard.register_retry_handler(client, max_attempts=REFUSED_ATTEMPTS_MAX)
    client.meta.events.unregister(event, unique_id=unique_id)
    client.meta.events.register(event, _only_when_safe(handler.needs_retry), unique_id=unique_id)


def _only_when_safe(needs_retry: Callable[..., float | None]) -> Callable[..., float | None]:
    def decide(*, operation: Any, response: Any, attempts: int, **facts: Any) -> float | None:
        error_code = "" if response is None else response[1].get("Error", {}).get("Code", "")
        if not may_try_again(operation.name, error_code):
            return None
        if attempts >= READ_ATTEMPTS_MAX and error_code not in _REFUSED_FOR_RATE:
            return None
        return needs_retry(operation=operation, response=response, attempts=attempts, **facts)

    return decide
