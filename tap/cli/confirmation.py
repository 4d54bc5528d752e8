"""Whether an operation is previewed and asked about before it runs: decided purely, then asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import click

from tap.errors import CancelledError, TapError, UsageError

LOCAL_STACK = "local"
PROD_STACK = "prod"

VERBS = {
    "up": "update",
    "refresh": "refresh",
    "destroy": "destroy",
    "preview": "preview",
    "import": "import",
    "deploy": "deploy",
    "rollback": "rollback",
}
"""What Pulumi calls the operations in its texts."""


class Ask(Enum):
    """How somebody has to agree."""

    NOTHING = auto()
    YES = auto()
    STACK_NAME = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, and where. interactive: somebody can answer. endpoint "": the project's own embedded AWS."""

    command: str
    stack: str
    endpoint: str = ""
    yes: bool = False
    skip_preview: bool = False
    preview_only: bool = False
    interactive: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """What happens: a preview or not, somebody's agreement or not, the run itself or not."""

    preview: bool
    ask: Ask
    run: bool


def course(request: Request) -> Course:
    """Pulumi's rules; the stack `local` on the embedded AWS, where nothing can be lost that is not made again, is free.

    Raises TapError for options that exclude each other (exit 1, as recorded), UsageError where nobody can be asked.
    """
    if request.preview_only and request.yes:
        raise TapError("--yes and --preview-only cannot be used together")
    if request.preview_only and request.skip_preview:
        raise TapError("--skip-preview and --preview-only cannot be used together")
    if request.preview_only:
        return Course(preview=True, ask=Ask.NOTHING, run=False)
    if request.stack == LOCAL_STACK and not request.endpoint:
        return Course(preview=False, ask=Ask.NOTHING, run=True)
    if not request.interactive and not request.yes and not request.skip_preview:
        raise UsageError(
            "--yes or --skip-preview or --preview-only must be passed in to proceed "
            "when running in non-interactive mode",
            hint=f"`tap {request.command} --yes` does not ask; only the stack 'local' needs no confirmation",
        )
    if request.yes or (request.skip_preview and not _is_weighty(request)):
        return Course(preview=not request.skip_preview, ask=Ask.NOTHING, run=True)
    ask = Ask.STACK_NAME if _is_weighty(request) else Ask.YES
    return Course(preview=not request.skip_preview, ask=ask, run=True)


def _is_weighty(request: Request) -> bool:
    return request.command == "destroy" and request.stack == PROD_STACK and request.interactive


def confirm(ask: Ask, request: Request, details: Callable[[], None]) -> None:
    """Ask on the terminal; `details` shows the whole diff. Raises CancelledError for anything but agreement."""
    if ask is Ask.NOTHING:
        return
    verb = VERBS[request.command]
    try:
        agreed = _name_typed(request) if ask is Ask.STACK_NAME else _yes_typed(verb, details)
    except (click.Abort, EOFError):
        raise CancelledError(f"confirmation cancelled, not proceeding with the {verb}") from None
    if not agreed:
        raise CancelledError(f"confirmation declined, not proceeding with the {verb}")


def _name_typed(request: Request) -> bool:
    answer: str = click.prompt(
        f"This deletes everything in the stack '{request.stack}' for good.\nType its name to confirm",
        default="",
        show_default=False,
    )
    return answer.strip() == request.stack


def _yes_typed(verb: str, details: Callable[[], None]) -> bool:
    choices = click.Choice(["yes", "no", "details"])
    while True:
        answer: str = click.prompt(f"Do you want to perform this {verb}?", type=choices, default="no")
        if answer != "details":
            return answer == "yes"
        details()
