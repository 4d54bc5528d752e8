"""One run over a stack, from the project's files to the state's: what its operations have in common."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tap.engine.deployment import Deployment
from tap.engine.deployment_settings import DeploymentSettings
from tap.engine.events import Diagnostic, Reporter, Summary
from tap.engine.masking import SecretMask, without_secrets_told
from tap.engine.messages import pending_operations
from tap.engine.model import Op, Operation, Resource
from tap.engine.recorder import Journal
from tap.engine.snapshot import Snapshot
from tap.engine.targets import Targets
from tap.engine.values import Secret, Value
from tap.errors import CancelledError, TapError, UsageError
from tap.interruption import interruptible
from tap.lane import Lane, OpenLane, Place, Standing, is_alive, standing_of
from tap.project.project import Project, find_project
from tap.project.stack_config import StackConfig, load_stack_config
from tap.state.backend import UpdateInfo
from tap.state.checkpoint import Checkpoint
from tap.state.session import Session
from tap.state.stack_references import stack_outputs
from tap.state.store import StateStore

DEFAULT_PARALLEL: Final = 16
WRITE_SECONDS_MAX: Final = 30.0
"""How long to wait for the disk to take one line."""

AWS_RESTARTED: Final = (
    "The embedded AWS was started anew since this state was written, and what it held is gone: "
    "the state is taken as empty, and everything is built anew."
)


@dataclass(frozen=True, slots=True)
class Options:
    """Pulumi's options, with Pulumi's meanings. URNs in targets, excludes and replaces may hold `*` and `**`.

    policy_packs: folders of policy packs; policy_pack_configs: none, or one JSON file for each of them.
    endpoint: another AWS emulator on loopback instead of the project's own embedded AWS; "" for the project's own.
    program: another folder whose program and config are run, as of a release that is gone back to; state and embedded
    AWS stay the project's. "" for the project's own.
    """

    stack: str
    parallel: int = DEFAULT_PARALLEL
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    excludes: tuple[str, ...] = ()
    exclude_dependents: bool = False
    exclude_protected: bool = False
    replaces: tuple[str, ...] = ()
    refresh: bool = False
    expect_no_changes: bool = False
    continue_on_error: bool = False
    endpoint: str = ""
    policy_packs: tuple[str, ...] = ()
    policy_pack_configs: tuple[str, ...] = ()
    program: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended. `changes` counts steps as Pulumi's summary does; outputs may hold Secret values."""

    succeeded: bool
    changes: Mapping[Op, int] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    cancelled: bool = False
    violated: bool = False
    """Whether a mandatory policy is."""

    @property
    def changed(self) -> bool:
        """As Pulumi's `HasChanges`: looking at something changes nothing."""
        return any(count for op, count in self.changes.items() if op not in _UNCHANGING)


_UNCHANGING: Final = frozenset({Op.SAME, Op.READ, Op.READ_DISCARD, Op.READ_REPLACEMENT})

Work = Callable[[Deployment, Project, StackConfig], Awaitable[None]]


class Run:
    """One operation, from the project's files to the state's."""

    def __init__(self, root: Path, options: Options, reporter: Reporter, open_lane: OpenLane, kind: str) -> None:
        home = find_project(root)
        self._root = home.root
        self._project = find_project(Path(options.program)) if options.program else home
        self._options = options
        self._open_lane = open_lane
        self._kind = kind
        self._store = StateStore(self._root, self._project.name, options.stack)
        self._config = load_stack_config(self._project, options.stack, self._store)
        self._reporter = reporter
        self._mask = SecretMask(self._config.secrets)
        self._started = datetime.now(UTC)

    def preview(self, work: Work) -> Outcome:
        with _threads(self._options.parallel + 2) as pool:
            lane = self._open_lane(self._root, self._options.endpoint, pool, lambda _: None)
            base = self._store.load()
            if self._is_lost(base, lane):
                base = base.with_contents((), ())
            return self._outcome(self._run(work, base, lane, pool, None), dry_run=True)

    def update(self, work: Work) -> Outcome:
        with (
            _threads(self._options.parallel + 2) as pool,
            self._store.open(self._kind) as session,
        ):
            base = session.base
            if base.secrets_providers is None:
                pool.submit(self._store.prepare_secrets)  # the program's start takes longer, and leaves a core idle

            def bind(place: Place) -> None:
                session.bind_aws(place.instance, place.endpoint).result(timeout=WRITE_SECONDS_MAX)

            lane = self._open_lane(self._root, self._options.endpoint, pool, bind)
            if self._is_lost(base, lane):
                session.start_afresh()
                base = base.with_contents((), ())
            deployment = self._run(work, base, lane, pool, session)
            outcome = self._outcome(deployment, dry_run=False)
            self._finish(session, deployment, lane, outcome)
            return outcome

    def _run(
        self, work: Work, base: Checkpoint, lane: Lane, pool: ThreadPoolExecutor, journal: Journal | None
    ) -> Deployment:
        async def main() -> Deployment:
            deployment = Deployment(
                self._settings(base.resources, dry_run=journal is None),
                Snapshot(base.resources, base.pending),
                lane.factory,
                self._reporter,
                pool,
                journal,
            )
            async with interruptible(deployment, self._reporter):
                if journal is not None:
                    self._warn_of_pending(await deployment.recover(base.pending))
                await work(deployment, self._project, self._config)
            return deployment

        try:
            return asyncio.run(main())
        except TapError:
            raise
        except Exception as error:
            told = without_secrets_told(error, self._mask)
            if told is error:
                raise
            raise told from None

    def _is_lost(self, base: Checkpoint, lane: Lane) -> bool:
        """Whether the AWS that the state was built on is no more: that is told, not failed upon. Raises TapError."""
        recorded = Place(base.aws_endpoint, base.aws_instance)
        match standing_of(recorded, lane.instance, lane.endpoint, alive=is_alive):
            case Standing.ELSEWHERE if base.resources:
                raise UsageError(
                    f"the resources of the stack '{self._options.stack}' are in the AWS at {recorded.endpoint}, "
                    f"not in {self._options.endpoint or 'the embedded AWS of this project'}",
                    hint=f"pass --endpoint {recorded.endpoint}, or use another stack",
                )
            case Standing.GONE if base.resources and self._kind != "refresh":
                self._reporter.report(Diagnostic("warning", AWS_RESTARTED))
                return True
            case _:
                return False

    def _settings(self, base: Sequence[Resource], *, dry_run: bool) -> DeploymentSettings:
        options, config = self._options, self._config
        protected = [resource.urn for resource in base if resource.protect and options.exclude_protected]
        return DeploymentSettings(
            project=self._project.name,
            stack=options.stack,
            dry_run=dry_run,
            parallel=options.parallel,
            seed=lambda: os.urandom(32),
            now=lambda: datetime.now(UTC),
            provider_config=lambda package: _of_package(config, package),
            targets=Targets(options.targets, (*options.excludes, *protected)),
            target_dependents=options.target_dependents,
            exclude_dependents=options.exclude_dependents,
            replaces=Targets(options.replaces),
            continue_on_error=options.continue_on_error,
            disabled_default_providers=frozenset(config.disabled_default_providers),
            mask=self._mask,
            stack_outputs=lambda name: stack_outputs(self._root, self._project.name, name),
        )

    def _warn_of_pending(self, pending: tuple[Operation, ...]) -> None:
        if pending and not self._options.refresh and self._kind == "update":
            self._reporter.report(Diagnostic("warning", pending_operations(pending)))

    def _outcome(self, deployment: Deployment, *, dry_run: bool) -> Outcome:
        outcome = Outcome(
            not deployment.failed, deployment.changes, deployment.outputs, deployment.cancelled, deployment.violated
        )
        seconds = (datetime.now(UTC) - self._started).total_seconds()
        result = "succeeded" if outcome.succeeded else "failed"
        self._reporter.report(Summary(outcome.changes, seconds, result, dry_run))
        return outcome

    def _finish(self, session: Session, deployment: Deployment, lane: Lane, outcome: Outcome) -> None:
        """Write the state as it is now; also, and above all, after a failure."""
        snapshot = deployment.recorder.snapshot
        place = lane.place.result() if lane.place.done() and lane.place.exception() is None else None
        session.finish(
            session.base.with_contents(
                snapshot.resources,
                deployment.pending,
                aws_instance=place.instance if place else session.base.aws_instance,
                aws_endpoint=place.endpoint if place else session.base.aws_endpoint,
            ),
            UpdateInfo(
                self._kind,
                "succeeded" if outcome.succeeded else "failed",
                {op.value: count for op, count in outcome.changes.items()},
                self._started,
                datetime.now(UTC),
                self._config.as_written,
            ),
        )


@contextlib.contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for calls. Whoever interrupts a run twice does not wait for the calls that are on their way."""
    pool = ThreadPoolExecutor(count, "tap")
    try:
        yield pool
    except CancelledError:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown()
        raise
    pool.shutdown()


def _of_package(config: StackConfig, package: str) -> dict[str, Value]:
    """The stack's config of a package's namespace: the inputs of its default provider."""
    prefix = f"{package}:"
    return {
        key.removeprefix(prefix): Secret(text) if key in config.secret_keys else text
        for key, text in config.values.items()
        if key.startswith(prefix)
    }
