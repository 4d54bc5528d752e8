"""What a message says, decided from values."""

from __future__ import annotations

import json

import pytest

from tap.delivery.release import ReleaseFailedError
from tap.notify.notice import Event, Notice, Origin, Result, origin_of, read_result
from tap.notify.slack_message import counts_text, duration_text, slack_message

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def said(notice: Notice) -> str:
    """All texts of a message."""
    return json.dumps(slack_message(notice), ensure_ascii=False)


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (Event.STARTED, ":rocket: prod: deploy started"),
        (Event.SUCCEEDED, ":white_check_mark: prod: deploy succeeded"),
        (Event.FAILED, ":x: prod: deploy FAILED"),
        (Event.ROLLED_BACK, ":rewind: prod: rolled back to the last good release"),
        (Event.ROLLBACK_FAILED, ":rotating_light: prod: ROLLBACK FAILED"),
        (Event.DRIFTED, ":warning: prod: the drift check did not pass"),
    ],
)
def test_each_event_has_its_title(event, title):
    message = slack_message(Notice(event, "prod", Origin()))

    assert message["blocks"][0] == {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": True}}
    assert message["text"] == title


def test_a_failed_rollback_says_what_to_do():
    assert "Somebody has to look now" in said(Notice(Event.ROLLBACK_FAILED, "prod", Origin()))


def test_a_failure_names_the_stage_and_the_error():
    result = Result(commit=COMMIT, stage="up", error="creating log group: it exists")

    assert "while it was at `up`: ```creating log group: it exists```" in said(
        Notice(Event.FAILED, "prod", Origin(), result)
    )


def test_a_check_that_failed_after_a_good_deploy_is_told_apart_from_a_failed_deploy():
    text = said(Notice(Event.FAILED, "prod", Origin(), Result(succeeded=True)))

    assert "a check after it did not pass. It is not rolled back by itself." in text
    assert "The rollback follows" not in text


def test_a_rollback_that_had_nothing_to_do_is_no_alarm():
    result = Result(error="the stack 'prod' is as its last release has left it", error_name="nothing_to_roll_back")
    message = slack_message(Notice(Event.ROLLBACK_FAILED, "prod", Origin(), result))

    assert message["blocks"][0]["text"]["text"] == ":information_source: prod: nothing to roll back"
    assert "Somebody has to look" not in json.dumps(message)


def test_a_rollback_that_would_run_what_failed_again_is_an_alarm():
    """A deploy of the last release's own commit, run again, may fail half-way: then the stack is changed."""
    failed = ReleaseFailedError("the last release is what failed")
    message = slack_message(Notice(Event.ROLLBACK_FAILED, "prod", Origin(), Result(error_name=failed.name)))

    assert message["blocks"][0]["text"]["text"] == ":rotating_light: prod: ROLLBACK FAILED"
    assert "Somebody has to look" in json.dumps(message)


def test_nothing_that_somebody_wrote_can_notify_a_channel_or_leave_its_frame():
    result = Result(commit="<!here>", author="<!channel> & co", stage="<!here>", error="```\n<!everyone> *bold*")
    message = slack_message(Notice(Event.FAILED, "<!here>", Origin(), result))

    texts = [block["text"] for block in message["blocks"] if "text" in block]
    texts += [field for block in message["blocks"] for field in block.get("fields", [])]
    assert all("<!" not in each["text"] for each in texts if each["type"] == "mrkdwn")
    assert "<!" not in message["text"]
    assert "&lt;!channel&gt; &amp; co" in json.dumps(message)
    assert "```'''\n&lt;!everyone&gt;" in "".join(each["text"] for each in texts)


def test_no_text_is_longer_than_slack_takes():
    result = Result(commit="c" * 9_000, author="a" * 9_000, error="e" * 9_000, stage="s" * 9_000)
    message = slack_message(Notice(Event.FAILED, "p" * 9_000, Origin(), result))

    assert len(message["blocks"][0]["text"]["text"]) <= 150
    assert all(len(field["text"]) <= 2_000 for field in message["blocks"][1]["fields"])
    assert all(len(block["text"]["text"]) <= 3_000 for block in message["blocks"][2:])
    assert len(message["text"]) <= 3_000


def test_a_rollback_shows_both_commits():
    result = Result(commit="a" * 40, previous_commit="b" * 40)
    origin = Origin(repository="https://github.com/acme/tap", author="ann")
    text = said(Notice(Event.ROLLED_BACK, "prod", origin, result))

    assert f"https://github.com/acme/tap/commit/{'a' * 40}|`aaaaaaaaaa`" in text
    assert f"https://github.com/acme/tap/commit/{'b' * 40}|`bbbbbbbbbb`" in text
    assert "*Author*\\nann" in text
    assert "*Failed commit*" in text
    assert "*Back at*" in text


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3_725, "62 min 5 s")])
def test_a_duration_is_in_minutes_and_seconds(seconds, text):
    assert duration_text(seconds) == text


def test_counts_leave_out_what_is_none():
    assert counts_text((("create", 2), ("delete", 0), ("same", 9))) == "2 create, 9 same"
    assert counts_text((("same", 0),)) == "none"


def test_the_link_has_the_attempt_of_a_run_that_was_started_again():
    given = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/tap", "GITHUB_RUN_ID": "77"}

    assert origin_of(given).link == "https://github.com/acme/tap/actions/runs/77"
    assert (
        origin_of({**given, "GITHUB_RUN_ATTEMPT": "3"}).link == "https://github.com/acme/tap/actions/runs/77/attempts/3"
    )
    assert origin_of({}) == Origin()


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (None, "no result was written: the run was ended before it could"),
        (b"{half", "its result could not be read: it is no result of version 1"),
        (b"\xff\xfe", "its result could not be read: it is no result of version 1"),
        (b'{"v": 2}', "its result could not be read: it is no result of version 1"),
        (b"[" * 900_000, "its result could not be read: it is no result of version 1"),
        (b"[" * 2_000_000, "its result could not be read: it is no result of version 1"),
    ],
    ids=["missing", "half", "binary", "another version", "deep", "too long"],
)
def test_a_run_without_a_readable_result_is_told_of_all_the_same(tmp_path, written, problem):
    path = tmp_path / "deploy.json"
    if written is not None:
        path.write_bytes(written)
    result = read_result(path)

    assert result.problem == problem
    assert problem in said(Notice(Event.FAILED, "prod", Origin(commit=COMMIT), result))


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "-Infinity"])
def test_a_duration_that_is_none_is_left_out(tmp_path, seconds):
    path = tmp_path / "deploy.json"
    path.write_text(f'{{"v": 1, "seconds": {seconds}}}')

    assert "Duration" not in said(Notice(Event.FAILED, "prod", Origin(), read_result(path)))


def test_a_result_with_values_of_other_kinds_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "deploy.json"
    path.write_text('{"v": 1, "commit": 7, "seconds": "x", "changes": {"create": "many", "same": 2}, "error": "boom"}')

    assert read_result(path) == Result(changes=(("same", 2),))
