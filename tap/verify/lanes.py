"""Whom verify asks: the embedded AWS on loopback, or the account of the user's own credentials, only reading."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tap.errors import AuthenticationError, TapError
from tap.lane import Place, Standing, is_alive, standing_of
from tap.local_aws import clients as local
from tap.local_aws import control
from tap.local_aws.endpoint import instance_of, require_loopback
from tap.state.checkpoint import Checkpoint
from tap.verify.facts import Scope
from tap.verify.reader import Clients

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
    user_agent_extra="tap-verify",
)


class WrongAwsError(TapError):
    """The AWS at hand is not the one in which the state's resources are: everything would look missing."""

    name = "wrong_aws"


def open_embedded(root: Path, checkpoint: Checkpoint, scope: Scope, endpoint: str) -> Clients:
    """Clients of the embedded AWS that the state was built on. Raises WrongAwsError, EndpointError.

    Reads nothing of the user's AWS settings and reaches loopback only.
    """
    if not endpoint:
        running = control.status(root)
        if running.state is not control.State.RUNNING:
            raise WrongAwsError(
                f"the embedded AWS is {running.state}: what the state says was built is gone with it"
                if running.state is control.State.STOPPED
                else f"the embedded AWS is {running.state}: {running.detail}",
                hint="`tap up` starts it and builds the stack",
            )
        endpoint = running.endpoint
    endpoint = require_loopback(endpoint)
    recorded = Place(checkpoint.aws_endpoint, checkpoint.aws_instance)
    standing = standing_of(recorded, instance_of(endpoint) or "", endpoint, alive=is_alive)
    if standing is not Standing.HERE:
        raise WrongAwsError(
            f"the state was built on another AWS ({recorded.endpoint}) than the one at {endpoint}",
            hint="`tap up` builds the stack here; --endpoint names another emulator",
        )
    return local.Clients(endpoint, scope.region)


class AccountClients:
    """Clients of the user's own session (profile, environment, config file), one per service and region."""

    def __init__(self) -> None:
        self._session = botocore.session.get_session()
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    def client(self, service: str, region: str) -> Any:
        with self._making:  # making clients from one session is not safe in threads
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self._session.create_client(service, region_name=region, config=_CONFIG)
            return self._clients[key]


def open_account(scope: Scope) -> Clients:
    """Clients of the account that the user's credentials belong to, which must be the state's.

    Raises AuthenticationError where AWS does not know who asks, WrongAwsError for another account.
    """
    clients = AccountClients()
    try:
        account = str(clients.client("sts", scope.region or "us-east-1").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise AuthenticationError(
            f"AWS can not be asked with the credentials at hand: {error}",
            hint="set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ) from error
    if scope.accounts and account not in scope.accounts:
        raise WrongAwsError(
            f"the state's resources are in account {', '.join(sorted(scope.accounts))}, "
            f"the credentials at hand belong to account {account}",
            hint="set AWS_PROFILE to one of the state's account",
        )
    return clients
