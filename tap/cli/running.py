"""Runs one operation: preview, agreement, the run itself, and what its end means for the exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from tap import operations
from tap.cli.confirmation import VERBS, Request, confirm, course
from tap.cli.failures import PolicyViolatedError, Report, RunFailedError
from tap.cli.settings import Settings, settings_of
from tap.cli.views.human_view import HumanView
from tap.cli.views.json_view import JsonView
from tap.cli.views.line_view import LineView
from tap.cli.views.view import RunInfo, View
from tap.engine.events import Diagnostic, Event, Reporter
from tap.errors import ChangesError, UsageError
from tap.operations import Options, Outcome

Operation = Callable[[Reporter], Outcome]


@dataclass(frozen=True, slots=True)
class Acts:
    """What a command does, and its preview."""

    preview: Operation
    do: Operation


class _ErrorsHeard:
    """Passes events on to the view and keeps the errors among them, for the end."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.errors: list[Diagnostic] = []

    def report(self, event: Event) -> None:
        if isinstance(event, Diagnostic) and event.severity == "error":
            self.errors.append(event)
        self._view.report(event)


def run_operation(
    context: click.Context,
    command: str,
    options: Options,
    *,
    yes: bool,
    skip_preview: bool,
    preview_only: bool,
    diff: bool,
    acts: Acts | None = None,
) -> bool:
    """Do what the command asks for; whether it was done, and not only previewed.

    acts: what to call for a command that is no operation on the whole stack. Raises TapError with the exit code for
    every end but a good one.
    """
    settings = settings_of(context)
    root = settings.project().root
    options = _where_tap_runs(options, settings.cwd)
    request = Request(
        command,
        options.stack,
        options.endpoint,
        yes,
        skip_preview,
        preview_only or command == "preview",
        settings.interactive,
    )
    way = course(request)
    if way.preview:
        planned = RunInfo(command, options.stack, planning=True, diff=diff)
        planning = acts.preview if acts else _previewing(command, root, options)
        view, outcome = _run(settings, planned, planning, context)
        if not way.run:
            _check_changes(command, options, outcome)
            return False
        confirm(way.ask, request, view.details)
    else:
        confirm(way.ask, request, lambda: None)
    run = RunInfo(command, options.stack, planning=False, diff=diff)
    _, outcome = _run(settings, run, acts.do if acts else _doing(command, root, options), context)
    _check_changes(command, options, outcome)
    return True


def make_options(stack: str, given: dict[str, object]) -> Options:
    """The options of an operation from those of its command line. Raises UsageError for those that exclude others."""
    target_replaces = _texts(given.get("target_replaces"))
    excluding = given.get("excludes") or given.get("exclude_protected")
    if excluding and (given.get("targets") or target_replaces):
        raise UsageError("--target and --exclude cannot be used together")
    return Options(
        stack=stack,
        parallel=int(str(given.get("parallel", operations.DEFAULT_PARALLEL))),
        targets=(*_texts(given.get("targets")), *target_replaces),
        target_dependents=bool(given.get("target_dependents")),
        excludes=_texts(given.get("excludes")),
        exclude_dependents=bool(given.get("exclude_dependents")),
        exclude_protected=bool(given.get("exclude_protected")),
        replaces=(*_texts(given.get("replaces")), *target_replaces),
        refresh=bool(given.get("refresh")),
        expect_no_changes=bool(given.get("expect_no_changes")),
        continue_on_error=bool(given.get("continue_on_error")),
        endpoint=str(given.get("endpoint") or ""),
        policy_packs=_texts(given.get("policy_packs")),
        policy_pack_configs=_texts(given.get("policy_pack_configs")),
    )


def _where_tap_runs(options: Options, folder: Path) -> Options:
    """What --policy-pack names is relative to --cwd, as Pulumi has it."""
    packs, configs = (
        tuple(str(folder / path) for path in paths) for paths in (options.policy_packs, options.policy_pack_configs)
    )
    return replace(options, policy_packs=packs, policy_pack_configs=configs)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, Sequence) else ()


def _previewing(command: str, root: Path, options: Options) -> Callable[[_ErrorsHeard], Outcome]:
    if command == "refresh":
        return lambda view: operations.refresh(root, options, view, preview_only=True)
    if command == "destroy":
        return lambda view: operations.destroy(root, options, view, preview_only=True)
    return lambda view: operations.preview(root, options, view)


def _doing(command: str, root: Path, options: Options) -> Callable[[_ErrorsHeard], Outcome]:
    if command == "refresh":
        return lambda view: operations.refresh(root, options, view)
    if command == "destroy":
        return lambda view: operations.destroy(root, options, view)
    return lambda view: operations.up(root, options, view)


def make_view(settings: Settings, run: RunInfo) -> View:
    if settings.json:
        return JsonView(run)
    if settings.interactive:
        return HumanView(sys.stdout, run, color=settings.colored)
    return LineView(sys.stdout, run, color=settings.colored)


def _run(
    settings: Settings, run: RunInfo, operation: Callable[[_ErrorsHeard], Outcome], context: click.Context
) -> tuple[View, Outcome]:
    view = make_view(settings, run)
    heard = _ErrorsHeard(view)
    try:
        with view:
            outcome = operation(heard)
            view.concluded(outcome.outputs, cancelled=outcome.cancelled)
    finally:
        if isinstance(view, JsonView):
            context.ensure_object(Report).document = view.document()
    if outcome.violated and not outcome.cancelled:
        raise PolicyViolatedError(f"{VERBS[run.command]} failed: a mandatory policy is violated")
    if not outcome.succeeded or outcome.cancelled:
        raise RunFailedError(_why(heard.errors, run), retryable=any(error.retryable for error in heard.errors))
    return view, outcome


def _why(errors: list[Diagnostic], run: RunInfo) -> str:
    """The first error; the ones after it are often its consequences."""
    return errors[0].message if errors else f"{VERBS[run.command]} failed"


def _check_changes(command: str, options: Options, outcome: Outcome) -> None:
    if options.expect_no_changes and outcome.changed:
        raise ChangesError(f"no changes were expected for {VERBS[command]} but changes were proposed")
