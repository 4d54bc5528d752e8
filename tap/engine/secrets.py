"""What is secret in a provider's answer: providers get plain values, so the engine marks the answer by the question."""

from __future__ import annotations

from collections.abc import Iterable

from tap.engine.values import Properties, Secret, Value, contains_secret


def annotate(answer: Properties, question: Properties) -> dict[str, Value]:
    """The answer with what was secret in the question secret again: map entry by map entry, a list as a whole."""
    return {key: _annotated(value, question[key]) if key in question else value for key, value in answer.items()}


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
