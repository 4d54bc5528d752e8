"""The tag rule for one resource, and whose key is a customer's."""

import pytest

from tap.posture.encryption import is_bucket_encryption, is_customer_key
from tap.posture.tags import MOST_TAGS, form_problems, tag_problems

GOOD = {"environment": "production"}


def test_the_required_tag_is_missing_or_wrong_or_right():
    assert tag_problems(GOOD, iam=False) == ()
    assert tag_problems(None, iam=False) == ("'environment' is missing: must be 'production'",)
    assert tag_problems({"environment": "dev"}, iam=False) == ("'environment' is 'dev': must be 'production'",)
    assert len(tag_problems({"Environment": "production"}, iam=False)) == 1


def test_two_spellings_of_a_key_are_a_problem_in_iam_only():
    both = GOOD | {"Environment": "dev"}

    assert tag_problems(both, iam=False) == ()
    assert tag_problems(both, iam=True) == (
        "'Environment' and 'environment' are the same key to IAM: keep one of them",
    )


def test_more_tags_than_aws_takes_are_a_problem_and_its_own_do_not_count():
    most = GOOD | {f"k{number}": "" for number in range(MOST_TAGS - 1)}

    assert tag_problems(most | {"aws:cloudformation:stack-name": "x"}, iam=False) == ()
    assert tag_problems(most | {"one": "more"}, iam=False) == ("51 tags: AWS allows 50",)


@pytest.mark.parametrize(
    ("key", "value"), [("", "v"), ("k" * 129, "v"), ("k", "v" * 257), ("AWS:k", "v"), ("k", "a;b")]
)
def test_a_tag_that_aws_refuses_has_one_problem_of_form(key, value):
    assert len(list(form_problems(key, value))) == 1
    assert list(form_problems("Cost Center", "é 4/2")) == []


@pytest.mark.parametrize(
    "key", ["1234abcd", "alias/mine", "arn:aws:kms:us-east-1:1:key/1234", "arn:aws:kms:us-east-1:1:alias/mine"]
)
def test_a_customers_key_is_one_that_is_not_awss_own(key):
    assert is_customer_key(key)


@pytest.mark.parametrize("key", [None, "", "alias/aws/sns", "arn:aws:kms:us-east-1:1:alias/aws/sns"])
def test_no_key_and_awss_own_key_are_not_a_customers(key):
    assert not is_customer_key(key)


def test_only_what_s3_knows_as_encryption_is_encryption():
    assert is_bucket_encryption("AES256")
    assert is_bucket_encryption("aws:kms")
    assert not is_bucket_encryption("none")
    assert not is_bucket_encryption(None)
