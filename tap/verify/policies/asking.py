"""The questions that rules ask of policies. Pure; raises CannotTellError where a policy can not be judged."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from tap.verify.facts.seen import CannotTellError
from tap.verify.policies.conditions import Context, conditions_hold, is_negation
from tap.verify.policies.document import EVERYBODY, Policy, Statement
from tap.verify.policies.evaluation import Request, Verdict, evaluate

_OTHER_ACCOUNT = "000000000000"
STRANGER = f"arn:aws:iam::{_OTHER_ACCOUNT}:role/stranger"
"""Somebody of another account."""

_OF_OTHERS: Context = {
    "aws:principalaccount": _OTHER_ACCOUNT,
    "aws:principalarn": STRANGER,
    "aws:securetransport": "true",
    "aws:sourceaccount": _OTHER_ACCOUNT,
    "aws:sourcearn": f"arn:aws:other:us-east-1:{_OTHER_ACCOUNT}:thing/other",
    "aws:sourceowner": _OTHER_ACCOUNT,
    "aws:sourcevpc": None,
    "aws:sourcevpce": None,
    "kms:calleraccount": _OTHER_ACCOUNT,
    "kms:encryptioncontext:aws:logs:arn": f"arn:aws:logs:us-east-1:{_OTHER_ACCOUNT}:log-group:other",
}
"""What is known of a request that comes from another account, or that a service makes for one.

Not whether that is one of our organisation: whom a condition on it lets in is not judged."""

_ACCOUNTS = frozenset({"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount"})
_ARNS = frozenset({"aws:principalarn", "aws:sourcearn", "kms:encryptioncontext:aws:logs:arn"})


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
                answer = conditions_hold(statement, _of_others(statement, accounts))
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


def _of_others(statement: Statement, accounts: Collection[str]) -> Context:
    """The request of somebody else that has the best chance: with the accounts and ARNs that the conditions name."""
    found = dict(_OF_OTHERS)
    for operator, key, values in statement.conditions:
        if not is_negation(operator):
            chances = (_chance(key.lower(), value, accounts) for value in values)
            found |= {key.lower(): chance for chance in chances if chance}
    return found


def _chance(key: str, wanted: str, accounts: Collection[str]) -> str:
    """A value that fits what is wanted and belongs to another account, "" if there is none."""
    if key in _ACCOUNTS:
        return wanted if wanted not in accounts and re.fullmatch(r"[0-9*?]+", wanted) else ""
    if key not in _ARNS:
        return ""
    parts = wanted.split(":", 5)
    if len(parts) < 6 or not parts[4]:  # a bucket's ARN names no account: by its full name it is one of ours
        return wanted if re.search(r"[*?]", wanted) else ""
    return wanted if parts[4] not in accounts else ""


def _account(who: str) -> str:
    return who.split(":")[4] if who.count(":") >= 5 else who


def _verdict(policies: Sequence[Policy], request: Request) -> Verdict:
    ruling = evaluate(policies, request)
    if ruling.verdict is Verdict.NOT_JUDGED:
        raise CannotTellError(f"whether {request.action} is allowed: {ruling.because}")
    return ruling.verdict
