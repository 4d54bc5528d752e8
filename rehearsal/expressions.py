"""GitHub's expressions, as far as our workflows use them; anything else is refused by name.

Known: strings, true, false, null; names with dots; `==`, `!=`, `!`, `&&`, `||`, parentheses; the four status functions.
Meaning as in https://docs.github.com/en/actions/reference/workflows-and-actions/expressions: strings compare without
case, `&&` and `||` give one of their sides, what is not there is null, and null and "" are false.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rehearsal.errors import NotRehearsedError

Value = str | bool | None
Context = Mapping[str, Mapping[str, object]]
"""Name of a context -> its properties, which may be mappings again."""

STATUS = ("success", "failure", "cancelled", "always")
_WORD = re.compile(r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>==|!=|&&|\|\||[!(),]))")
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def evaluate(expression: str, context: Context, status: Mapping[str, bool]) -> Value:
    """The value of an expression, without `${{ }}` around it. Raises NotRehearsedError for what is not known."""
    reader = _Reader(_words(expression), expression, context, status)
    value = reader.either()
    if reader.words:
        raise NotRehearsedError(f"expression {expression!r}: {reader.words[0]!r} is not known there")
    return value


def condition(text: str, context: Context, status: Mapping[str, bool]) -> bool:
    """Whether an `if:` holds. One that asks for no status holds only on success."""
    expression = _bare(text) or "success()"
    asked = any(re.search(rf"\b{name}\(\)", expression) for name in STATUS)
    return (asked or status["success"]) and bool(evaluate(expression, context, status))


def interpolate(text: str, context: Context, status: Mapping[str, bool]) -> str:
    """The text with every `${{ }}` in it replaced by its value."""
    return _INSERTED.sub(lambda found: _shown(evaluate(found[1], context, status)), text)


def _bare(text: str) -> str:
    whole = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL)
    return whole[1] if whole else text


def _words(expression: str) -> list[str]:
    words, at = [], 0
    text = expression.strip()
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise NotRehearsedError(f"expression {expression!r}: {text[at : at + 10]!r} is not known")
        words.append(found[0].strip())
        at = found.end()
    return words


def _shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else value or ""


@dataclass
class _Reader:
    """Reads the words from left to right, a method for each strength of binding."""

    words: list[str]
    expression: str
    context: Context
    status: Mapping[str, bool]

    def either(self) -> Value:
        return self._chain("||", self._both, lambda left, right: left or right)

    def _both(self) -> Value:
        return self._chain("&&", self._compared, lambda left, right: left and right)

    def _chain(self, sign: str, part: Callable[[], Value], join: Callable[[Value, Value], Value]) -> Value:
        value = part()
        while self.words[:1] == [sign]:
            self.words.pop(0)
            # Both sides are read whatever the first one is: a name that is not known must be found.
            value = join(value, part())
        return value

    def _compared(self) -> Value:
        left = self._single()
        if self.words[:1] not in (["=="], ["!="]):
            return left
        same = self.words.pop(0) == "=="
        return (_comparable(left) == _comparable(self._single())) is same

    def _single(self) -> Value:
        word = self.words.pop(0) if self.words else ""
        if word == "!":
            return not self._single()
        if word == "(":
            value = self.either()
            self._expect(")")
            return value
        if word.startswith("'"):
            return word[1:-1].replace("''", "'")
        if word in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word]
        return self._call(word) if self.words[:1] == ["("] else self._named(word)

    def _call(self, name: str) -> bool:
        if name not in STATUS:
            raise NotRehearsedError(f"expression {self.expression!r}: function {name!r} is not known")
        self._expect("(")
        self._expect(")")
        return self.status[name]

    def _named(self, name: str) -> Value:
        first, *rest = name.split(".")
        if first not in self.context or not rest:
            raise NotRehearsedError(f"expression {self.expression!r}: {name or 'its end'!r} is not known")
        value: object = self.context[first]
        for part in rest:
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None and not isinstance(value, str | bool):
            raise NotRehearsedError(f"expression {self.expression!r}: {name!r} is no single value")
        return value

    def _expect(self, sign: str) -> None:
        if self.words[:1] != [sign]:
            raise NotRehearsedError(f"expression {self.expression!r}: {sign!r} is missing")
        self.words.pop(0)


def _comparable(value: Value) -> Value:
    return value.lower() if isinstance(value, str) else value
