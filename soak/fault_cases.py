"""Every fault that `soak.faults` tries, as data: what happens to a run, how it may end, what an error has to name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.proxy import Fault, Rule, throttle

THROTTLED = tuple(range(0, 51, 10))
"""Percent of all calls that AWS refuses for their rate."""


class Begins(StrEnum):
    """What there is before the run that meets the fault."""

    NOTHING = "nothing"
    BUILT = "built"
    KILLED = "killed"
    """A run was killed in its middle: the journal holds what it did."""


class Harm(StrEnum):
    """What happens to the files of the state, or to the AWS, if it is not AWS's answers."""

    NONE = ""
    FILES_LIMITED = "no file may grow further"
    DISK_FULL = "the disk full"
    STATE_TRUNCATED = "the state truncated"
    STATE_FLIPPED = "a byte of the state flipped"
    JOURNAL_TORN = "the journal's last line torn"
    JOURNAL_FLIPPED = "a byte of the journal flipped"
    READ_ONLY = "a read-only folder"
    AWS_AWAY = "the embedded AWS away"


@dataclass(frozen=True)
class Case:
    """codes: the exit codes that are right. says: what the error's text, code and hint must contain, if it ends so.

    quick: whether every test run tries it; what tests/faults/test_lost_answers.py or tests/integration/test_restarts.py
    try on each run, is not. kilobytes: how much the disk, or a file, holds.
    """

    name: str
    codes: tuple[int, ...]
    says: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    harm: Harm = Harm.NONE
    begins: Begins = Begins.NOTHING
    quick: bool = False
    kilobytes: int = 0


_SUCCEEDS, _FAILS, _EITHER = (0,), (1,), (0, 1)
_DENIED: Mapping[str, str] = {
    "ec2 CreateVpc": "UnauthorizedOperation",
    "ec2 AuthorizeSecurityGroupIngress": "UnauthorizedOperation",
    "ec2 DescribeSubnets": "UnauthorizedOperation",
    "s3 PutBucketPolicy": "AccessDenied",
    "iam CreateRole": "AccessDenied",
    "kms CreateKey": "AccessDeniedException",
    "logs CreateLogGroup": "AccessDeniedException",
    "sns CreateTopic": "AuthorizationError",
    "monitoring PutMetricAlarm": "AccessDenied",
}
_TOUCHED = ("ec2 CreateSubnet", "s3 CreateBucket", "kms CreateKey", "iam CreateRole")
"""Creations without a token that would make a second one harmless, of each protocol."""


def _denied() -> list[Case]:
    return [
        Case(
            f"AccessDenied: {call}",
            _FAILS,
            says=("aws:", code, "allow the action"),
            rules=(Rule(call, Fault.ERROR, applied=False, status=403, code=code),),
            quick=call == "ec2 CreateVpc",
        )
        for call, code in _DENIED.items()
    ]


def _lost() -> list[Case]:
    """Answers lost once, of one creation each; whether AWS had done it, the run can not know."""
    faults = {"reset": Fault.RESET, "closed": Fault.CLOSE, "half an answer": Fault.CUT}
    return [
        Case(
            f"{name} {'after' if applied else 'before'} AWS did it: {call}",
            _EITHER,
            says=("aws:", "no answer from AWS", "tap local status"),
            rules=(Rule(call, fault, applied=applied, times=1),),
        )
        for name, fault in faults.items()
        for applied in (False, True)
        if applied or fault is not Fault.CUT
        for call in _TOUCHED
    ]


def _failing() -> list[Case]:
    return [
        Case(
            f"{status} {code} {'after' if applied else 'before'} AWS did it: {call}",
            _EITHER,
            says=("aws:", code, "run it again"),
            rules=(Rule(call, Fault.ERROR, applied=applied, status=status, code=code, times=1),),
        )
        for status, code in ((500, "InternalError"), (503, "ServiceUnavailable"))
        for applied in (False, True)
        for call in _TOUCHED
    ]


def throttled(percent: int) -> Case:
    return Case(
        f"throttling at {percent} %",
        _EITHER if percent else _SUCCEEDS,
        says=("aws:", "RequestLimitExceeded", "slow down"),
        rules=(throttle(probability=percent / 100),),
        quick=percent == THROTTLED[1],
    )


_FILES = (".tap", "tap/local.json")
_NO_SPACE = ("failed to write", "free some space")
CASES: tuple[Case, ...] = (
    *(throttled(percent) for percent in THROTTLED),
    *_denied(),
    *_failing(),
    *_lost(),
    Case(
        # The call is given up, and what it made is found by its mark.
        "no answer for longer than any call may take, AWS did it",
        _SUCCEEDS,
        rules=(Rule("ec2 CreateVpc", Fault.SILENCE, seconds=600, times=1),),
    ),
    Case("every fifth read broken", _SUCCEEDS, rules=(Rule("* Describe*", Fault.RESET, probability=0.2),), quick=True),
    Case(
        "the embedded AWS away from the middle on",
        _FAILS,
        ("aws:", "no answer from AWS"),
        harm=Harm.AWS_AWAY,
    ),
    *(
        Case(
            f"{Harm.FILES_LIMITED} than {kilobytes} kB",
            _FAILS,
            _NO_SPACE,
            harm=Harm.FILES_LIMITED,
            kilobytes=kilobytes,
            quick=kilobytes == 30,
        )
        for kilobytes in (30, 60)
    ),
    *(
        Case(f"{Harm.DISK_FULL} at {kilobytes} kB", _EITHER, _NO_SPACE, harm=Harm.DISK_FULL, kilobytes=kilobytes)
        for kilobytes in (4, 8, 16, 32, 64, 128, 192, 256, 320, 384)
    ),
    *(
        Case(f"{harm}, #{number}", (1,), (*_FILES, hint), harm=harm, begins=begins, quick=number == 1)
        for harm, begins, hint in (
            (Harm.STATE_TRUNCATED, Begins.BUILT, "cp "),
            (Harm.STATE_FLIPPED, Begins.BUILT, "cp "),
            (Harm.JOURNAL_FLIPPED, Begins.KILLED, "mv "),
        )
        for number in range(1, 6)
    ),
    *(
        Case(
            f"{Harm.JOURNAL_TORN}, #{number}",
            _SUCCEEDS,
            harm=Harm.JOURNAL_TORN,
            begins=Begins.KILLED,
            quick=number == 1,
        )
        for number in range(1, 6)
    ),
    Case(
        "a read-only folder, nothing built",
        _FAILS,
        ("failed to", ".tap", "make the folder writable"),
        harm=Harm.READ_ONLY,
        quick=True,
    ),
    Case(
        "a read-only folder, all built",
        _FAILS,
        ("failed to", ".tap", "make the folder writable"),
        harm=Harm.READ_ONLY,
        begins=Begins.BUILT,
    ),
)
