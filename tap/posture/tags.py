"""The tag rule: `environment: production` on everything that takes tags, and nothing that AWS or IAM refuses. Pure.

IAM compares tag keys without regard to case and so refuses `environment` next to `Environment`, which the rest of AWS
takes and which the stack's users ask for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

ENVIRONMENT = "production"
"""The value of `environment` on everything, whatever the suffix: compliance asks for it."""

REQUIRED: Mapping[str, str] = {"environment": ENVIRONMENT}

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
PUNCTUATION = "_.:/=+-@"
AWS_PREFIX = "aws:"


def tag_problems(
    tags: Mapping[str, str] | None, *, iam: bool, required: Mapping[str, str] = REQUIRED
) -> tuple[str, ...]:
    """What is wrong with the tags of one resource, each in words that begin with the key; () if nothing is.

    `iam`: whether the resource belongs to IAM. `required`: the tags that must be there, with exactly that value. Tags
    that AWS puts on by itself (`aws:...`) are no problem: whoever checks what a program asks for adds `form_problems`.
    """
    have = tags or {}
    found = [
        f"{key!r} is missing: must be {value!r}" if key not in have else f"{key!r} is {have[key]!r}: must be {value!r}"
        for key, value in required.items()
        if have.get(key) != value
    ]
    if iam:
        found += [f"{key!r} and {other!r} are the same key to IAM: keep one of them" for key, other in respelled(have)]
    own = [key for key in have if not key.startswith(AWS_PREFIX)]
    if len(own) > MOST_TAGS:
        found.append(f"{len(own)} tags: AWS allows {MOST_TAGS}")
    return tuple(found)


def respelled(keys: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The pairs of keys that differ in case only, alphabetically: a mapping off the wire has no order of its own."""
    seen: dict[str, str] = {}
    for key in sorted(keys):
        first = seen.setdefault(key.casefold(), key)
        if first != key:
            yield first, key


def form_problems(key: str, value: str) -> Iterator[str]:
    """What would be right about a tag that AWS does not take in this form."""
    if not 1 <= len(key) <= LONGEST_KEY:
        yield f"a key of 1 to {LONGEST_KEY} characters, not {len(key)}"
    if len(value) > LONGEST_VALUE:
        yield f"a value of at most {LONGEST_VALUE} characters, not {len(value)}"
    if key.casefold().startswith(AWS_PREFIX):
        yield f"a key that does not begin with {AWS_PREFIX!r}, which AWS keeps for itself"
    if not all(_is_allowed(character) for character in key + value):
        yield f"letters, digits, spaces and {PUNCTUATION} only (IAM takes no others)"


def _is_allowed(character: str) -> bool:
    return character in PUNCTUATION or unicodedata.category(character)[0] in "LZN"
