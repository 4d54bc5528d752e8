"""Bugs in what tells people, reads strangers' files, and rehearses."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_WEBHOOK: Final = "README, Pipeline: the webhook is never shown, and is Slack's or on loopback"
_BOUND: Final = "invariant 9: everything that waits has a bound"
_ONE: Final = "README, Pipeline: one comment, in the right pull request"
_STRANGER: Final = "README, Pipeline: a stranger's preview is read as data"
_REHEARSED: Final = "README, Pipeline: the rehearsal plays the workflow's own conditions"

_SLACK: Final = ("tests/notify/test_slack.py",)
_MESSAGE: Final = ("tests/notify/test_slack_message.py",)
_COMMENT: Final = ("tests/pull_request/test_comment.py",)
_PREVIEWS: Final = ("tests/pull_request/test_previews.py",)

PIPELINE: Final[tuple[Mutant, ...]] = (
    Mutant(
        "slack-any-200-is-delivered",
        "tap/notify/slack.py",
        '    if answer.body.strip() != "ok":',
        '    if answer.body.strip() == "no":',
        "a proxy's log-in page passes for a message that somebody has read",
        "a message that is not delivered has its exit code",
        _SLACK,
    ),
    Mutant(
        "slack-waits-as-long-as-it-is-told",
        "tap/notify/slack.py",
        "told.isdigit() and int(told) <= RETRY_AFTER_SECONDS_MAX",
        "told.isdigit()",
        "a job hangs until its time is over",
        _BOUND,
        _SLACK,
    ),
    Mutant(
        "slack-library-logs",
        "tap/notify/slack.py",
        "    silent.disabled = True",
        "    silent.disabled = False",
        "a line of the library's, which may hold the address, is in the log",
        _WEBHOOK,
        _SLACK,
    ),
    Mutant(
        "slack-answer-is-repeated",
        "tap/notify/slack.py",
        "one_word and word not in webhook",
        "one_word",
        "an answer that quotes the secret puts it into the log",
        _WEBHOOK,
        _SLACK,
    ),
    Mutant(
        "slack-any-host",
        "tap/notify/slack.py",
        'slack = host == SLACK_HOST and parts.scheme == "https"',
        'slack = host.startswith(SLACK_HOST) and parts.scheme == "https"',
        "messages go to whoever owns a name that begins like Slack's",
        _WEBHOOK,
        _SLACK,
    ),
    Mutant(
        "slack-message-not-escaped",
        "tap/notify/slack_message.py",
        '.replace("<", "&lt;")',
        "",
        "an author's name can notify a whole channel",
        "a message is text",
        _MESSAGE,
    ),
    Mutant(
        "slack-nothing-to-roll-back-is-an-alarm",
        "tap/notify/notice.py",
        "return self.event is Event.ROLLBACK_FAILED and named",
        "return False",
        "somebody is woken for a deploy that was refused before it began",
        "README, Pipeline: a deploy that is refused needs no rollback, and Slack is told so",
        _MESSAGE,
    ),
    Mutant(
        "comment-anybody-s",
        "tap/pull_request/github.py",
        '(each["user"] or {}).get("login") == author and ',
        "",
        "a stranger's comment is overwritten, or takes the place of ours",
        _ONE,
        _COMMENT,
    ),
    Mutant(
        "comment-on-an-older-commit-s-request",
        "tap/pull_request/github.py",
        'there["sha"] == head.sha and ',
        "",
        "reviewers read the changes of a commit that is not the newest",
        _ONE,
        _COMMENT,
    ),
    Mutant(
        "comment-first-page-only",
        "tap/pull_request/github.py",
        "            if len(listed) < PAGE_SIZE:\n",
        "            if listed:\n",
        "a second comment of ours in every long discussion",
        _ONE,
        _COMMENT,
    ),
    Mutant(
        "comment-made-twice",
        "tap/pull_request/github.py",
        'attempts = 1 if method == "POST" else ATTEMPTS_MAX',
        "attempts = ATTEMPTS_MAX",
        "two comments, where the answer to the first was lost",
        _ONE,
        _COMMENT,
    ),
    Mutant(
        "comment-token-follows-redirections",
        "tap/pull_request/github.py",
        "urllib.request.build_opener(_NoRedirects)",
        "urllib.request.build_opener()",
        "the token goes wherever an answer points",
        "the token goes to GitHub's API and nowhere else",
        _COMMENT,
    ),
    Mutant(
        "preview-follows-links",
        "tap/pull_request/previews.py",
        " | os.O_NOFOLLOW",
        "",
        "a fork's artifact has a file of the runner read",
        _STRANGER,
        _PREVIEWS,
    ),
    Mutant(
        "preview-of-any-size",
        "tap/pull_request/previews.py",
        "    if len(text) > BYTES_MAX:\n",
        "    if len(text) < 0:\n",
        "a fork's artifact takes the runner's memory",
        _STRANGER,
        _PREVIEWS,
    ),
    Mutant(
        "preview-leaves-its-span",
        "tap/pull_request/markdown.py",
        """.replace("`", "'")""",
        "",
        "a fork has our comment mention people, show pictures, link anywhere",
        _STRANGER,
        _PREVIEWS,
    ),
    Mutant(
        "preview-losses-last",
        "tap/pull_request/markdown.py",
        "ordered = [*preview.losing, *(each for each in preview.changes if not each.lost)]",
        "ordered = preview.changes",
        "the loss of data is among the rows that are left out",
        "README, Pipeline: losses of data first",
        _PREVIEWS,
    ),
    Mutant(
        "rehearsal-runs-on-after-a-failure",
        "rehearsal/expressions.py",
        'return (asked or status["success"]) and bool(',
        "return bool(",
        "the rehearsal is green where GitHub's run would not be",
        _REHEARSED,
        ("tests/rehearsal/test_expressions.py", "tests/rehearsal/test_play.py"),
    ),
    Mutant(
        "rehearsal-guesses-unknown-names",
        "rehearsal/expressions.py",
        "        if first not in self.context or not rest:\n",
        "        if first not in self.context:\n            return None\n        if not rest:\n",
        "a condition means something else than at GitHub, and nobody is told",
        "what the rehearsal does not know is refused by name",
        ("tests/rehearsal/test_expressions.py",),
    ),
)
