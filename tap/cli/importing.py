"""What `tap import` needs besides the run: what was asked for, checked, and the program's statement of it."""

from __future__ import annotations

from importlib import metadata

from tap.cli.python_code import Kind, constructor
from tap.engine.importing import ImportGoal
from tap.engine.model import PROVIDER_TYPE_PREFIX, STACK_TYPE
from tap.engine.urn import name_of, type_of
from tap.errors import UsageError
from tap.project.project import Project
from tap.state.store import StateStore

_COPY = (
    "Please copy the following code into your Pulumi application. Not doing so\n"
    "will cause Pulumi to report that an update will happen on the next update command.\n"
)
_PROTECTED = (
    "\nPlease note that the imported resources are marked as protected. To destroy them\n"
    "you will need to remove the `protect` option and run `pulumi update` *before*\n"
    "the destroy will take effect.\n"
)


def import_goal(type: str, name: str, id: str, *, parent: str, provider: str, protect: bool) -> ImportGoal:
    """Raises UsageError for what no resource can have, all of it at once."""
    problems = []
    parts = type.split(":")
    if len(parts) != 3 or not all(parts):
        problems.append(f"'{type}' is not a type token (<package>:<module>:<name>, as in aws:ec2/vpc:Vpc)")
    elif type.startswith(PROVIDER_TYPE_PREFIX) or parts[0] == "pulumi":
        problems.append(f"'{type}' is made by the engine itself and can not be imported")
    problems += [f"the {what} is empty" for what, text in (("name", name), ("id", id)) if not text.strip()]
    problems += [
        f"the {what} '{urn}' is not a URN (urn:pulumi:<stack>::<project>::<type>::<name>)"
        for what, urn in (("parent", parent), ("provider", provider))
        if urn and (not urn.startswith("urn:pulumi:") or urn.count("::") < 3)
    ]
    if problems:
        raise UsageError("; ".join(problems))
    return ImportGoal(type, name, id, parent, provider, protect, _sdk_version(parts[0]))


def _sdk_version(package: str) -> str:
    """By which the program's own default provider is named."""
    try:
        return metadata.version(f"pulumi_{package}")
    except metadata.PackageNotFoundError:
        return ""


def code_of(project: Project, stack: str, goal: ImportGoal) -> str:
    """What to add to the program, in Pulumi's words; the resource as the state now has it."""
    resources = StateStore(project.root, project.name, stack).load(secrets=False).resources
    named = [each for each in resources if each.type == goal.type and name_of(each.urn) == goal.name]
    imported = next(each for each in reversed(named) if goal.id in (each.id, each.import_id))

    def kind_of(property: str) -> Kind:
        from tap.aws.schema import type_schema

        return type_schema(goal.type).outputs.get(property, "str")

    code = constructor(imported, kind_of, is_root=lambda urn: type_of(urn) == STACK_TYPE)
    return f"{_COPY}{_PROTECTED if goal.protect else ''}\n{code}"
