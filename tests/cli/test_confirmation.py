"""When an operation is previewed and asked about."""

from __future__ import annotations

import pytest

from tap.cli.confirmation import Ask, Course, Request, course
from tap.errors import TapError, UsageError

AT_ONCE = Course(preview=False, ask=Ask.NOTHING, run=True)
PREVIEW_AND_ASK = Course(preview=True, ask=Ask.YES, run=True)
PREVIEW_AND_RUN = Course(preview=True, ask=Ask.NOTHING, run=True)
ONLY_PREVIEW = Course(preview=True, ask=Ask.NOTHING, run=False)
PREVIEW_AND_NAME = Course(preview=True, ask=Ask.STACK_NAME, run=True)
ONLY_NAME = Course(preview=False, ask=Ask.STACK_NAME, run=True)
REFUSED = UsageError
NON_INTERACTIVE = (
    "--yes or --skip-preview or --preview-only must be passed in to proceed when running in non-interactive mode"
)

TABLE = [
    # command, stack, what else was given, on a terminal, without one
    ("up", "local", {}, AT_ONCE, AT_ONCE),
    ("up", "local", {"yes": True}, AT_ONCE, AT_ONCE),
    ("destroy", "local", {}, AT_ONCE, AT_ONCE),
    ("refresh", "local", {}, AT_ONCE, AT_ONCE),
    ("refresh", "local", {"preview_only": True}, ONLY_PREVIEW, ONLY_PREVIEW),
    ("up", "local", {"endpoint": "http://127.0.0.1:9000"}, PREVIEW_AND_ASK, REFUSED),
    ("up", "local", {"endpoint": "http://127.0.0.1:9000", "yes": True}, PREVIEW_AND_RUN, PREVIEW_AND_RUN),
    ("up", "dev", {}, PREVIEW_AND_ASK, REFUSED),
    ("destroy", "dev", {}, PREVIEW_AND_ASK, REFUSED),
    ("refresh", "dev", {}, PREVIEW_AND_ASK, REFUSED),
    ("up", "dev", {"yes": True}, PREVIEW_AND_RUN, PREVIEW_AND_RUN),
    ("up", "dev", {"skip_preview": True}, AT_ONCE, AT_ONCE),
    ("up", "dev", {"yes": True, "skip_preview": True}, AT_ONCE, AT_ONCE),
    ("destroy", "dev", {"preview_only": True}, ONLY_PREVIEW, ONLY_PREVIEW),
    ("preview", "dev", {"preview_only": True}, ONLY_PREVIEW, ONLY_PREVIEW),
    ("destroy", "prod", {}, PREVIEW_AND_NAME, REFUSED),
    ("destroy", "prod", {"skip_preview": True}, ONLY_NAME, AT_ONCE),
    ("destroy", "prod", {"yes": True}, PREVIEW_AND_RUN, PREVIEW_AND_RUN),
    ("up", "prod", {}, PREVIEW_AND_ASK, REFUSED),
]


@pytest.mark.parametrize(("command", "stack", "given", "interactive", "expected"), [
    (command, stack, given, interactive, expected)
    for command, stack, given, with_terminal, without in TABLE
    for interactive, expected in ((True, with_terminal), (False, without))
])  # fmt: skip
def test_the_course_follows_pulumis_rules_and_local_is_free(command, stack, given, interactive, expected):
    request = Request(command, stack, interactive=interactive, **given)

    if expected is REFUSED:
        with pytest.raises(UsageError) as refusal:
            course(request)
        assert str(refusal.value) == NON_INTERACTIVE
    else:
        assert course(request) == expected


@pytest.mark.parametrize("stack", ["local", "dev"])
def test_yes_with_preview_only_is_refused_with_exit_code_1_as_recorded(stack):
    with pytest.raises(TapError) as refusal:
        course(Request("destroy", stack, yes=True, preview_only=True))

    assert str(refusal.value) == "--yes and --preview-only cannot be used together"
    assert refusal.value.exit_code == 1
