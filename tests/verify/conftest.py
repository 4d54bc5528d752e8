"""The built stack that all tests of verify share."""

from __future__ import annotations

from functools import partial

import pytest

from tap.verify.facts import Facts
from tests.integration.stories import told_once
from tests.verify.story import Story, tell


@pytest.fixture(scope="session")
def story(tmp_path_factory) -> Story:
    folder = tmp_path_factory.getbasetemp() / "verified"
    return told_once(tmp_path_factory, "verified", partial(tell, folder))


@pytest.fixture(scope="session")
def good(story) -> Facts:
    """What there is of the stack as `tap up` builds it."""
    return story.good
