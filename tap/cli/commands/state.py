"""`tap state`: look at a stack's state, take it out, put it back, edit it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tap.cli.failures import Report
from tap.cli.settings import Settings, everywhere, json_option, settings_of, stack_option
from tap.errors import CancelledError, TapError, UsageError

CONFIRMATION = "This command will edit your stack's state directly. Confirm?"


@click.group()
@everywhere
def state() -> None:
    """Look at what the state holds, take it out, put it back, edit it. Nothing here touches the cloud."""


@state.command()
@stack_option
@click.option("--show-secrets", is_flag=True, help="Write secrets in clear instead of encrypted.")
@click.option("--file", "file", default="", metavar="FILE", help="Where to write it; stdout by default.")
@everywhere
@click.pass_context
def export(context: click.Context, /, stack: str, show_secrets: bool, file: str) -> None:
    """Write the state in Pulumi's format, as `pulumi stack export` does."""
    from tap.cli.stack_state import store_of

    text = store_of(settings_of(context).project(), stack).export(show_secrets=show_secrets)
    if file:
        _write(Path(file), text)
    else:
        click.echo(text, nl=False)


def _write(path: Path, text: str) -> None:
    from tap.state.files import write_atomically

    # Secrets may stand in it in clear.
    write_atomically(path.absolute(), text.encode(), mode=0o600)


@state.command("import")
@stack_option
@click.option("--file", "file", default="", metavar="FILE", help="What to read; stdin by default.")
@click.option("--force", is_flag=True, help="Take it even if it breaks rules or is another stack's.")
@everywhere
@click.pass_context
def import_(context: click.Context, /, stack: str, file: str, force: bool) -> None:
    """Put a state that was exported in the place of this one, as `pulumi stack import` does."""
    from tap.cli.stack_state import import_state, store_of

    store = store_of(settings_of(context).project(), stack)
    for warning in import_state(store, _read(file), force=force):
        click.echo(f"warning: {warning}", err=True)
    click.echo("Import complete.")


def _read(file: str) -> bytes:
    if not file:
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"could not open file: {file}: {error.strerror or error}") from None


@state.command("list")
@stack_option
@json_option
@everywhere
@click.pass_context
def list_(context: click.Context, /, stack: str) -> None:
    """Print the URN of every resource in the state, in its order."""
    from tap.cli.stack_state import resource_documents, resource_lines, store_of

    settings = settings_of(context)
    resources = store_of(settings.project(), stack).load(secrets=False).resources
    if settings.json:
        context.ensure_object(Report).document = resource_documents(resources)
    else:
        click.echo("".join(f"{line}\n" for line in resource_lines(resources)), nl=False)


state.add_command(list_, "ls")


def _confirm(settings: Settings, *, yes: bool) -> None:
    if settings.interactive and not yes and not click.confirm(CONFIRMATION):
        raise CancelledError("confirmation declined")


@state.command()
@click.argument("urn")
@stack_option
@click.option("--force", is_flag=True, help="Also if it is protected.")
@click.option("--target-dependents", is_flag=True, help="Also everything that depends on it.")
@click.option("--yes", "-y", is_flag=True, help="Edit without asking.")
@everywhere
@click.pass_context
def delete(context: click.Context, /, urn: str, stack: str, force: bool, target_dependents: bool, yes: bool) -> None:
    """Forget a resource: it leaves the state, and stays as it is in the cloud."""
    from tap.cli.stack_state import delete as forget
    from tap.cli.stack_state import store_of

    settings = settings_of(context)
    _confirm(settings, yes=yes)
    gone = forget(store_of(settings.project(), stack), urn, force=force, dependents_too=target_dependents)
    for resource in gone:
        if resource.protect:
            click.echo(f"warning: deleting protected resource {resource.urn} due to presence of --force", err=True)
    click.echo("Resource deleted" if len(gone) == 1 else f"{len(gone)} resources deleted")


@state.command()
@click.argument("urn", required=False)
@stack_option
@click.option("--all", "everything", is_flag=True, help="All resources of the stack.")
@click.option("--yes", "-y", is_flag=True, help="Edit without asking.")
@everywhere
@click.pass_context
def unprotect(context: click.Context, /, urn: str | None, stack: str, everything: bool, yes: bool) -> None:
    """Take the protection of a resource away, so that it can be replaced and deleted."""
    from tap.cli.stack_state import store_of
    from tap.cli.stack_state import unprotect as free

    if bool(urn) == everything:
        raise TapError("must provide a URN corresponding to a resource, or --all")
    settings = settings_of(context)
    _confirm(settings, yes=yes)
    free(store_of(settings.project(), stack), urn)
    click.echo("All resources unprotected" if everything else "Resource unprotected")
