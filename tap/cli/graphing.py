"""What `tap graph` does between the command line and the file: find what to draw, draw it, put it somewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import click

from tap.cli.failures import Report
from tap.cli.settings import Settings
from tap.errors import TapError, UsageError
from tap.graph.draw import FORMATS, VIEWS, draw
from tap.graph.inventory import Inventory
from tap.project.project import Project

STDOUT = "-"
NOTHING_YET = "`tap up` builds the stack; `tap graph --diff` draws what it would build"


@dataclass(frozen=True, slots=True)
class Wanted:
    """output: a file, STDOUT, or "" for the format's own place. diff: of a preview instead of the state."""

    stack: str
    format: str
    output: str
    view: str
    diff: bool
    open: bool
    endpoint: str = ""


def wanted(settings: Settings, given: dict[str, str | bool | None]) -> Wanted:
    """The options put together. Raises UsageError with all of those that exclude others."""
    output, view = str(given["output"] or ""), given["view"]
    format = given["format"] or ("json" if settings.json else "") or _format_of(output)
    problems = []
    if settings.json and format != "json":
        problems.append(f"--json and --format {format} cannot be used together")
    if view and format != "svg":
        problems.append(f"--view belongs to --format svg, not to {format}, which has all views")
    if given["open"] and (output == STDOUT or (not output and format != "html")):
        problems.append("--open needs a file: add --output FILE")
    if given["endpoint"] and not given["diff"]:
        problems.append("--endpoint belongs to --diff: the state is drawn without asking anybody")
    if problems:
        raise UsageError("; ".join(problems))
    return Wanted(
        stack=str(given["stack"]),
        format=str(format),
        output=output,
        view=str(view or next(iter(VIEWS))),
        diff=bool(given["diff"]),
        open=bool(given["open"]),
        endpoint=str(given["endpoint"] or ""),
    )


def _format_of(output: str) -> str:
    """What the file's name asks for: HTML unless it says otherwise."""
    ending = {".mmd": "mermaid", ".gv": "dot"}.get(Path(output).suffix, Path(output).suffix[1:])
    return ending if ending in FORMATS else "html"


def run(settings: Settings, asked: Wanted, report: Report) -> None:
    project = settings.project()
    inventory = _preview(project, asked) if asked.diff else _state(project, asked.stack)
    text = draw(inventory, asked.format, asked.view)
    for note in inventory.notes:
        click.echo(f"warning: {note}", err=True)
    place = asked.output or (f"tap-graph-{asked.stack}.html" if asked.format == "html" else STDOUT)
    if place == STDOUT:
        if settings.json:
            report.document = json.loads(text)
        else:
            click.echo(text, nl=False)
        return
    path = _write(settings.cwd / place, text)
    if settings.json:
        report.document = {"file": str(path)}
    else:
        click.echo(f"Drawn: {path}")
    if asked.open:
        _open(path)


def _state(project: Project, stack: str) -> Inventory:
    """Raises StackNotFoundError for a stack with neither state nor config, TapError where there is nothing to draw."""
    from tap.cli.graph_source import inventory_of
    from tap.cli.stack_state import store_of
    from tap.cli.stack_status import gone_text, standing
    from tap.lane import Place, Standing
    from tap.local_aws import control

    store = store_of(project, stack)
    if not store.exists:
        raise TapError(f"the stack '{stack}' has no state yet: there is nothing to draw", hint=NOTHING_YET)
    checkpoint = store.load(secrets=False)
    if not checkpoint.resources and not checkpoint.pending:
        raise TapError(f"the state of the stack '{stack}' is empty: there is nothing to draw", hint=NOTHING_YET)
    aws = control.status(project.root)
    if standing(Place(checkpoint.aws_endpoint, checkpoint.aws_instance), aws) is Standing.GONE:
        click.echo(f"warning: {gone_text(aws)}", err=True)
    return inventory_of(project.name, stack, checkpoint)


def _preview(project: Project, asked: Wanted) -> Inventory:
    """Raises TapError with what the preview had to say where it failed."""
    from tap import operations
    from tap.cli.graph_source import PreviewHeard

    heard = PreviewHeard()
    options = operations.Options(stack=asked.stack, endpoint=asked.endpoint)
    outcome = operations.preview(project.root, options, heard)
    for each in heard.problems:
        if each.severity == "warning":
            click.echo(f"warning: {each.message}", err=True)
    if not outcome.succeeded or outcome.cancelled:
        errors = [each for each in heard.problems if each.severity == "error"]
        told = "\n".join(each.message.rstrip() for each in errors) or "no reason was given"
        raise TapError(
            f"the preview failed, so there is nothing to draw: {told}", hint=errors[0].hint if errors else ""
        )
    return heard.inventory(project.name, asked.stack)


def _write(path: Path, text: str) -> Path:
    from tap.state.files import write_atomically

    path = path.resolve()
    if path.is_dir():
        raise UsageError(f"--output names a folder: {path}", hint="name a file in it")
    write_atomically(path, text.encode())
    return path


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.as_uri()):
        click.echo(f"warning: no browser was found; open {path} yourself", err=True)
