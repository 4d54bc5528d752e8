"""May this principal do this with that? By the statements of a policy, as IAM evaluates them. Pure.

An explicit Deny wins, then an Allow, and what nobody allows is denied
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Judged are one principal,
one action and one resource at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tap.verify.policies.conditions import Context, conditions_hold
from tap.verify.policies.document import EVERYBODY, Policy, Statement
from tap.verify.policies.matching import fits, fits_in_part, has_variable
from tap.verify.policies.ternary import NO, YES, Answer, all_of, unknown


class Verdict(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"
    """A statement denies it."""
    NOT_ALLOWED = "not allowed"
    """No statement allows it."""
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants to do what with what. principal: a service's name, a role's ARN, or "" where the policy is the role's.

    context: the condition keys about which something is known.
    """

    action: str
    resource: str
    principal: str = ""
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """because: the statements that decided, or what could not be judged."""

    verdict: Verdict
    because: str = ""

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOWED


def evaluate(policies: Sequence[Policy], request: Request) -> Ruling:
    """What the documents together say to the request."""
    if problems := [policy.problem for policy in policies if policy.problem]:
        return Ruling(Verdict.NOT_JUDGED, problems[0])
    judged = [(each, _applies(each, request)) for policy in policies for each in policy.statements]
    denying = [(each, answer) for each, answer in judged if not each.allows]
    allowing = [(each, answer) for each, answer in judged if each.allows]
    if denied := _first(denying, holds=True):
        return Ruling(Verdict.DENIED, f"{denied[0].sid} denies it")
    allowed = _first(allowing, holds=True)
    doubt = _first(denying if allowed else allowing, holds=None)
    if doubt:
        return Ruling(Verdict.NOT_JUDGED, f"{doubt[0].sid}: {doubt[1].why}")
    if allowed:
        return Ruling(Verdict.ALLOWED, f"{allowed[0].sid} allows it")
    return Ruling(Verdict.NOT_ALLOWED, "no statement allows it")


def _first(judged: Iterable[tuple[Statement, Answer]], *, holds: bool | None) -> tuple[Statement, Answer] | None:
    return next((pair for pair in judged if pair[1].holds is holds), None)


def _applies(statement: Statement, request: Request) -> Answer:
    return all_of(
        [
            _names_action(statement, request.action),
            _names_resource(statement, request.resource),
            _names_principal(statement, request.principal),
            conditions_hold(statement, request.context),
        ]
    )


def _names_action(statement: Statement, action: str) -> Answer:
    named = any(fits(action, pattern, fold=True) for pattern in statement.actions)
    return YES if named != ("Action" in statement.other_than) else NO


def _names_resource(statement: Statement, resource: str) -> Answer:
    if not statement.resources:
        return YES  # the trust policy of a role: it is about the role
    if any(has_variable(pattern) for pattern in statement.resources):
        return unknown("a policy variable in a resource is not judged")
    named = any(fits(resource, pattern) for pattern in statement.resources)
    in_part = any(fits_in_part(resource, pattern) for pattern in statement.resources)
    if "Resource" in statement.other_than:
        return NO if named else unknown("it leaves out a part of the resource") if in_part else YES
    if not named and in_part and not statement.allows:
        return unknown("it denies a part of the resource")
    return YES if named else NO


def _names_principal(statement: Statement, principal: str) -> Answer:
    if statement.principals is None:
        return YES
    if "Principal" in statement.other_than:
        return unknown("NotPrincipal is not judged")
    answers = [_is_principal(kind, who, principal, statement.allows) for kind, who in statement.principals]
    if YES in answers:
        return YES
    return next((each for each in answers if each.holds is None), NO)


def _is_principal(kind: str, who: str, principal: str, allows: bool) -> Answer:
    if who in (EVERYBODY, principal):
        return YES
    if kind != "AWS" or not principal.startswith("arn:"):
        return NO
    account = principal.split(":")[4]
    if who == account or (who.endswith(f"::{account}:root")):
        # An Allow to an account leaves the rest to the policies of its roles; a Deny meets all of them.
        return unknown("it leaves the decision to the account's own policies") if allows else YES
    return NO
