"""Whether the conditions of a statement hold for a request. Pure.

The operators that occur are judged as IAM's reference has them; of all others, and of a key about which nothing is
known, it is said that nobody here can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tap.verify.policies.document import Statement
from tap.verify.policies.matching import arn_fits, fits, has_variable
from tap.verify.policies.ternary import NO, YES, Answer, all_of, unknown

Context = Mapping[str, str | None]
"""Condition key, in lower case -> its value in the request, None for known to be absent. What is missing is unknown."""


def _equal(have: str, want: str) -> bool:
    return have == want


def _equal_folded(have: str, want: str) -> bool:
    return have.casefold() == want.casefold()


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_folded,
    "StringLike": fits,
    "ArnEquals": arn_fits,
    "ArnLike": arn_fits,
    "Bool": _equal_folded,
}
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def is_negation(operator: str) -> bool:
    return operator.removesuffix("IfExists") in _NEGATIONS


def conditions_hold(statement: Statement, context: Context) -> Answer:
    """Whether all of them do."""
    return all_of([_holds(operator, key, values, context) for operator, key, values in statement.conditions])


def _holds(operator: str, key: str, values: tuple[str, ...], context: Context) -> Answer:
    name, if_exists = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    positive = _NEGATIONS.get(name, name)
    if positive not in _OPERATORS and name != "Null":
        return unknown(f"the condition operator {operator} is not judged")
    if key.lower() not in context:
        return unknown(f"what {key} is in the request is not known")
    have = context[key.lower()]
    if name == "Null":
        return YES if (have is None) == (values[0].lower() == "true") else NO
    if have is None:
        return YES if if_exists or name in _NEGATIONS else NO
    if any(has_variable(value) for value in values):
        return unknown(f"a policy variable in the condition on {key} is not judged")
    met = any(_OPERATORS[positive](have, value) for value in values)
    return YES if met != (name in _NEGATIONS) else NO
