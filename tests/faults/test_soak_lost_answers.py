"""A small part of what `python -m soak.lost_answers` does: the real `tap up` with half of the answers lost."""

from __future__ import annotations

from soak.lost_answers import lose_answers_in
from tests.integration.project import SMALL


def test_with_half_of_the_answers_lost_there_is_all_of_the_stack_once_and_nothing_is_left_after_it(project):
    figures = lose_answers_in(project, creates=20, seed=7, **SMALL)

    assert figures.creates >= 20
    assert figures.answers_lost >= 10
    assert (figures.duplicates, figures.missing, figures.orphans) == (0, 0, 0)
