"""What is accepted for a time: read with all its problems at once, and no longer than it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tap.errors import UsageError
from tap.verify.exceptions import Exemption, excuse, read_exemptions
from tap.verify.facts import Unseen
from tap.verify.finding import Finding, Severity
from tap.verify.judgement import Judgement, NotJudged

TODAY = date(2026, 11, 28)
OPEN = Finding("bucket-tls-only", Severity.HIGH, "arn:aws:s3:::tap-app", "it is open", "close it")
DOUBT = Unseen("alarms", "", "arn:alarm", "nobody can judge it")
BLIND = Unseen("logs", "logs:DescribeLogGroups", "", "not allowed")
JUDGEMENT = Judgement(
    (OPEN,), (NotJudged("alarm-delivery", (DOUBT,)), NotJudged("log-group-retention", (BLIND,))), (), (BLIND,)
)
RULES = ("bucket-tls-only", "alarm-delivery", "log-group-retention")


def exemption(rule: str = OPEN.rule, subject: str = "*", until: date = TODAY) -> Exemption:
    return Exemption(rule, subject, "because", until, "exceptions[0]")


def written(folder: Path, text: str) -> Path:
    path = folder / "verify-exceptions.yaml"
    path.write_text(text)
    return path


def test_a_file_is_read(tmp_path):
    path = written(
        tmp_path,
        """
exceptions:
  - rule: bucket-tls-only
    subject: "arn:aws:s3:::tap-*"
    reason: Being moved.
    until: 2026-12-31
""",
    )

    assert read_exemptions(path, RULES) == (
        Exemption("bucket-tls-only", "arn:aws:s3:::tap-*", "Being moved.", date(2026, 12, 31), "exceptions[0]"),
    )


def test_an_empty_file_excuses_nothing(tmp_path):
    assert read_exemptions(written(tmp_path, ""), RULES) == ()


def test_all_that_is_wrong_with_a_file_is_said_at_once_with_its_place(tmp_path):
    path = written(
        tmp_path,
        """
accepted: []
exceptions:
  - rule: bucket-tls-onli
    subject: "*"
    until: 2026-13-01
  - rule: alarm-delivery
    reason: "  "
    until: soon
    who: me
  - everything
""",
    )

    with pytest.raises(UsageError) as caught:
        read_exemptions(path, RULES)

    said = str(caught.value).splitlines()
    assert [line.removeprefix(f"{path}: ").partition(": ")[0] for line in said] == [
        "accepted",
        "exceptions[0].reason",
        "exceptions[0].rule",
        "exceptions[0].until",
        "exceptions[1].who",
        "exceptions[1].subject",
        "exceptions[1].reason",
        "exceptions[1].until",
        "exceptions[2]",
    ]
    assert "did you mean 'bucket-tls-only'?" in said[2]
    assert "'2026-13-01'" in said[3]


@pytest.mark.parametrize("text", ["exceptions: all", "- rule: x", "exceptions: [", "exceptions: 3"])
def test_what_is_no_file_of_exceptions_is_refused_by_its_place(tmp_path, text):
    path = written(tmp_path, text)

    with pytest.raises(UsageError, match=str(path)):
        read_exemptions(path, RULES)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="can not be read"):
        read_exemptions(tmp_path / "none.yaml", RULES)


def test_what_is_excused_is_no_finding_any_more_and_is_named_with_its_reason():
    judged = excuse(JUDGEMENT, [exemption()], TODAY)

    assert judged.findings == ()
    assert [(each.rule, each.subject, each.reason) for each in judged.excused] == [(OPEN.rule, OPEN.subject, "because")]
    assert judged.remarks == ()


@pytest.mark.parametrize(
    "other", [exemption(rule="alarm-delivery", subject="arn:aws:*"), exemption(subject="arn:aws:s3:::other")]
)
def test_an_exception_of_another_rule_or_subject_excuses_nothing_and_says_so(other):
    judged = excuse(JUDGEMENT, [other], TODAY)

    assert judged.findings == (OPEN,)
    assert "excuses nothing" in judged.remarks[0]
    assert other.place in judged.remarks[0]


def test_an_expired_exception_no_longer_excuses_and_says_so():
    judged = excuse(JUDGEMENT, [exemption(until=date(2026, 11, 27))], TODAY)

    assert judged.findings == (OPEN,)
    assert judged.excused == ()
    assert judged.remarks == (
        "exceptions[0] (bucket-tls-only, *) has expired on 2026-11-27: what it excused counts again",
    )


def test_a_doubt_can_be_accepted_but_never_what_a_whole_area_could_not_tell():
    judged = excuse(JUDGEMENT, [exemption("alarm-delivery"), exemption("log-group-retention")], TODAY)

    assert [each.rule for each in judged.not_judged] == ["log-group-retention"]
    assert [each.rule for each in judged.excused] == ["alarm-delivery"]
    assert "excuses nothing" in judged.remarks[0]


def test_a_judgement_of_which_all_is_accepted_is_clean():
    doubtful = Judgement((OPEN,), (NotJudged("alarm-delivery", (DOUBT,)),), (), ())
    exemptions = [exemption(), exemption("alarm-delivery")]

    assert not excuse(doubtful, exemptions[:1], TODAY).clean
    assert excuse(doubtful, exemptions, TODAY).clean
