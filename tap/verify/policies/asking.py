"""The questions that rules ask of policies. Pure; raises CannotTellError where a policy can not be judged."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tap.verify.facts.seen import CannotTellError
from tap.verify.policies.conditions import Context, conditions_hold
from tap.verify.policies.document import EVERYBODY, Policy, Statement
from tap.verify.policies.evaluation import Request, Verdict, evaluate

_OTHER_ACCOUNT = "000000000000"
STRANGER = f"arn:aws:iam::{_OTHER_ACCOUNT}:role/stranger"
"""Somebody of another account."""

_OF_OTHERS: Context = {
    "aws:principalaccount": _OTHER_ACCOUNT,
    "aws:principalarn": STRANGER,
    "aws:principalorgid": None,
    "aws:securetransport": "true",
    "aws:sourceaccount": _OTHER_ACCOUNT,
    "aws:sourcearn": f"arn:aws:other:us-east-1:{_OTHER_ACCOUNT}:thing/other",
    "aws:sourceowner": _OTHER_ACCOUNT,
    "aws:sourcevpc": None,
    "aws:sourcevpce": None,
    "kms:calleraccount": _OTHER_ACCOUNT,
    "kms:encryptioncontext:aws:logs:arn": f"arn:aws:logs:us-east-1:{_OTHER_ACCOUNT}:log-group:other",
}
"""What is known of a request that comes from another account, or that a service makes for one."""


def allows(policies: Sequence[Policy], request: Request) -> bool:
    return _verdict(policies, request) is Verdict.ALLOWED


def denies(policies: Sequence[Policy], request: Request) -> bool:
    """Whether a statement forbids it; that none allows it does not count."""
    return _verdict(policies, request) is Verdict.DENIED


def refused(policies: Sequence[Policy], requests: Sequence[Request]) -> list[Request]:
    """Those of the requests that are not allowed."""
    return [request for request in requests if not allows(policies, request)]


def strangers(policy: Policy, accounts: Collection[str]) -> Iterator[tuple[str, str]]:
    """The statements that let in somebody else, as (statement, whom).

    accounts: our own. Somebody else is everybody, another account, or a service that works for another account.
    """
    if policy.problem:
        raise CannotTellError(policy.problem)
    for statement in policy.statements:
        if statement.allows:
            for who in _others(statement, accounts):
                answer = conditions_hold(statement, _OF_OTHERS)
                if answer.holds is None:
                    raise CannotTellError(f"{statement.sid}: {answer.why}")
                if answer.holds:
                    yield statement.sid, who


def _others(statement: Statement, accounts: Collection[str]) -> Iterator[str]:
    if "Principal" in statement.other_than:
        yield "everybody but some (NotPrincipal)"
        return
    for kind, who in statement.principals or ():
        if kind == "Service":
            yield f"{who} for any account"
        elif who == EVERYBODY:
            yield "everybody"
        elif kind != "AWS" or _account(who) not in accounts:
            yield who


def _account(who: str) -> str:
    return who.split(":")[4] if who.count(":") >= 5 else who


def _verdict(policies: Sequence[Policy], request: Request) -> Verdict:
    ruling = evaluate(policies, request)
    if ruling.verdict is Verdict.NOT_JUDGED:
        raise CannotTellError(f"whether {request.action} is allowed: {ruling.because}")
    return ruling.verdict
