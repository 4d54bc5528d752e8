"""What a state's export says, read without opening a secret: resources, outputs, what is pending. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks special values."""

_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  - the mark of a secret, no secret
_STACK_TYPE: Final = "pulumi:pulumi:Stack"
_TAP_STACK_TYPE: Final = "tap:stack:TapStack"
_PROVIDER_PREFIX: Final = "pulumi:providers:"


@dataclass(frozen=True, slots=True)
class Found:
    """A resource that a provider manages. region: where it is, "" where the state does not tell."""

    urn: str
    type: str
    id: str
    region: str


@dataclass(frozen=True, slots=True)
class Pending:
    """An operation that was begun and, as far as the state knows, not ended. parent, provider: "" for none."""

    urn: str
    type: str
    operation: str
    parent: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """The text of `stack export`, "" for a stack that has no state yet."""

    text: str

    @property
    def serial(self) -> str:
        """By which a state is told from every other: two runs never leave the same one, for it holds their times."""
        return hashlib.sha256(json.dumps(self._deployment, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def resources(self) -> tuple[Found, ...]:
        """Those that are in the cloud: without components, providers, and what is only read."""
        return tuple(
            Found(each["urn"], each["type"], each.get("id", ""), _text(each.get("outputs", {}).get("region")))
            for each in self._listed("resources")
            if each.get("custom") and not each.get("external") and not each.get("delete")
            if not each["type"].startswith(_PROVIDER_PREFIX)
        )

    @property
    def is_tap_stack(self) -> bool:
        """Whether it is the stack that the rules of `tap verify` are about."""
        return any(each["type"] == _TAP_STACK_TYPE for each in self._listed("resources"))

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs; each secret reads `[secret]`."""
        for each in self._listed("resources"):
            if each["type"] == _STACK_TYPE:
                return {name: _masked(value) for name, value in sorted(each.get("outputs", {}).items())}
        return {}

    @property
    def pending(self) -> tuple[Pending, ...]:
        return tuple(
            Pending(
                each["resource"]["urn"],
                each["resource"]["type"],
                each["type"],
                each["resource"].get("parent", ""),
                each["resource"].get("provider", ""),
            )
            for each in self._listed("pending_operations")
        )

    @property
    def _deployment(self) -> Mapping[str, Any]:
        deployment = json.loads(self.text).get("deployment") if self.text else None
        return deployment or {}

    def _listed(self, key: str) -> Iterator[Mapping[str, Any]]:
        yield from self._deployment.get(key) or ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_SIGNATURE) == _SECRET:
            return "[secret]"
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return value
