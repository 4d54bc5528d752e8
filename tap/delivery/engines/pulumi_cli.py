"""The Pulumi CLI, driven through `pulumi.automation`: real backends, real AWS, the user's own credentials.

Locks: of a `file://` backend the lock files tell host and process, and those of dead processes of this host go. Whose
lock a bucket or Pulumi's service holds can not be told from here, and so it is never removed: the run is refused, and
says so. `pulumi cancel`, which removes any lock, of a live run as well, is never called.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pulumi.automation import LocalWorkspace, Stack, errors, events

from tap.delivery.engine import Connect, Narrator, Outcome, PlannedStep
from tap.delivery.engines.pulumi_command import BoundedCommand, open_command
from tap.delivery.export import Export, Pending
from tap.delivery.result import StageFailedError
from tap.errors import (
    AuthenticationError,
    CancelledError,
    StackNotFoundError,
    StateLockedError,
    TapError,
    TimeoutExceededError,
)
from tap.project.project import Project
from tap.state.files import remove
from tap.state.lock_files import LockFile, is_dead, lock_files_in
from tap.verify.judgement import Judgement

CALL_SECONDS_MAX: Final = 10.0
CALL_ATTEMPTS_MAX: Final = 3
_EXITS: Final[dict[int, type[TapError]]] = {3: AuthenticationError, 8: CancelledError, 9: TimeoutExceededError}
_GATED: Final = ("delete", "replace")
_PROVIDERS: Final = "pulumi:providers:"

_PENDING_HINT: Final = (
    "look at the account: run the command behind each that is there, with its id; "
    "then, in any case, `pulumi refresh --clear-pending-creates`; then run the rollback again"
)
"""Not `--import-pending-creates`: the CLI (3.260) forgets what it names, and it stays in the account for good."""


@dataclass(frozen=True, slots=True)
class PulumiEngine:
    """policy_packs, policy_pack_configs: absolute paths, since the CLI runs in the program's folder."""

    project: Project
    stack: str
    narrator: Narrator
    command: BoundedCommand
    name: str = "pulumi"
    policy_packs: tuple[str, ...] = ()
    policy_pack_configs: tuple[str, ...] = ()
    _stacks: dict[Path, Stack] = field(default_factory=dict, repr=False)

    def require_stack(self) -> None:
        self._stack_in(self.project.root)

    def preview(self, program: Path, *, refresh: bool) -> Outcome:
        stack = self._stack_in(program)
        return self._told(
            lambda said, event: stack.preview(
                refresh=refresh, on_output=said, on_error=said, on_event=event, **self._policies()
            )
        )

    def up(self, program: Path, *, refresh: bool, allowed: frozenset[str]) -> Outcome:
        # Nothing like the embedded engine's second look at each deletion: what the gate saw is what the CLI will do,
        # unless somebody changes the stack in between.
        stack = self._stack_in(program)
        return self._told(
            lambda said, event: stack.up(
                refresh=refresh,
                on_output=said,
                on_error=said,
                on_event=event,
                suppress_outputs=True,
                show_secrets=False,
                **self._policies(),
            )
        )

    def _policies(self) -> dict[str, Any]:
        packs, configs = self.policy_packs, self.policy_pack_configs
        return {"policy_packs": list(packs) or None, "policy_pack_configs": list(configs) or None}

    def refresh(self, program: Path) -> Outcome:
        if creates := [each for each in self.export().pending if each.operation == "creating"]:
            raise StageFailedError(_unresolved(creates, self.stack), hint=_PENDING_HINT)
        stack = self._stack_in(program)
        return self._told(
            lambda said, event: stack.refresh(on_output=said, on_error=said, on_event=event, show_secrets=False)
        )

    def cancel(self) -> tuple[str, ...]:
        found = [lock for folder in self._lock_folders() for lock in lock_files_in(folder)]
        living = [lock for lock in found if not is_dead(lock.holder)]
        if living:
            raise _locked(living)
        for lock in found:
            remove(lock.path)
        return tuple(str(lock) for lock in found)

    def export(self) -> Export:
        # Not the SDK's own export, which has the CLI lay the secrets open.
        return Export(self._ask("stack", "export", "--stack", self.stack))

    def connect(self) -> Connect:
        import boto3
        from botocore.config import Config

        retries = {"mode": "standard", "total_max_attempts": CALL_ATTEMPTS_MAX}
        config = Config(connect_timeout=CALL_SECONDS_MAX, read_timeout=CALL_SECONDS_MAX, retries=retries)
        session = boto3.Session()

        def connect(service: str, region: str) -> Any:
            return session.client(service, region_name=region, config=config)

        return connect

    def verify(self, program: Path) -> Judgement:
        # Imported here: the rules take time that nothing needs before there is something to judge.
        from tap.verify.verification import verify

        return verify(self.project.root, self.stack, program=program, exported=self.export().text.encode())

    def _workspace(self, program: Path) -> LocalWorkspace:
        return LocalWorkspace(work_dir=str(program), pulumi_command=self.command)

    def _stack_in(self, program: Path) -> Stack:
        """The stack, whose program is in that folder. Raises StackNotFoundError, AuthenticationError, ..."""
        try:
            if program not in self._stacks:
                self._stacks[program] = Stack.select(self.stack, self._workspace(program))
            return self._stacks[program]
        except errors.CommandError as error:
            raise self._meant(error) from error

    def _ask(self, *arguments: str) -> str:
        try:
            return self.command.run([*arguments], str(self.project.root), {}).stdout
        except errors.CommandError as error:
            raise self._meant(error) from error

    def _told(self, run: Callable[[Callable[[str], Any], Callable[[events.EngineEvent], Any]], Any]) -> Outcome:
        heard = _Heard(self.narrator)
        try:
            run(heard.said, heard.report)
        except errors.CommandError as error:
            meant = self._meant(error)
            if type(meant) is not StageFailedError:
                raise meant from error
            return heard.outcome(heard.errors[0] if heard.errors else str(meant))
        except RuntimeError as error:  # the SDK's own, where the CLI told of no end
            return heard.outcome(f"the Pulumi CLI did not tell how it ended: {error}")
        return heard.outcome("")

    def _meant(self, error: errors.CommandError) -> TapError:
        """What a failure of the CLI is to whoever called `tap`."""
        said = self.command.error_text
        match error:
            case errors.StackNotFoundError():
                return StackNotFoundError(self.stack)
            case errors.ConcurrentUpdateError():
                return StateLockedError(
                    said, hint="see who that is, and wait; once you know that it has ended: pulumi cancel"
                )
            case _:
                return _EXITS.get(self.command.code, StageFailedError)(said)

    def _lock_folders(self) -> list[Path]:
        """Where the locks of a `file://` backend are, as new ones and old ones have them; none of any other backend."""
        try:
            url = self._workspace(self.project.root).who_am_i().url or ""
        except errors.CommandError as error:
            raise self._meant(error) from error
        if not url.startswith("file://"):
            return []
        base = (self.project.root / Path(url.removeprefix("file://")).expanduser()).resolve() / ".pulumi" / "locks"
        name = self.stack.rpartition("/")[2]
        return [base / "organization" / self.project.name / name, base / name]


def open_pulumi_engine(
    project: Project,
    stack: str,
    narrator: Narrator,
    policy_packs: tuple[str, ...] = (),
    policy_pack_configs: tuple[str, ...] = (),
) -> PulumiEngine:
    """Raises UsageError if the Pulumi CLI is not there, or too old."""
    return PulumiEngine(
        project,
        stack,
        narrator,
        open_command(),
        policy_packs=policy_packs,
        policy_pack_configs=policy_pack_configs,
    )


@dataclass(slots=True)
class _Heard:
    """What the CLI says and tells while it runs; from threads of the SDK's."""

    narrator: Narrator
    steps: list[PlannedStep] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def said(self, text: str) -> None:
        with self.lock:
            self.narrator.line(text)

    def report(self, event: events.EngineEvent) -> None:
        if event.resource_pre_event is not None:
            step = event.resource_pre_event.metadata
            old = step.old
            # A default provider is in no summary either; one that the program declares is a resource like any other.
            if not (step.type.startswith(_PROVIDERS) and step.urn.rpartition("::")[2].startswith("default")):
                type = old.type if old is not None else step.type
                retained = bool(old is not None and old.retain_on_delete)
                self.steps.append(PlannedStep(str(step.op.value), step.urn, type, retained))
        elif event.diagnostic_event is not None and event.diagnostic_event.severity == "error":
            self.errors.append(event.diagnostic_event.message.strip())
        elif event.policy_event is not None and event.policy_event.enforcement_level == "mandatory":
            told = event.policy_event
            self.violations.append(f"{told.policy_name} {told.resource_urn or ''}: {told.message.strip()}")
        elif event.summary_event is not None:
            changes = event.summary_event.resource_changes
            self.changes = {str(getattr(op, "value", op)): count for op, count in changes.items()}

    def outcome(self, error: str) -> Outcome:
        """A gate must not judge by half: what the summary counts has to have been told step by step."""
        seen = {op: sum(step.op == op for step in self.steps) for op in _GATED}
        if not error and any(self.changes.get(op, 0) > seen[op] for op in _GATED):
            error = f"the Pulumi CLI counts {self.changes}, but told of {seen} only: what it would do is not known"
        return Outcome(self.changes, tuple(self.steps), error, tuple(self.violations))


def _unresolved(creates: list[Pending], stack: str) -> str:
    lines = [f"  {each.urn}\n    {_importing(each, stack)}" for each in creates]
    return "\n".join(["it is not known whether these were created, by a run that was interrupted:", *lines])


def _importing(pending: Pending, stack: str) -> str:
    """The command that takes the resource into the state under the very URN that it was to have."""
    words = ["pulumi", "import", pending.type, pending.urn.rpartition("::")[2], "ID", "--stack", stack]
    provider_urn = pending.provider.rpartition("::")[0]
    for name, urn in (("parent", pending.parent), ("provider", provider_urn)):
        if urn and "::pulumi:pulumi:Stack::" not in urn and "::default_" not in urn:
            words += [f"--{name}", f"{name}={urn}"]
    return shlex.join([*words, "--protect=false", "--generate-code=false"])


def _locked(locks: list[LockFile]) -> StateLockedError:
    return StateLockedError(
        "\n".join(
            ["the lock of a process that may still be running is not removed:", *(f"  {lock}" for lock in locks)]
        ),
        hint="wait for it to end; once you know that it has: pulumi cancel",
    )
