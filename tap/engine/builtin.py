"""The package `pulumi`, which the engine itself provides: other stacks' outputs, as `StackReference` reads them.

Texts and shapes are those of Pulumi's own builtin provider (`pkg/resource/deploy/builtins.go`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tap.engine.provider import CheckFailure, CheckResult, CreateResult, DiffResult, Provider, ProviderError, ReadResult
from tap.engine.urn import type_of
from tap.engine.values import Properties, contains_secret

if TYPE_CHECKING:
    from tap.engine.model import Mark

PACKAGE: Final = "pulumi"
STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
READ_OUTPUTS: Final = "pulumi:pulumi:readStackOutputs"

StackOutputs = Callable[[str], Properties | None]
"""The outputs of the stack of this name, as its state has them; None for a stack that there is not.

Raises ProviderError for a name that can be none's, and for a state that can not be read.
"""


def no_stacks(_name: str) -> Properties | None:
    """Where there is no other stack to look at."""
    return None


class BuiltinProvider:
    """Implements `tap.engine.provider.Provider` for the package `pulumi`. It changes nothing anywhere."""

    def __init__(self, stack_outputs: StackOutputs) -> None:
        self._stack_outputs = stack_outputs

    def check_config(self, urn: str, olds: Properties, news: Properties) -> CheckResult:
        return CheckResult(news)

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> DiffResult:
        return DiffResult(changes=False)

    def configure(self, inputs: Properties) -> None:
        """There is nothing to configure."""

    def check(self, urn: str, olds: Properties, news: Properties, random_seed: bytes) -> CheckResult:
        reason = (
            f"{_refusal(urn)}; use StackReference, which reads" if type_of(urn) == STACK_REFERENCE else _refusal(urn)
        )
        return CheckResult(news, (CheckFailure("", reason),))

    def diff(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> DiffResult:
        return DiffResult(changes=False)

    def create(
        self, urn: str, inputs: Properties, timeout: float, *, preview: bool, mark: Mark | None = None
    ) -> CreateResult:
        raise ProviderError(_refusal(urn))

    def read(self, urn: str, id: str, inputs: Properties, outputs: Properties) -> ReadResult | None:
        if type_of(urn) != STACK_REFERENCE:
            raise ProviderError(_refusal(urn))
        name = inputs.get("name") or id
        if not isinstance(name, str):
            raise ProviderError("a stack reference's name is a text")
        found = self._outputs_of(name)
        secret = sorted(key for key, value in found.items() if contains_secret(value))
        return ReadResult(id, dict(inputs), {"name": name, "outputs": dict(found), "secretOutputNames": secret})

    def update(
        self,
        urn: str,
        id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        *,
        preview: bool,
        ignore_changes: tuple[str, ...] = (),
    ) -> Properties:
        raise ProviderError(_refusal(urn))

    def delete(self, urn: str, id: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        """Nothing was made."""

    def invoke(self, token: str, arguments: Properties) -> Properties:
        if token != READ_OUTPUTS:
            raise ProviderError(f"the embedded engine has no function '{token}'")
        name = str(arguments.get("name", ""))
        return {"name": name, "outputs": dict(self._outputs_of(name))}

    def cancel(self) -> None:
        """Nothing waits."""

    def _outputs_of(self, name: str) -> Properties:
        found = self._stack_outputs(name)
        if found is None:
            raise ProviderError(
                f'unknown stack "{name}"', hint="`tap up --stack` makes it; its state is in .tap/.pulumi"
            )
        return found


def _refusal(urn: str) -> str:
    return f"the embedded engine does not manage resources of the type '{type_of(urn)}'"


def with_builtin(factory: Callable[[str], Provider], stack_outputs: StackOutputs) -> Callable[[str], Provider]:
    """The factory of providers, which also has the package that the engine itself provides."""

    def make(package: str) -> Provider:
        return BuiltinProvider(stack_outputs) if package == PACKAGE else factory(package)

    return make
