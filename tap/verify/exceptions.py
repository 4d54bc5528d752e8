"""What somebody has accepted for a time: findings, and doubts, that do not fail `tap verify`, each with a reason. Pure
but for reading the file.

    exceptions:
      - rule: alarm-heard
        subject: "arn:aws:sns:*:tap-alarms-*" # `*` and `?` as in a shell
        reason: Whoever is on call reads the channel of the alarms.
        until: 2027-03-31 # the last day on which it counts
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tap.project.yaml_file import Problems, read_mapping
from tap.verify.facts.unseen import Unseen
from tap.verify.judgement import Excused, Judgement, NotJudged

DEFAULT_FILE = "verify-exceptions.yaml"

_KEYS = ("rule", "subject", "reason", "until")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry of the file. place: which one it is, for messages. until: the last day on which it counts."""

    rule: str
    subject: str
    reason: str
    until: date
    place: str

    def covers(self, rule: str, subject: str) -> bool:
        return rule == self.rule and fnmatchcase(subject, self.subject)


def read_exemptions(path: Path, rules: Collection[str]) -> tuple[Exemption, ...]:
    """The entries of the file. Raises UsageError with all that is wrong with it, each with its place."""
    content, problems = read_mapping(path), Problems(path)
    for key in sorted(content.keys() - {"exceptions"}):
        problems.add(key, "there is no such key; the file has the one key 'exceptions', a list")
    listed = content.get("exceptions") or []
    if not isinstance(listed, list):
        problems.add("exceptions", f"a list is expected, found {type(listed).__name__}")
        listed = []
    found = [_exemption(entry, f"exceptions[{number}]", rules, problems) for number, entry in enumerate(listed)]
    problems.raise_if_any()
    return tuple(each for each in found if each is not None)


def _exemption(entry: Any, place: str, rules: Collection[str], problems: Problems) -> Exemption | None:
    if not isinstance(entry, dict):
        problems.add(place, f"a mapping of {', '.join(_KEYS)} is expected, found {entry!r}")
        return None
    for key in sorted(map(str, entry.keys() - set(_KEYS))):
        problems.add(f"{place}.{key}", f"there is no such key; there are {', '.join(_KEYS)}")
    texts = {key: _text(entry, key, place, problems) for key in _KEYS}
    if texts["rule"] and texts["rule"] not in rules:
        near = difflib.get_close_matches(texts["rule"], rules, n=1)
        advice = f"did you mean {near[0]!r}?" if near else "`tap verify --json` names them all"
        problems.add(f"{place}.rule", f"there is no rule {texts['rule']!r}; {advice}")
    until = _date(texts["until"], place, problems)
    return Exemption(texts["rule"], texts["subject"], texts["reason"], until, place) if until else None


def _text(entry: Mapping[str, Any], key: str, place: str, problems: Problems) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        shown = "it is missing" if value is None else f"found {value!r}"
        problems.add(f"{place}.{key}", f"a text is expected, {shown}")
        return ""
    return value.strip()


def _date(text: str, place: str, problems: Problems) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.add(f"{place}.until", f"a day such as 2027-03-31 is expected, found {text!r}")
        return None


def excuse(judgement: Judgement, exemptions: Sequence[Exemption], today: date) -> Judgement:
    """The judgement without what is accepted today, and with what there is to say of the exemptions themselves."""
    current = [each for each in exemptions if each.until >= today]
    excused: list[Excused] = []
    used: set[Exemption] = set()

    def accepted(rule: str, subject: str, says: str) -> bool:
        covering = [each for each in current if each.covers(rule, subject)]
        used.update(covering)
        excused.extend(Excused(rule, subject, says, each.reason, each.until) for each in covering[:1])
        return bool(covering)

    findings = tuple(each for each in judgement.findings if not accepted(each.rule, each.subject, each.says))
    not_judged = []
    for each in judgement.not_judged:
        # What a whole area could not tell is nobody's to accept: there is no subject.
        left = tuple(one for one in each.because if not one.subject or not _may_stay(each, one, accepted))
        if left:
            not_judged.append(replace(each, because=left))
    return replace(
        judgement,
        findings=findings,
        not_judged=tuple(not_judged),
        excused=tuple(excused),
        remarks=tuple(_remarks(judgement, exemptions, used, today)),
    )


def _may_stay(judged: NotJudged, unseen: Unseen, accepted: Any) -> bool:
    return bool(accepted(judged.rule, unseen.subject, unseen.why))


def _remarks(
    judgement: Judgement, exemptions: Sequence[Exemption], used: Collection[Exemption], today: date
) -> Iterator[str]:
    for each in exemptions:
        what = f"{each.place} ({each.rule}, {each.subject})"
        if each.until < today:
            again = any(each.covers(found.rule, found.subject) for found in judgement.findings)
            yield f"{what} has expired on {each.until}" + (": what it excused counts again" if again else "")
        elif each not in used:
            yield f"{what} excuses nothing: what it was for is mended, or its subject is not spelled like that"
