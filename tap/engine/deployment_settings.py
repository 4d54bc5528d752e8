"""What one run is told, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tap.engine.builtin import StackOutputs, no_stacks
from tap.engine.masking import SecretMask
from tap.engine.targets import Targets
from tap.engine.values import Value


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """What a run is told. `provider_config` maps a package to its stack config; `seed` gives 32 random bytes.

    stack_outputs: the outputs of other stacks, for `StackReference`. mask: the secrets of the config, and in time all.
    """

    project: str
    stack: str
    dry_run: bool
    parallel: int
    seed: Callable[[], bytes]
    now: Callable[[], datetime]
    provider_config: Callable[[str], Mapping[str, Value]] = field(default=lambda _: {})
    targets: Targets = field(default_factory=lambda: Targets(()))
    target_dependents: bool = False
    exclude_dependents: bool = False
    replaces: Targets = field(default_factory=lambda: Targets(()))
    continue_on_error: bool = False
    disabled_default_providers: frozenset[str] = frozenset()
    stack_outputs: StackOutputs = no_stacks
    mask: SecretMask = field(default_factory=SecretMask)
