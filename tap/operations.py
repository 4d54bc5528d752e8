"""What `tap` can do to a stack, as functions: the commands parse and show, these put the parts together and run."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from tap.engine.deletion import protected_and_needed
from tap.engine.deployment import Deployment
from tap.engine.events import Diagnostic, Reporter
from tap.engine.importing import ImportGoal
from tap.engine.messages import nothing_unprotected, unprotected_destroyed
from tap.engine.registration import ProgramContext, ProgramExit, Registrar
from tap.lane import OpenLane, open_embedded_lane
from tap.project.policy_pack import load_packs
from tap.project.project import Project
from tap.project.stack_config import StackConfig
from tap.run import DEFAULT_PARALLEL, Options, Outcome, Run, Work

__all__ = ["DEFAULT_PARALLEL", "Options", "Outcome", "destroy", "import_resource", "preview", "refresh", "up"]

ORGANIZATION: Final = "organization"
"""The only organization that Pulumi's `file://` backend knows."""


def preview(root: Path, options: Options, reporter: Reporter, *, open_lane: OpenLane = open_embedded_lane) -> Outcome:
    """What `up` would do. Takes no lock and writes nothing. Raises TapError for what stops it from beginning."""
    return Run(root, options, reporter, open_lane, "").preview(_program(options))


def up(root: Path, options: Options, reporter: Reporter, *, open_lane: OpenLane = open_embedded_lane) -> Outcome:
    """Make the cloud what the program says. Raises TapError for what stops it from beginning."""
    return Run(root, options, reporter, open_lane, "update").update(_program(options))


def refresh(
    root: Path,
    options: Options,
    reporter: Reporter,
    *,
    preview_only: bool = False,
    open_lane: OpenLane = open_embedded_lane,
) -> Outcome:
    """Make the state what the cloud says. Raises TapError for what stops it from beginning."""

    async def work(deployment: Deployment, _project: Project, _config: StackConfig) -> None:
        await deployment.refresh(counted=True)

    run = Run(root, options, reporter, open_lane, "refresh")
    return run.preview(work) if preview_only else run.update(work)


def destroy(
    root: Path,
    options: Options,
    reporter: Reporter,
    *,
    preview_only: bool = False,
    open_lane: OpenLane = open_embedded_lane,
) -> Outcome:
    """Delete everything that the state holds. Raises TapError for what stops it from beginning."""

    async def work(deployment: Deployment, _project: Project, _config: StackConfig) -> None:
        if options.refresh:
            await deployment.refresh(counted=False)
        if not deployment.failed:
            await _destroy(deployment, exclude_protected=options.exclude_protected)

    run = Run(root, options, reporter, open_lane, "destroy")
    return run.preview(work) if preview_only else run.update(work)


def import_resource(
    root: Path,
    options: Options,
    goal: ImportGoal,
    reporter: Reporter,
    *,
    preview_only: bool = False,
    open_lane: OpenLane = open_embedded_lane,
) -> Outcome:
    """Take a resource that is in the cloud already into the state. Raises TapError for what stops it from beginning."""

    async def work(deployment: Deployment, _project: Project, _config: StackConfig) -> None:
        await deployment.import_resource(goal)

    run = Run(root, options, reporter, open_lane, "resource-import")
    return run.preview(work) if preview_only else run.update(work)


async def _destroy(deployment: Deployment, *, exclude_protected: bool) -> None:
    """Delete it all; and say, as Pulumi does, how much is spared because it is protected."""
    base = deployment.recorder.snapshot.base
    spared = len(protected_and_needed(base)) if exclude_protected else 0
    await deployment.destroy()
    if spared and not deployment.failed:
        said = nothing_unprotected(spared) if spared == len(base) else unprotected_destroyed(spared)
        if spared == len(base) or not deployment.settings.dry_run:
            deployment.reporter.report(Diagnostic("info", said))


def _program(options: Options) -> Work:
    packs = load_packs(options.policy_packs, options.policy_pack_configs)

    async def work(deployment: Deployment, project: Project, config: StackConfig) -> None:
        # Imported here: gRPC and protobuf take time that `refresh` and `destroy` need not spend.
        from tap.program import host, policy_packs
        from tap.program.environment import embedded_environment, program_python

        context = ProgramContext(
            project=project.name,
            stack=options.stack,
            organization=ORGANIZATION,
            root_directory=str(project.root),
            main=project.main,
            dry_run=deployment.settings.dry_run,
            parallel=options.parallel,
            config=config.values,
            secret_keys=config.secret_keys,
        )

        environment = embedded_environment(os.environ)

        async def start(registrar: Registrar) -> ProgramExit:
            python = program_python(project.root, project.virtualenv)
            return await host.run(context, python, environment, registrar)

        def told(severity: str, line: str) -> None:
            deployment.reporter.report(Diagnostic(severity, line))

        async with contextlib.AsyncExitStack() as until:
            if packs:
                await deployment.analyze_with(policy_packs.load(packs, context, environment, told, until))
            if options.refresh and not deployment.failed:
                await deployment.refresh(counted=False)
            if not deployment.failed:
                await deployment.run_program(start)

    return work
