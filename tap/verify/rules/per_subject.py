"""Rules that judge one thing at a time: where one can not be judged, the others still are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tap.verify.facts import Facts
from tap.verify.facts.seen import CannotTellError
from tap.verify.finding import Doubt, Flaw
from tap.verify.rule import Judge

Subject = TypeVar("Subject")


def of_each(
    subjects: Callable[[Facts], Iterable[Subject]], name: Callable[[Subject], str]
) -> Callable[[Callable[[Facts, Subject], Iterator[Flaw]]], Judge]:
    """Makes a rule of what judges one subject. name: what it is called if it can not be judged."""

    def decorate(judge_one: Callable[[Facts, Subject], Iterator[Flaw]]) -> Judge:
        def judge(facts: Facts) -> Iterator[Flaw | Doubt]:
            for subject in subjects(facts):
                try:
                    yield from judge_one(facts, subject)
                except CannotTellError as error:
                    yield Doubt(name(subject), str(error))

        return judge

    return decorate
