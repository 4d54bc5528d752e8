"""Where a run makes its resources: the project's own embedded AWS, or another emulator on loopback.

Starting the embedded AWS takes seconds, and so does importing the program: both happen at once. Which AWS it is can be
told before it is ready; only a provider's first call waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from tap.engine.provider import Provider, ProviderError, UnavailableError
from tap.engine.providers import ProviderFactory
from tap.errors import TapError
from tap.local_aws import control
from tap.local_aws.endpoint import instance_of, require_loopback

if TYPE_CHECKING:
    from tap.local_aws.clients import Clients

DEFAULT_REGION: Final = "us-east-1"
SERVICES: Final = ("sts", "ec2", "s3", "kms", "logs", "iam", "sns", "cloudwatch")
"""What the types of tap/aws call, in the order in which a stack usually needs them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A ready AWS: where it listens, and which it is; instance "" for an emulator that can not tell."""

    endpoint: str
    instance: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What a run needs of the place where it makes things.

    endpoint: the one that the user named, "" for the project's own AWS. instance: which AWS it is; None for a new one,
    which holds nothing yet; "" where it can not be told. `place` is there once the AWS is ready, or carries why not.
    """

    factory: ProviderFactory
    endpoint: str
    instance: str | None
    place: Future[Place]


class Standing(StrEnum):
    """What has become of the AWS in which a state's resources are."""

    HERE = "here"
    GONE = "gone"
    ELSEWHERE = "elsewhere"


def standing_of(recorded: Place, instance: str | None, endpoint: str, *, alive: Callable[[Place], bool]) -> Standing:
    """Where the resources of a state are, seen from a lane. `recorded`: where the state says that it was built.

    An embedded AWS that is no more has taken them with it. One that still runs elsewhere still holds them, and so may
    an emulator that can not tell which one it is.
    """
    if not recorded.endpoint or (recorded.instance and recorded.instance == instance):
        return Standing.HERE
    if recorded.instance:
        return Standing.ELSEWHERE if alive(recorded) else Standing.GONE
    return Standing.HERE if recorded.endpoint == endpoint else Standing.ELSEWHERE


def is_alive(place: Place) -> bool:
    return instance_of(place.endpoint) == place.instance


class OpenLane(Protocol):
    """Opens the lane of one run. Raises TapError for an endpoint that may not be used.

    `ready` is told of the place before anything is made there, so that the state can say where its resources are.
    """

    def __call__(self, root: Path, endpoint: str, pool: Executor, ready: Callable[[Place], None]) -> Lane: ...


class WaitingClients:
    """boto3 clients of a place that may not be ready yet: the first call waits for it."""

    def __init__(self, clients: Future[Clients]) -> None:
        self._clients = clients

    def client(self, service: str, region: str) -> Any:
        try:
            clients = self._clients.result(timeout=control.START_SECONDS_MAX)
        except TapError as error:
            raise UnavailableError(str(error), hint=error.hint, retryable=error.retryable) from error
        return clients.client(service, region)


def open_embedded_lane(root: Path, endpoint: str, pool: Executor, ready: Callable[[Place], None]) -> Lane:
    """The project's own embedded AWS, started if need be, or the emulator at `endpoint`."""
    place: Future[Place]
    instance: str | None
    if endpoint:
        endpoint = require_loopback(endpoint)
        instance = instance_of(endpoint) or ""
        place = Future()
        place.set_result(Place(endpoint, instance))
    else:
        status = control.status(root)
        instance = None if status.state is control.State.STOPPED else status.instance
        place = pool.submit(_started, root)
    clients = pool.submit(_connected, place, ready)
    return Lane(partial(make_provider, WaitingClients(clients)), endpoint, instance, place)


def make_provider(clients: WaitingClients, package: str) -> Provider:
    """An unconfigured provider of a package. Raises ProviderError, naming it, for one that there is none for."""
    if package == "aws":
        from tap.aws.provider import AwsProvider

        return AwsProvider(clients)
    raise ProviderError(
        f"the embedded engine has no provider for the package '{package}'",
        hint="it has 'aws'; deploy this program with the Pulumi CLI instead",
    )


def _started(root: Path) -> Place:
    running = control.start(root)
    return Place(running.endpoint, running.instance)


def _connected(coming: Future[Place], ready: Callable[[Place], None]) -> Clients:
    # Imported here, on the pool: it takes the time in which the AWS starts anyway.
    from tap.local_aws.clients import Clients

    place = coming.result(timeout=control.START_SECONDS_MAX)
    clients = Clients(place.endpoint, DEFAULT_REGION)
    clients.warm(SERVICES)
    ready(place)
    return clients
