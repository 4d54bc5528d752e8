"""A provider that makes things in memory at once: what is left of a run is the engine's own time."""

from __future__ import annotations

import itertools

from tap.engine.model import Mark
from tap.engine.provider import CheckResult, CreateResult, DiffResult, ReadResult
from tap.engine.values import UNKNOWN, Properties


class FakeProvider:
    """Implements `tap.engine.provider.Provider`; every instance shares one cloud."""

    cloud: dict[str, Properties] = {}  # noqa: RUF012  - one cloud for all instances is the point
    ids = itertools.count(1)

    def check_config(self, urn: str, olds: Properties, news: Properties) -> CheckResult:
        return CheckResult(news)

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> DiffResult:
        return DiffResult(changes=dict(old_inputs) != dict(news))

    def configure(self, inputs: Properties) -> None:
        """Nothing to configure."""

    def check(self, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> CheckResult:
        return CheckResult(news)

    def diff(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> DiffResult:
        changed = tuple(key for key in {**old_inputs, **news} if old_inputs.get(key) != news.get(key))
        return DiffResult(changes=bool(changed), diffs=changed)

    def create(
        self, urn: str, inputs: Properties, timeout: float, *, preview: bool, mark: Mark | None = None
    ) -> CreateResult:
        if preview:
            return CreateResult("", {**inputs, "echo": UNKNOWN})
        id = f"thing-{next(self.ids)}"
        self.cloud[id] = inputs
        return CreateResult(id, {**inputs, "echo": id})

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        found = self.cloud.get(id)
        return None if found is None else ReadResult(id, found, {**found, "echo": id})

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
        if not preview:
            self.cloud[id] = news
        return {**news, "echo": id}

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        self.cloud.pop(id, None)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        return dict(arguments)

    def cancel(self) -> None:
        """Nothing waits."""
