"""Keeps secrets out of what is said: every text of a run passes here, and what is known to be secret is taken out.

Providers are told secrets in clear and may repeat them in an error; a program may print one. Pulumi masks the secrets
of the config in the same way (`logging.CreateFilter`), and like there very short ones are let pass: masking every "a"
would leave nothing to read.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote, quote_plus

from tap.engine.events import Diagnostic, Event, OutputsRegistered, PolicyViolated, Reporter, StepBegan, StepEnded
from tap.engine.values import Properties, Secret, Value

SHORTEST = 3
"""Characters; shorter secrets are not looked for."""

MASK = "[secret]"


class SecretMask:
    """The secrets that a run has met so far."""

    def __init__(self, secrets: Iterable[Value] = ()) -> None:
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Value) -> None:
        """Every text in the value is secret from now on, in each form in which programs print it."""
        new = {form for text in _texts(secret) for form in _forms(text)} - self._texts
        if new:
            self._texts |= new
            self._pattern = None

    def add_secrets_in(self, *properties: Properties) -> None:
        """Everything that is marked as a secret in them is secret from now on."""
        for each in properties:
            for secret in _secrets(dict(each)):
                self.add(secret)

    def masked(self, text: str) -> str:
        if not self._texts:
            return text
        if self._pattern is None:
            # The longest first: one secret may be the beginning of another.
            longest_first = sorted(self._texts, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return self._pattern.sub(MASK, text)


class MaskingReporter:
    """Passes events on, with what is secret taken out of the texts of diagnostics."""

    def __init__(self, reporter: Reporter, mask: SecretMask) -> None:
        self._reporter = reporter
        self.mask = mask

    def report(self, event: Event) -> None:
        match event:
            case StepBegan(step) | StepEnded(step) | OutputsRegistered(step):
                for resource in (step.old, step.new):
                    if resource is not None:
                        self.mask.add_secrets_in(resource.inputs, resource.outputs)
            case Diagnostic():
                event = replace(event, message=self.mask.masked(event.message), hint=self.mask.masked(event.hint))
            case PolicyViolated(violation):  # a pack is told secrets in clear, as a provider is
                event = PolicyViolated(replace(violation, message=self.mask.masked(violation.message)))
        self._reporter.report(event)


class MaskedBugError(Exception):
    """A bug of ours whose traceback quotes a secret: str() is the traceback without it."""


def without_secrets_told(error: Exception, mask: SecretMask) -> Exception:
    """The error itself, or, where its traceback would tell a secret, one that does not."""
    told = "".join(traceback.format_exception(error))
    masked = mask.masked(told)
    return error if masked == told else MaskedBugError(masked)


def _secrets(value: Value) -> Iterator[Value]:
    if isinstance(value, Secret):
        yield value.value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item)


def _texts(value: Value) -> Iterator[str]:
    """The texts and numbers in a secret value; not the keys of its maps."""
    if isinstance(value, Secret):
        yield from _texts(value.value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        yield str(value)


def _forms(text: str) -> Iterator[str]:
    """The text as it is, as JSON and Python quote it, and as it stands in a URL."""
    if len(text.strip()) < SHORTEST:
        return
    yield text
    yield text.strip()
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]
    yield quote(text, safe="")
    yield quote_plus(text)
    for line in text.splitlines():
        # What is printed line by line, and in a traceback indented.
        if len(line.strip()) >= SHORTEST:
            yield line.strip()
