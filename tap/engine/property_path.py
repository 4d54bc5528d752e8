"""Property paths as `ignoreChanges` and `replaceOnChanges` spell them: `a.b[0]["x y"]`, `a[*].b`, `*`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tap.engine.values import Properties, Secret, Value

Path = tuple[str | int, ...]
WILDCARD = "*"

_PART = re.compile(r"""\.?(?:([^.\[\]"]+)|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\])""")


def parse(text: str) -> Path:
    """The parts of a path. Raises ValueError where the text is none."""
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is no property path: nothing fits at column {position + 1}")
        plain, quoted, index, star = match.groups()
        parts.append(plain or star or (int(index) if index is not None else re.sub(r"\\(.)", r"\1", quoted or "")))
        position = match.end()
    if not parts:
        raise ValueError("an empty property path")
    return tuple(parts)


def contains(pattern: Path, path: Path) -> bool:
    """Whether the path is the pattern's place or lies under it."""
    return len(pattern) <= len(path) and all(
        want in (WILDCARD, have) for want, have in zip(pattern, path, strict=False)
    )


def reset(pattern: Path, old: Properties, new: Properties) -> tuple[Properties, bool]:
    """The new properties with everything at the pattern as it was in the old ones: gone, where it was not there.

    The second value is False where that can not be, because list elements were added or removed on the way.
    """
    result, fits = _reset(pattern, dict(old), dict(new))
    return result, fits


_ABSENT = object()


def _reset(pattern: Path, old: Value, new: Value) -> tuple[Value, bool]:
    if isinstance(new, Secret) or isinstance(old, Secret):
        inner, fits = _reset(pattern, _opened(old), _opened(new))
        return (inner if inner is _ABSENT or isinstance(inner, Secret) else Secret(inner)), fits
    if not pattern:
        return old, True
    fits = True
    for key in list(_keys(pattern[0], old, new)):
        before, after = _get(old, key), _get(new, key)
        if len(pattern) > 1 and before is _ABSENT and after is _ABSENT:
            continue
        if isinstance(key, int) and (before is _ABSENT) != (after is _ABSENT):
            return new, False
        if len(pattern) > 1 and (before is _ABSENT or after is _ABSENT):
            before, after = (before, _empty_like(before)) if after is _ABSENT else (_empty_like(after), after)
            if _empty_like(before) is _ABSENT:
                return new, False
        value, fitted = _reset(pattern[1:], before, after)
        fits = fits and fitted
        new = _set(new, key, value)
    return new, fits


def _opened(value: Value) -> Value:
    return value.value if isinstance(value, Secret) else value


def _empty_like(value: Value) -> Value:
    return {} if isinstance(value, dict) else [] if isinstance(value, list) else _ABSENT


def _keys(part: str | int, old: Value, new: Value) -> Iterator[str | int]:
    if part != WILDCARD:
        yield part
    elif isinstance(new, dict) or isinstance(old, dict):
        yield from {**(old if isinstance(old, dict) else {}), **(new if isinstance(new, dict) else {})}
    elif isinstance(new, list) and isinstance(old, list):
        yield from range(max(len(old), len(new)))


def _get(value: Value, key: str | int) -> Value:
    if isinstance(value, dict):
        return value.get(key, _ABSENT)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return _ABSENT


def _set(container: Value, key: str | int, value: Value) -> Value:
    if isinstance(container, dict):
        rest = {name: item for name, item in container.items() if name != key}
        return rest if value is _ABSENT else {**container, key: value}
    if isinstance(container, list) and isinstance(key, int) and value is not _ABSENT and key < len(container):
        return [*container[:key], value, *container[key + 1 :]]
    return container
