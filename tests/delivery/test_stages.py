"""What people are told of the stages of a deploy, a rollback and a rehearsal."""

from __future__ import annotations

import re

from tap.cli.views.delivery_view import STAGES
from tests.integration.project import ROOT


def test_every_stage_that_is_begun_is_told_in_words():
    sources = "".join(path.read_text() for path in (ROOT / "tap" / "delivery").rglob("*.py"))

    assert set(re.findall(r'\bbegin\("(\w+)"', sources)) == STAGES.keys()
