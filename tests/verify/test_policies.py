"""What a policy allows, by IAM's own rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap.verify.facts.seen import CannotTellError
from tap.verify.policies.asking import allows, strangers
from tap.verify.policies.document import read_policy
from tap.verify.policies.evaluation import Request, Verdict, evaluate
from tap.verify.policies.matching import ANY_KEY, arn_fits, fits

BUCKET = "arn:aws:s3:::b"
OBJECTS = f"{BUCKET}/{ANY_KEY}"
SERVICE = "logs.us-east-1.amazonaws.com"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/tap/a"
CONTEXT = {"kms:encryptioncontext:aws:logs:arn": GROUP, "aws:sourceaccount": "123456789012", "aws:absent": None}


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", **more}


def deny(**more: Any) -> dict[str, Any]:
    return allow(**more) | {"Effect": "Deny"}


def verdict(*statements: dict[str, Any], **request: Any) -> Verdict:
    asked = {"action": "s3:GetObject", "resource": OBJECTS, "context": CONTEXT, **request}
    return evaluate([read_policy({"Statement": list(statements)})], Request(**asked)).verdict


def under(operator: str, key: str, *values: Any) -> Verdict:
    return verdict(allow(Condition={operator: {key: list(values)}}))


def test_a_denial_wins_and_what_nobody_allows_is_not_allowed():
    assert verdict(allow()) is Verdict.ALLOWED
    assert verdict(allow(), deny(Action="s3:*")) is Verdict.DENIED
    assert verdict() is Verdict.NOT_ALLOWED
    assert verdict(allow(Action="s3:PutObject")) is Verdict.NOT_ALLOWED
    assert verdict(deny(Action="s3:PutObject"), allow()) is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("action", "matches"),
    [
        ("s3:Get*", True),
        ("S3:getobject", True),
        ("*", True),
        ("s3:GetObjec?", True),
        ("s3:GetObject?", False),
        ("s3:GetObjectVersion", False),
        ("sns:*", False),
    ],
)
def test_actions_have_wildcards_and_no_case(action, matches):
    assert (verdict(allow(Action=action)) is Verdict.ALLOWED) == matches


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"{BUCKET}/*", Verdict.ALLOWED),
        ("*", Verdict.ALLOWED),
        ("arn:aws:s3:::*", Verdict.ALLOWED),
        (f"{BUCKET}/a*", Verdict.NOT_ALLOWED),
        (f"{BUCKET}/?", Verdict.NOT_ALLOWED),
        (BUCKET, Verdict.NOT_ALLOWED),
        (f"{BUCKET}/${{aws:username}}/*", Verdict.NOT_JUDGED),
    ],
)
def test_only_a_pattern_that_covers_every_key_allows_every_key(resource, expected):
    assert verdict(allow(Resource=resource)) is expected


def test_a_denial_of_some_keys_leaves_it_open_whether_all_are_allowed():
    assert verdict(allow(), deny(Resource=f"{BUCKET}/secret/*")) is Verdict.NOT_JUDGED
    assert verdict(allow(), deny(Resource="arn:aws:s3:::other/*")) is Verdict.ALLOWED
    assert verdict(allow(), deny(Resource=BUCKET)) is Verdict.ALLOWED


def test_the_negations_of_actions_and_resources():
    other_action = {"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"}
    other_resource = {"Effect": "Allow", "Action": "*", "NotResource": f"{BUCKET}/*"}

    assert verdict(other_action) is Verdict.NOT_ALLOWED
    assert verdict(other_action, action="s3:PutObject") is Verdict.ALLOWED
    assert verdict(other_resource) is Verdict.NOT_ALLOWED
    assert verdict(other_resource, resource="arn:aws:s3:::c/x") is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Verdict.ALLOWED),
        ({"AWS": "*"}, Verdict.ALLOWED),
        ({"Service": SERVICE}, Verdict.ALLOWED),
        ({"Service": ["ec2.amazonaws.com", SERVICE]}, Verdict.ALLOWED),
        ({"Service": "logs.us-west-2.amazonaws.com"}, Verdict.NOT_ALLOWED),
        ({"AWS": "arn:aws:iam::123456789012:root"}, Verdict.NOT_ALLOWED),
    ],
)
def test_a_service_is_a_principal_by_its_name(principal, expected):
    assert verdict(allow(Principal=principal), principal=SERVICE) is expected


def test_an_account_as_principal_leaves_it_to_the_accounts_own_policies_but_a_denial_meets_all_of_it():
    role = "arn:aws:iam::123456789012:role/r"
    root = {"AWS": "arn:aws:iam::123456789012:root"}

    assert verdict(allow(Principal=root), principal=role) is Verdict.NOT_JUDGED
    assert verdict(allow(Principal="*"), deny(Principal=root), principal=role) is Verdict.DENIED
    assert verdict(allow(Principal={"AWS": role}), principal=role) is Verdict.ALLOWED


def test_not_principal_is_not_judged():
    statement = allow() | {"NotPrincipal": {"AWS": "arn:aws:iam::1:root"}}

    assert verdict(statement, principal=SERVICE) is Verdict.NOT_JUDGED


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("ArnEquals", "kms:EncryptionContext:aws:logs:arn", GROUP, Verdict.ALLOWED),
        ("ArnLike", "kms:EncryptionContext:aws:logs:arn", GROUP[:-1] + "*", Verdict.ALLOWED),
        ("ArnLike", "kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:*", Verdict.NOT_ALLOWED),
        ("ArnEquals", "kms:EncryptionContext:aws:logs:arn", GROUP + "b", Verdict.NOT_ALLOWED),
        ("ArnNotEquals", "kms:EncryptionContext:aws:logs:arn", GROUP, Verdict.NOT_ALLOWED),
        ("StringEquals", "AWS:SourceAccount", "123456789012", Verdict.ALLOWED),
        ("StringEquals", "aws:SourceAccount", "12345678901?", Verdict.NOT_ALLOWED),
        ("StringLike", "aws:SourceAccount", "12345678901?", Verdict.ALLOWED),
        ("StringNotEquals", "aws:SourceAccount", "1", Verdict.ALLOWED),
        ("StringEquals", "aws:Absent", "x", Verdict.NOT_ALLOWED),
        ("StringNotEquals", "aws:Absent", "x", Verdict.ALLOWED),
        ("StringEqualsIfExists", "aws:Absent", "x", Verdict.ALLOWED),
        ("StringEqualsIfExists", "aws:SourceAccount", "1", Verdict.NOT_ALLOWED),
        ("Null", "aws:Absent", "true", Verdict.ALLOWED),
        ("Null", "aws:SourceAccount", True, Verdict.NOT_ALLOWED),
        ("Null", "aws:SourceAccount", False, Verdict.ALLOWED),
        ("StringEquals", "aws:NobodyKnows", "x", Verdict.NOT_JUDGED),
        ("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}", Verdict.NOT_JUDGED),
        ("NumericLessThan", "aws:SourceAccount", "1", Verdict.NOT_JUDGED),
        ("ForAnyValue:StringEquals", "aws:SourceAccount", "123456789012", Verdict.NOT_JUDGED),
    ],
)
def test_conditions(operator, key, value, expected):
    assert under(operator, key, value) is expected


def test_any_of_the_values_of_a_condition_is_enough_and_all_conditions_are_needed():
    both = {"StringEquals": {"aws:SourceAccount": "123456789012"}, "Null": {"aws:SourceAccount": "true"}}

    assert under("StringEquals", "aws:SourceAccount", "1", "123456789012") is Verdict.ALLOWED
    assert verdict(allow(Condition=both)) is Verdict.NOT_ALLOWED


def test_what_is_not_known_matters_only_where_it_decides():
    puzzling = {"NumericLessThan": {"s3:signatureAge": "1"}}

    assert verdict(allow(), allow(Condition=puzzling)) is Verdict.ALLOWED
    assert verdict(allow(Action="s3:PutObject", Condition=puzzling)) is Verdict.NOT_ALLOWED
    assert verdict(allow(), deny(Condition=puzzling)) is Verdict.NOT_JUDGED
    assert verdict(deny(), allow(Condition=puzzling)) is Verdict.DENIED


def test_what_is_no_policy_is_not_judged():
    for text in ("{", '{"Statement": [{"Effect": "Maybe", "Action": "*"}]}', '{"Statement": 3}', "[]"):
        ruling = evaluate([read_policy(text)], Request("s3:GetObject", OBJECTS))

        assert ruling.verdict is Verdict.NOT_JUDGED
        assert "is no policy document" in ruling.because


def test_a_single_statement_need_not_be_a_list():
    policy = read_policy({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})

    assert allows([policy], Request("s3:GetObject", OBJECTS))


def test_a_question_that_can_not_be_answered_is_an_error():
    policy = read_policy({"Statement": [allow(Condition={"DateLessThan": {"aws:CurrentTime": "2030-01-01"}})]})

    with pytest.raises(CannotTellError, match="DateLessThan"):
        allows([policy], Request("s3:GetObject", OBJECTS))


@pytest.mark.parametrize(
    ("principal", "condition", "who"),
    [
        ("*", None, ["everybody"]),
        ({"AWS": "*"}, {"Bool": {"aws:SecureTransport": "true"}}, ["everybody"]),
        ({"AWS": "*"}, {"StringEquals": {"AWS:SourceOwner": "123456789012"}}, []),
        ({"AWS": "arn:aws:iam::123456789012:root"}, None, []),
        ({"AWS": "123456789012"}, None, []),
        ({"AWS": "arn:aws:iam::999999999999:root"}, None, ["arn:aws:iam::999999999999:root"]),
        ({"Federated": "accounts.google.com"}, None, ["accounts.google.com"]),
        ({"Service": "s3.amazonaws.com"}, None, ["s3.amazonaws.com for any account"]),
        ({"Service": "s3.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": "123456789012"}}, []),
        ({"Service": "s3.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": "arn:aws:*:*:123456789012:*"}}, []),
        ({"Service": "a"}, {"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:*"}}, ["a for any account"]),
        ({"Service": "a"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:eu-west-1:9*:b"}}, ["a for any account"]),
        ({"Service": "a"}, {"StringLike": {"aws:SourceArn": "arn:aws:cloudwatch:*"}}, ["a for any account"]),
        ({"Service": "a"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::tap-*"}}, ["a for any account"]),
        ({"Service": "a"}, {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::tap-app"}}, []),
        ({"Service": "a"}, {"StringEquals": {"aws:SourceAccount": "999999999999"}}, ["a for any account"]),
        ({"Service": "a"}, {"StringNotEquals": {"aws:SourceAccount": "999999999999"}}, ["a for any account"]),
        ("*", {"StringEquals": {"aws:PrincipalAccount": ["123456789012", "999999999999"]}}, ["everybody"]),
        ("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}, ["everybody"]),
        ("*", {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}}, []),
    ],
)
def test_strangers_are_everybody_other_accounts_and_services_that_work_for_them(principal, condition, who):
    statement = allow(Sid="S", Principal=principal) | ({"Condition": condition} if condition else {})
    policy = read_policy({"Statement": [statement]})

    assert list(strangers(policy, {"123456789012"})) == [("S", each) for each in who]


def test_whether_somebody_of_the_same_organisation_is_a_stranger_is_not_judged():
    policy = read_policy(
        {"Statement": [allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})]}
    )

    with pytest.raises(CannotTellError, match="aws:PrincipalOrgID"):
        list(strangers(policy, {"123456789012"}))


def test_everybody_but_some_is_a_stranger_and_a_denial_lets_nobody_in():
    but_some = {"Sid": "S", "Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}, "Action": "*"}

    assert list(strangers(read_policy({"Statement": [but_some]}), set())) == [
        ("S", "everybody but some (NotPrincipal)")
    ]
    assert list(strangers(read_policy({"Statement": [deny(Principal="*")]}), set())) == []


_TEXTS = st.text(alphabet="ab*?.", max_size=6)


def _oracle(text: str, pattern: str) -> bool:
    """Wildcards by their definition, character by character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_oracle(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _oracle(text[1:], pattern[1:])


@given(text=_TEXTS, pattern=_TEXTS)
def test_wildcards_match_as_their_definition_says(text, pattern):
    assert fits(text, pattern) == _oracle(text, pattern)


def test_a_wildcard_in_an_arn_stays_in_its_part():
    assert arn_fits("arn:aws:s3:::b", "arn:*:s3:::*")
    assert not arn_fits("arn:aws:logs:us-east-1:1:group", "arn:aws:logs:*")
    assert not arn_fits("arn:aws:logs:us-east-1:1:group", "arn:aws:*:1:group")
