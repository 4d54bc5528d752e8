"""A notice as Slack shows it. Decides, never sends.

The form is Slack's: `text` is what notifications show, `blocks` the message itself. Limits and escapes are those of
https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from typing import Any

from tap.notify.notice import Event, Notice, Result

HEADER_CHARACTERS_MAX = 150
FIELD_CHARACTERS_MAX = 2_000
SECTION_CHARACTERS_MAX = 3_000

_TITLES = {
    Event.STARTED: ":rocket: {stack}: deploy started",
    Event.SUCCEEDED: ":white_check_mark: {stack}: deploy succeeded",
    Event.FAILED: ":x: {stack}: deploy FAILED",
    Event.ROLLED_BACK: ":rewind: {stack}: rolled back to the last good release",
    Event.ROLLBACK_FAILED: ":rotating_light: {stack}: ROLLBACK FAILED",
    Event.DRIFTED: ":warning: {stack}: the drift check did not pass",
}
_UNHARMED = ":information_source: {stack}: nothing to roll back"
_WHAT_NOW = {
    Event.FAILED: "The rollback follows, and is told of here.",
    Event.ROLLBACK_FAILED: (
        "*Somebody has to look now*: the stack may be neither the new release nor the last good one. "
        "Put right what the error names; then `tap rollback`, or `tap deploy` of a good commit."
    ),
    Event.DRIFTED: (
        "The cloud is not what was deployed, or could not be looked at: the run says which. Nothing was changed. "
        "Deploy again to mend it, or bring the program up to it."
    ),
}
_RELEASED = "It was deployed and recorded as a release; a check after it did not pass. It is not rolled back by itself."
_UNHARMED_NOW = "The stack is as its last release left it: the deploy was stopped before it changed anything."
_BEFORE = {
    Event.ROLLED_BACK: ("Failed commit", "Back at"),
    Event.ROLLBACK_FAILED: ("Failed commit", "Last good"),
}
_SHA = re.compile(r"[0-9a-f]{7,64}")
_SHORT = 10


def slack_message(notice: Notice) -> dict[str, Any]:
    """The body of the webhook's request."""
    title = (_UNHARMED if notice.unharmed else _TITLES[notice.event]).format(stack=notice.stack)
    fields = _fields(notice)
    header = {"type": "plain_text", "text": _cut(title, HEADER_CHARACTERS_MAX), "emoji": True}
    shown = [_markdown(f"*{name}*\n{value}", FIELD_CHARACTERS_MAX) for name, value in fields]
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}, {"type": "section", "fields": shown}]
    blocks += [{"type": "section", "text": _markdown(text, SECTION_CHARACTERS_MAX)} for text in _paragraphs(notice)]
    if notice.origin.link:
        link = f"<{_escaped(notice.origin.link)}|Open the run>"
        blocks.append({"type": "context", "elements": [_markdown(link, FIELD_CHARACTERS_MAX)]})
    said = ", ".join(f"{name.lower()} {_plain(value)}" for name, value in fields if name != "Stack")
    text = f"{_escaped(title)} ({said})" if said else _escaped(title)
    return {"text": _cut(text, SECTION_CHARACTERS_MAX), "blocks": blocks}


def counts_text(changes: tuple[tuple[str, int], ...]) -> str:
    """`3 create, 1 delete, 70 same`; what is none is left out."""
    return ", ".join(f"{count} {op}" for op, count in changes if count) or "none"


def duration_text(seconds: float) -> str:
    """`42 s`, `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _fields(notice: Notice) -> list[tuple[str, str]]:
    result = notice.result
    fields = [("Stack", _escaped(notice.stack))]
    here, before = _BEFORE.get(notice.event, ("Commit", "Before"))
    if notice.commit:
        fields.append((here, _commit(notice.commit, notice.origin.repository)))
    if result and result.previous_commit and result.previous_commit != notice.commit:
        fields.append((before, _commit(result.previous_commit, notice.origin.repository)))
    if notice.author:
        fields.append(("Author", _escaped(notice.author)))
    if result and result.seconds is not None:
        fields.append(("Duration", duration_text(result.seconds)))
    if result and not result.problem:
        fields.append(("Resources", _escaped(counts_text(result.changes))))
    return fields


def _paragraphs(notice: Notice) -> list[str]:
    result = notice.result or Result()
    said = []
    if result.problem:
        said.append(f"_{_escaped(result.problem)}_")
    if result.error:
        where = f"while it was at `{_escaped(result.stage)}`: " if result.stage else ""
        # A fence within the message would end ours.
        error = _escaped(_cut(result.error, SECTION_CHARACTERS_MAX // 2)).replace("```", "'''")
        said.append(f"{where}```{error}```")
    if notice.unharmed:
        said.append(_UNHARMED_NOW)
    elif notice.event is Event.FAILED and result.succeeded:
        said.append(_RELEASED)
    elif notice.event in _WHAT_NOW:
        said.append(_WHAT_NOW[notice.event])
    return said


def _commit(commit: str, repository: str) -> str:
    if not _SHA.fullmatch(commit):
        return _escaped(commit)
    short = f"`{commit[:_SHORT]}`"
    return f"<{_escaped(repository)}/commit/{commit}|{short}>" if repository else short


def _markdown(text: str, characters_max: int) -> dict[str, str]:
    return {"type": "mrkdwn", "text": _cut(text, characters_max)}


def _escaped(text: str) -> str:
    """Slack's three control characters: without this an author's name could notify a whole channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    return re.sub(r"<[^|>]*\|([^>]*)>", r"\1", text).replace("`", "")


def _cut(text: str, characters_max: int) -> str:
    return text if len(text) <= characters_max else f"{text[: characters_max - 3]}..."
