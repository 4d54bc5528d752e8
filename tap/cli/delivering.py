"""Runs `tap deploy` and `tap rollback`: puts the parts together, asks, and tells how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from tap.cli import confirmation
from tap.cli.confirmation import Ask
from tap.cli.delivery_options import PULUMI, Request
from tap.cli.failures import Failure, Report, bug, failure_of
from tap.cli.running import make_view
from tap.cli.settings import Settings, settings_of
from tap.cli.views.delivery_view import DeliveryDocument, DeliveryLines
from tap.delivery.delivery import Agree, Delivery
from tap.delivery.deploy import deploy
from tap.delivery.engine import Engine, Narrator
from tap.delivery.engines.embedded import EmbeddedEngine
from tap.delivery.gate import Loss
from tap.delivery.releases import FileReleases, GitReleases, Releases
from tap.delivery.repository import Repository, open_repository
from tap.delivery.result import Result
from tap.delivery.rollback import rollback
from tap.errors import CancelledError, UsageError
from tap.project.project import Project

Teller = DeliveryLines | DeliveryDocument
Work = Callable[[Settings, Teller, Result], str]
"""What a command does; the last line for people."""


def run_deploy(context: click.Context, request: Request) -> None:
    """Raises TapError with the exit code for every end but a good one."""

    def work(settings: Settings, teller: Teller, result: Result) -> str:
        project = settings.project()
        agree = _agreement("deploy", request, settings)
        release = deploy(_delivery(settings, project, request, teller, result), project.root, agree)
        return f"Released {release.commit[:10]} to the stack '{request.stack}'."

    _run(context, request, "deploy", work)


def run_rollback(context: click.Context, request: Request, *, rehearse: bool) -> None:
    """Raises TapError with the exit code for every end but a good one."""

    def work(settings: Settings, teller: Teller, result: Result) -> str:
        project = settings.project()
        delivery = _delivery(settings, project, request, teller, result)
        if rehearse and request.endpoint:
            raise UsageError("--rehearse brings an AWS of its own: leave --endpoint out")
        if rehearse:
            from tap.delivery.rehearsal import rehearse as play

            release = play(delivery, project)
            return (
                f"The rollback of '{request.stack}' to {release.commit[:10]} was rehearsed; the stack was not touched."
            )
        release = rollback(delivery, project, _agreement("rollback", request, settings))
        return f"Rolled the stack '{request.stack}' back to {release.commit[:10]}."

    _run(context, request, "rollback", work)


def _run(context: click.Context, request: Request, kind: str, work: Work) -> None:
    settings = settings_of(context)
    teller = _teller(settings, request.stack)
    result = Result(kind, request.stack, request.result)
    try:
        said = work(settings, teller, result)
    except BaseException as error:
        document = result.failed(_failure(error).as_json())
        del document["error"]  # `main` tells it, with its hint
        _report(context, settings, teller, document)
        raise
    _report(context, settings, teller, result.succeeded())
    teller.ended(said)


def _failure(error: BaseException) -> Failure:
    """As `main` will say it."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        error = CancelledError("cancelled")
    found = failure_of(error) if isinstance(error, Exception) else None
    return found or bug(error, None)


def _report(context: click.Context, settings: Settings, teller: Teller, document: dict[str, Any]) -> None:
    if settings.json and isinstance(teller, DeliveryDocument):
        context.ensure_object(Report).document = {**document, "stages": teller.stages}


def _teller(settings: Settings, stack: str) -> Teller:
    if settings.json:
        return DeliveryDocument(stack)
    return DeliveryLines(sys.stdout, stack, lambda run: make_view(settings, run), color=settings.colored)


def _delivery(settings: Settings, project: Project, request: Request, narrator: Narrator, result: Result) -> Delivery:
    repository = open_repository(project.root)
    engine: Engine
    releases: Releases
    packs, configs = (
        tuple(str(settings.cwd.resolve() / path) for path in paths)
        for paths in (request.policy_packs, request.policy_pack_configs)
    )
    if request.engine == PULUMI:
        from tap.delivery.engines.pulumi_cli import open_pulumi_engine

        if request.endpoint:
            raise UsageError("--endpoint is for --engine embedded: the Pulumi CLI goes where its config says")
        engine = open_pulumi_engine(project, request.stack, narrator, packs, configs)
        releases = git_releases(repository, project, request.stack)
    else:
        engine = EmbeddedEngine(
            project,
            request.stack,
            request.endpoint,
            narrator,
            policy_packs=packs,
            policy_pack_configs=configs,
        )
        releases = FileReleases(project.root / ".tap" / "releases" / project.name / f"{request.stack}.jsonl")
    return Delivery(request.stack, repository, engine, releases, narrator, result, request.allow)


def git_releases(repository: Repository, project: Project, stack: str) -> GitReleases:
    name = stack.rpartition("/")[2]
    return GitReleases(repository, f"refs/tap/releases/{project.name}/{name}", repository.remote())


def _agreement(command: str, request: Request, settings: Settings) -> Agree:
    """Who is asked after the preview. Raises UsageError now, before anything is touched, where nobody can be."""
    local = request.engine != PULUMI
    asked = confirmation.Request(
        command, request.stack, request.endpoint, yes=request.yes, interactive=settings.interactive
    )
    free = local and request.stack == confirmation.LOCAL_STACK and not request.endpoint
    if not free and not request.yes and not settings.interactive:
        raise UsageError(
            "--yes must be passed in to proceed when running in non-interactive mode",
            hint=f"`tap {command} --yes` does not ask; only the stack 'local' needs no confirmation",
        )
    ask = Ask.NOTHING if free or request.yes else Ask.YES

    def agree(losses: tuple[Loss, ...]) -> None:
        told = "".join(f"\n  {loss.op} {loss.urn}: {loss.lost}" for loss in losses)
        confirmation.confirm(ask, asked, lambda: click.echo(f"Data that will be lost:{told or ' none'}"))

    return agree
