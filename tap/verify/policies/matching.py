"""Whether a text fits what a policy says: wildcards, actions, resources, ARNs. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

ANY_KEY = "<any key>"
"""Stands at the end of a resource for every key of a bucket: only a pattern that covers all of them fits it."""

_VARIABLE = re.compile(r"\$\{(?![*?$]\})")


def has_variable(text: str) -> bool:
    """Whether there is a policy variable in it (`${aws:username}`), whose value only AWS knows."""
    return bool(_VARIABLE.search(text))


@lru_cache(maxsize=1024)
def _pattern(text: str, *, fold: bool) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    spelled = "".join(parts.get(character) or re.escape(character) for character in text)
    return re.compile(spelled, re.DOTALL | (re.IGNORECASE if fold else 0))


def fits(text: str, pattern: str, *, fold: bool = False) -> bool:
    """IAM's wildcards: `*` is any text, `?` any character. fold: case makes no difference, as with actions."""
    return bool(_pattern(pattern, fold=fold).fullmatch(text))


def arn_fits(arn: str, pattern: str) -> bool:
    """ArnLike and ArnEquals, which are the same: each of the six parts by itself; no `*` reaches over a colon."""
    have, want = arn.split(":", 5), pattern.split(":", 5)
    return len(have) == len(want) == 6 and all(fits(one, other) for one, other in zip(have, want, strict=True))


def fits_in_part(resource: str, pattern: str) -> bool:
    """Whether the pattern is about some of the keys that ANY_KEY stands for, though not about all of them."""
    if not resource.endswith(ANY_KEY):
        return False
    bucket, fixed = resource.removesuffix(ANY_KEY), re.split(r"[*?]", pattern, maxsplit=1)[0]
    return fixed.startswith(bucket) or (bucket.startswith(fixed) and fixed != pattern)
