"""The aws provider: what the engine asks, answered by one resource type over boto3."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import UTC, datetime
from typing import Final

from tap.aws import config, diff, functions, registry, schema
from tap.aws.check import check
from tap.aws.errors import provider_error
from tap.aws.lifecycle import Lifecycle
from tap.aws.outputs import preview_of_create, preview_of_update
from tap.aws.resource_type import ResourceType
from tap.aws.session import Account, ClientFactory, Session
from tap.engine.model import Mark
from tap.engine.provider import CheckFailure, CheckResult, CreateResult, DiffResult, ProviderError, ReadResult
from tap.engine.values import Properties

_DEFAULT_SECONDS: Final = 1200.0
"""Terraform's own bound where a resource has none: 20 minutes."""

_ID_AT_REGION: Final = re.compile(r"(?P<id>.+)@(?P<region>[a-z]{2,}(-[a-z]+)+-\d+)")
"""How a user imports from another region than the provider's."""


class AwsProvider:
    """Implements `Provider` and `FindsCreations` for the package `aws`, on the clients of one endpoint."""

    def __init__(self, clients: ClientFactory) -> None:
        self._clients = clients
        self._config = config.ProviderConfig()
        self._account = Account(clients, "us-east-1")
        self._stopped = threading.Event()

    def check_config(self, urn: str, olds: Properties, news: Properties) -> CheckResult:
        return CheckResult(dict(news), config.check(news))

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> DiffResult:
        """No setting of the aws provider replaces it, nor what it made (engine.md 4.2)."""
        olds, wanted = config.decoded(old_inputs), config.decoded(news)
        changed = sorted(key for key in olds.keys() | wanted.keys() if olds.get(key) != wanted.get(key))
        return DiffResult(changes=bool(changed), diffs=tuple(changed))

    def configure(self, inputs: Properties) -> None:
        self._config = config.parse(inputs)
        self._account = Account(self._clients, self._config.region)
        allowed, forbidden = self._config.allowed_accounts, self._config.forbidden_accounts
        if not allowed and not forbidden:
            return  # whose account it is, is asked when somebody needs to know
        account = self._session().account_id
        if account in forbidden or (allowed and account not in allowed):
            raise ProviderError(
                f"AWS account ID not allowed: {account}",
                hint="look at allowedAccountIds and forbiddenAccountIds in the provider's settings",
                code="AccountNotAllowed",
            )

    def check(self, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> CheckResult:
        try:
            kind = _kind(urn)
        except registry.UnknownTypeError as error:
            return CheckResult(dict(news), (CheckFailure("", f"{error} (wanted by {urn})"),))
        return check(kind, _schema(kind), self._config, urn=urn, olds=olds, news=news, seed=random_seed)

    def diff(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> DiffResult:
        kind = _kind(urn)
        return diff.diff(
            kind, _schema(kind), self._config, outputs=old_outputs, news=news, ignore_changes=ignore_changes
        )

    def create(
        self, urn: str, inputs: Properties, timeout: float, *, preview: bool, mark: Mark | None = None
    ) -> CreateResult:
        kind = _kind(urn)
        if preview:
            return CreateResult("", preview_of_create(kind, _schema(kind), self._config, inputs))
        mark = mark or Mark(uuid.uuid4().hex, datetime.now(UTC))
        return self._lifecycle(kind, "create", timeout, inputs).create(inputs, mark)

    def find_created(self, urn: str, inputs: Properties, mark: Mark) -> ReadResult | None:
        return self._lifecycle(_kind(urn), "read", 0, inputs).find_created(inputs, mark)

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        kind = _kind(urn)
        elsewhere = _ID_AT_REGION.fullmatch(id) if not inputs and kind.regional else None
        if elsewhere:
            return self._lifecycle(kind, "read", 0, elsewhere.groupdict()).read(kind.import_id(elsewhere["id"]), {}, {})
        if not inputs:
            id = kind.import_id(id)
        return self._lifecycle(kind, "read", 0, inputs or outputs).read(id, inputs, outputs)

    def update(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        *,
        preview: bool,
        ignore_changes: tuple[str, ...] = (),
    ) -> Properties:
        kind = _kind(urn)
        if preview:
            return preview_of_update(kind, _schema(kind), self._config, old_outputs, news)
        lifecycle = self._lifecycle(kind, "update", timeout, news)
        return lifecycle.update(id, old_inputs, old_outputs, news, ignore_changes)

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        self._lifecycle(_kind(urn), "delete", timeout, inputs or outputs).delete(id, outputs)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        try:
            return functions.invoke(self._session(arguments.get("region")), token, arguments)
        except ProviderError:
            raise
        except Exception as error:
            raise provider_error(f"invoking {token}", error) from error

    def cancel(self) -> None:
        self._stopped.set()

    def _lifecycle(self, kind: ResourceType, verb: str, timeout: float, properties: Properties) -> Lifecycle:
        region = properties.get("region") if kind.regional else None
        session = self._session(region, timeout or kind.timeouts.get(verb, _DEFAULT_SECONDS))
        return Lifecycle(kind, _schema(kind), self._config, session)

    def _session(self, region: str | None = None, seconds_max: float = _DEFAULT_SECONDS) -> Session:
        return Session(self._clients, self._account, region or self._config.region, seconds_max, self._stopped)


def _kind(urn: str) -> ResourceType:
    """Raises UnknownTypeError."""
    qualified_type = urn.split("::", 3)[2]
    return registry.resource_type(qualified_type.rsplit("$", 1)[-1])


def _schema(kind: ResourceType) -> schema.TypeSchema:
    return schema.type_schema(kind.token)
