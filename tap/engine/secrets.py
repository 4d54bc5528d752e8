"""What is secret in a provider's answer: providers get plain values, so the engine marks the answer by the question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tap.engine.values import Properties, Secret, Value, contains_secret


def annotate(answer: Properties, question: Properties) -> dict[str, Value]:
    """The answer with what was secret in the question secret again: map entry by map entry, a list as a whole.

    What is not in the question is secret where it repeats a secret under its name, as `tagsAll` does that of `tags`.
    """
    is_repeating = any(key not in question for key in answer) and contains_secret(dict(question))
    secrets = frozenset(_secret_texts(question)) if is_repeating else frozenset()
    return {
        key: _annotated(value, question[key]) if key in question else _without_repeated(value, key, secrets)
        for key, value in answer.items()
    }


def _secret_texts(value: Value, name: str = "", *, within: bool = False) -> Iterator[tuple[str, str]]:
    """(name, text) of each text in a secret."""
    match value:
        case Secret(inner):
            yield from _secret_texts(inner, name, within=True)
        case str() if within and value:
            yield name, value
        case dict():
            for key, item in value.items():
                yield from _secret_texts(item, key, within=within)
        case list():
            for item in value:
                yield from _secret_texts(item, name, within=within)


def _without_repeated(value: Value, name: str, secrets: frozenset[tuple[str, str]]) -> Value:
    if not secrets:
        return value
    if isinstance(value, dict):
        return {key: _without_repeated(item, key, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_repeated(item, name, secrets) for item in value]
    return Secret(value) if isinstance(value, str) and (name, value) in secrets else value


def _annotated(value: Value, asked: Value) -> Value:
    if isinstance(value, Secret):
        return value
    if isinstance(asked, Secret):
        return Secret(value)
    if isinstance(asked, dict) and isinstance(value, dict):
        return annotate(value, asked)
    if isinstance(asked, list) and contains_secret(asked):
        return Secret(value)
    return value


def mark(outputs: Properties, inputs: Properties, additional: Iterable[str]) -> dict[str, Value]:
    """The outputs with those secret that have a secret input of their name, or are named by the program."""
    secret = {key for key, value in inputs.items() if isinstance(value, Secret)} | (set(additional) - {"id"})
    return {
        key: Secret(value) if key in secret and not isinstance(value, Secret) else value
        for key, value in annotate(outputs, inputs).items()
    }
