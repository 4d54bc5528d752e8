"""What is known to be secret is taken out of every text, in whatever form it is quoted."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tap.engine.events import Diagnostic, StepBegan
from tap.engine.masking import MaskedBugError, MaskingReporter, SecretMask, without_secrets_told
from tap.engine.model import Op, Resource, Step
from tap.engine.values import Secret

AWKWARD = 'p"w\\ d/ü\nsecond line'
URN = "urn:pulumi:dev::p::a:b:C::d"


@pytest.mark.parametrize(
    "told",
    [
        AWKWARD,
        json.dumps({"key": AWKWARD}),
        json.dumps({"key": AWKWARD}, ensure_ascii=False),
        repr(AWKWARD),
        "https://example.com/?q=" + quote(AWKWARD, safe=""),
        "Traceback:\n    second line\n",
    ],
)
def test_a_secret_is_found_in_every_form(told):
    masked = SecretMask([AWKWARD]).masked(told)

    assert "[secret]" in masked
    assert "second line" not in masked
    assert 'p"w' not in masked


def test_texts_and_numbers_inside_a_secret_are_secret_and_its_keys_are_not():
    mask = SecretMask([{"password": ["hunter2", 123456, True]}])

    assert mask.masked("password hunter2 123456 True") == "password [secret] [secret] True"


def test_a_secret_that_begins_another_does_not_uncover_the_rest():
    assert SecretMask(["abcd", "abcdefgh"]).masked("abcdefgh abcd") == "[secret] [secret]"


def test_very_short_secrets_leave_texts_readable():
    assert SecretMask(["a", "  ", 7]).masked("a banana at 7") == "a banana at 7"


def test_what_a_step_carries_is_secret_from_then_on():
    heard = []
    reporter = MaskingReporter(type("R", (), {"report": lambda _, event: heard.append(event)})(), SecretMask())
    resource = Resource(
        URN, True, "a:b:C", inputs={"nested": {"list": [Secret("hunter2")]}}, outputs={"o": Secret("s3cr3t")}
    )

    reporter.report(StepBegan(Step(Op.CREATE, URN, new=resource), planning=False))
    reporter.report(Diagnostic("error", "hunter2 was refused", URN, hint="do not use s3cr3t"))

    assert (heard[1].message, heard[1].hint) == ("[secret] was refused", "do not use [secret]")


def test_a_bug_tells_its_traceback_without_secrets():
    mask = SecretMask(["hunter2"])
    try:
        try:
            raise KeyError("hunter2")
        except KeyError as error:
            raise ValueError("no such key") from error
    except ValueError as raised:
        error = raised

    told = without_secrets_told(error, mask)

    assert isinstance(told, MaskedBugError)
    assert "hunter2" not in str(told)
    assert "KeyError: '[secret]'" in str(told)
    assert without_secrets_told(error, SecretMask()) is error
