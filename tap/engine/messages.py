"""Texts that Pulumi's engine says, as it says them: users search for them."""

from __future__ import annotations

from collections.abc import Sequence

from tap.engine.model import Goal, Operation
from tap.engine.provider import CheckFailure
from tap.engine.values import UNKNOWN, Value, without_secrets

IMPORTED_MAY_NOT_BE_REPLACED = (
    "previously-imported resources that still specify an ID may not be replaced; "
    "please remove the `import` declaration from your program"
)
UNCERTAIN_PROVIDER = (
    "The provider for this resource has inputs that are not known during preview.\n"
    "This preview may not correctly represent the changes that will be applied during an update."
)
UNPROTECT = (
    "To unprotect the resource, {either}remove the `protect` flag from the resource in your Pulumi program "
    "and run `pulumi up`, or use the command:\n`pulumi state unprotect '{urn}'`"
)

_PENDING_ADVICE = "\n\n".join(
    [
        "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for "
        "changes to these resources to complete. You should confirm whether or not the operations listed "
        "completed successfully by checking the state of the appropriate provider. For example, if you are "
        "using AWS, you can confirm using the AWS Console.",
        "Once you have confirmed the status of the interrupted operations, you can repair your stack using "
        "`pulumi refresh` which will refresh the state from the provider you are using and clear the pending "
        "operations if there are any.",
        "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations.",
    ]
)


def duplicate_urn(urn: str) -> str:
    return f"Duplicate resource URN '{urn}'; try giving it a unique name"


def urn_claimed_by_alias(urn: str, other: str) -> str:
    return f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{other}'"


def alias_is_registered(alias: str, urn: str) -> str:
    return alias_claimed_twice(alias, urn, alias)


def alias_claimed_twice(alias: str, urn: str, other: str) -> str:
    return (
        f"Duplicate resource alias '{alias}' applied to resource with URN '{urn}' "
        f"conflicting with resource with URN '{other}'"
    )


def depends_on_skipped(urn: str, needed: str) -> str:
    # The doubled "was" is Pulumi's own.
    return f"Resource '{urn}' depends on '{needed}' which was was not specified in --target list."


def depends_on_excluded(urn: str, needed: str) -> str:
    return f"Resource '{urn}' depends on '{needed}' which is not there yet and was excluded by --exclude."


def nothing_unprotected(spared: int) -> str:
    return (
        "There were no unprotected resources to destroy. "
        f"There are still {spared} protected resources associated with this stack."
    )


def unprotected_destroyed(spared: int) -> str:
    return (
        "All unprotected resources were destroyed. "
        f"There are still {spared} protected resources associated with this stack."
    )


def not_targeted_delete(urn: str) -> str:
    return (
        f"Resource '{urn}' will be destroyed but was not specified in --target list.\n"
        "Either include resource in --target list or pass --target-dependents to proceed."
    )


def protected_replacement(urn: str) -> str:
    return f'unable to replace resource "{urn}"\nas it is currently marked for protection. ' + UNPROTECT.format(
        either="", urn=urn
    )


def protected_dependent(urn: str, root: str) -> str:
    return (
        f'unable to replace resource "{urn}" as part of replacing "{root}" as it is currently marked for protection. '
        + UNPROTECT.format(either="", urn=urn)
    )


def protected_delete(urn: str, *, preview: bool) -> str:
    prefix = "Preview failed: " if preview else ""
    return f'{prefix}resource "{urn}" cannot be deleted\nbecause it is protected. ' + UNPROTECT.format(
        either="either ", urn=urn
    )


def can_not_ignore(path: str) -> str:
    return f'cannot ignore changes in added or removed elements of the path: "{path}"'


def check_failure(goal: Goal, failure: CheckFailure) -> str:
    if not failure.property:
        return f"{goal.type} resource '{goal.name}' has a problem: {failure.reason}"
    value = goal.inputs.get(failure.property)
    return (
        f"{goal.type} resource '{goal.name}': property {failure.property} value {go_value(value)} "
        f"has a problem: {failure.reason}"
    )


def go_value(value: Value) -> str:
    """A property value as Go prints it with %v: `{true}`, `{[{a} {b}]}`, `{map[k:{v}]}`. A secret is not shown."""
    if value is not without_secrets(value) and value != without_secrets(value):
        return "[secret]"
    if value is None:
        return "{<nil>}"
    if value is UNKNOWN:
        return "{output<string>{}}"
    if isinstance(value, bool):
        return f"{{{str(value).lower()}}}"
    if isinstance(value, list):
        return "{[" + " ".join(go_value(item) for item in value) + "]}"
    if isinstance(value, dict):
        return "{map[" + " ".join(f"{key}:{go_value(item)}" for key, item in sorted(value.items())) + "]}"
    return f"{{{value}}}"


def does_not_exist(id: str) -> str:
    return f"resource '{id}' does not exist"


def can_not_import(type: str) -> str:
    return f"provider does not support importing resources; please try updating the '{type.partition(':')[0]}' plugin"


def init_errors(reasons: Sequence[str]) -> str:
    count = "1 error" if len(reasons) == 1 else f"{len(reasons)} errors"
    return f"{count} occurred:\n" + "\n".join(f"\t* {reason}" for reason in reasons)


def pending_operations(operations: Sequence[Operation]) -> str:
    lines = "".join(f"  * {each.resource.urn}, interrupted while {each.type.value}\n" for each in operations)
    return (
        f"Attempting to deploy or update resources with {len(operations)} pending operations "
        "from previous deployment.\n" + lines + _PENDING_ADVICE
    )


def adopted(id: str) -> str:
    return f"an earlier run was interrupted while it created this; it was made and is {id}"


def unresolved(urn: str, reason: str) -> str:
    return f"cannot find out what became of {urn}, which an earlier run was working on when it ended: {reason}"
