"""`tap import`: take a resource that is in the cloud already into the state, and say how the program states it."""

from __future__ import annotations

from typing import Any

import click

from tap.cli.operation_options import operation_options
from tap.cli.settings import everywhere, json_option, settings_of, stack_option


@click.command("import")
@click.argument("type")
@click.argument("name")
@click.argument("id")
@stack_option
@click.option("--parent", default="", metavar="URN", help="Whose child it is; the stack's by default.")
@click.option("--provider", default="", metavar="URN", help="Which provider reads it; the default one by default.")
@click.option(
    "--protect/--no-protect", default=True, show_default=True, help="Refuse to delete it until it is unprotected."
)
@operation_options("yes", "skip_preview", "preview_only", "diff", "endpoint")
@json_option
@everywhere
@click.pass_context
def import_resource(context: click.Context, /, type: str, name: str, id: str, stack: str, **given: Any) -> None:
    """Take the resource with this ID, as AWS has it, into the state under this NAME.

    TYPE is Pulumi's, `aws:ec2/vpc:Vpc`. Prints the Python that states it.
    """
    from tap import operations
    from tap.cli.failures import Report
    from tap.cli.importing import code_of, import_goal
    from tap.cli.running import Acts, make_options, run_operation

    settings = settings_of(context)
    project = settings.project()
    wanted = {key: given.pop(key) for key in ("parent", "provider", "protect")}
    goal = import_goal(type, name, id, **wanted)
    options = make_options(stack, {"endpoint": given.pop("endpoint")})
    acts = Acts(
        lambda view: operations.import_resource(project.root, options, goal, view, preview_only=True),
        lambda view: operations.import_resource(project.root, options, goal, view),
    )
    if not run_operation(context, "import", options, acts=acts, **given):
        return
    code = code_of(project, stack, goal)
    if settings.json:
        context.ensure_object(Report).document["code"] = code
    else:
        click.echo(code)
