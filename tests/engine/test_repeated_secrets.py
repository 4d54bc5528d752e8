"""A provider gets plain values, and may write one of them down in other places of its answer."""

from __future__ import annotations

import pytest

from tap.engine.secrets import annotate, mark
from tap.engine.values import Secret


@pytest.mark.parametrize(
    "tags",
    [{"Owner": "me", "Key": Secret("hunter2")}, Secret({"Owner": "me", "Key": "hunter2"})],
    ids=["in it", "as a whole"],
)
def test_what_a_provider_fills_in_out_of_a_secret_is_secret(tags):
    checked = annotate(
        {"tags": {"Owner": "me", "Key": "hunter2"}, "tagsAll": {"Team": "t", "Key": "hunter2"}}, {"tags": tags}
    )
    outputs = mark({"tagsAll": {"Team": "t", "Key": "hunter2"}, "arn": "arn:x"}, checked, ())

    assert checked["tagsAll"] == {"Team": "t", "Key": Secret("hunter2")}
    assert outputs == {"tagsAll": {"Team": "t", "Key": Secret("hunter2")}, "arn": "arn:x"}


def test_what_only_happens_to_be_the_same_text_is_not():
    answer = {"port": "80", "ports": ["80"], "Key": "", "other": {"Key": "80"}}

    assert annotate(answer, {"password": Secret("80"), "empty": {"Key": Secret("")}}) == answer
