"""GitHub's expressions as the rehearsal reads them: what is known has GitHub's meaning, the rest is refused by name."""

from __future__ import annotations

import pytest

from rehearsal.errors import NotRehearsedError
from rehearsal.expressions import condition, evaluate, interpolate

CONTEXT = {
    "github": {"sha": "abc", "event": {"number": "7"}},
    "needs": {"deploy": {"result": "failure", "outputs": {"released": ""}}},
    "vars": {},
    "env": {"YES": "true", "EMPTY": ""},
}
GOOD = {"success": True, "failure": False, "cancelled": False, "always": True}
BAD = {"success": False, "failure": True, "cancelled": False, "always": True}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it''s'", "it's"),
        ("true", True),
        ("null", None),
        ("github.sha", "abc"),
        ("github.event.number", "7"),
        ("github.event.missing.more", None),
        ("vars.ANY", None),
        ("github.sha == 'ABC'", True),
        ("github.sha != 'abc'", False),
        ("!github.sha", False),
        ("!!vars.ANY", False),
        ("vars.ANY || 'prod'", "prod"),
        ("env.EMPTY || vars.ANY", None),
        ("github.sha && 'x' || 'y'", "x"),
        ("env.EMPTY && 'x' || 'y'", "y"),
        ("'' || 'a' && ''", ""),
        ("('' || 'a') && 'b'", "b"),
        ("!(github.sha == 'abc') || 'z'", "z"),
        ("true == true && false", False),
        ("needs.deploy.outputs.released != 'success'", True),
    ],
)
def test_an_expression_has_githubs_value(expression, value):
    assert evaluate(expression, CONTEXT, GOOD) == value


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("", True, False),
        ("always()", True, True),
        ("failure()", False, True),
        ("failure() || cancelled()", False, True),
        ("success()", True, False),
        ("${{ !cancelled() }}", True, True),
        ("env.YES == 'true'", True, False),
        ("env.YES == 'false'", False, False),
        ("always() && needs.deploy.result == 'failure'", True, True),
        ("always()\n&& needs.deploy.result == 'success'", False, False),
    ],
)
def test_a_condition_without_a_status_function_holds_only_on_success(text, good, bad):
    assert condition(text, CONTEXT, GOOD) is good
    assert condition(text, CONTEXT, BAD) is bad


def test_values_are_put_into_a_text():
    assert interpolate("a ${{ github.sha }} b ${{ false && 'x' }}", CONTEXT, GOOD) == ("a abc b false")
    assert interpolate("${{ vars.ANY }}", CONTEXT, GOOD) == ""


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("runner.os", "'runner.os'"),
        ("github", "'github'"),
        ("contains(github.sha, 'a')", "function 'contains'"),
        ("always(1)", "'1)'"),
        ("always", "'always'"),
        ("github.sha < 'x'", "< 'x'"),
        ("github['sha']", "['sha'"),
        ("github.*", "'*' is not known"),
        ("github.event", "'github.event' is no single value"),
        ("3", "'3'"),
        ("github.sha 'x'", "is not known there"),
        ("(github.sha", "')' is missing"),
        ("github.sha ==", "its end"),
        ("", "its end"),
        ("'open", "'open"),
    ],
)
def test_what_is_not_known_is_refused_by_name(expression, named):
    with pytest.raises(NotRehearsedError) as refused:
        evaluate(expression, CONTEXT, GOOD)

    assert named in str(refused.value)
