"""The Pulumi program: the stack's configuration becomes TapStackArgs, those a TapStack, its ids the stack's outputs."""

from __future__ import annotations

from typing import Any

import pulumi

from tap.stack import settings
from tap.stack.errors import InvalidArgsError
from tap_stack import TapStack, TapStackArgs


def configured_args() -> TapStackArgs:
    """Every field of TapStackArgs, from `tap:<field>`. Raises InvalidArgsError with all that is wrong at once."""
    prefix = f"{settings.NAMESPACE}:"
    config: dict[str, Any] = {**pulumi.runtime.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    raw = {key.removeprefix(prefix): text for key, text in config.items() if key.startswith(prefix)}
    secret = {key for key in raw if pulumi.runtime.is_config_secret(prefix + key)}
    values, found = settings.read(raw, TapStackArgs.__annotations__, secret)
    try:
        args = TapStackArgs(**{"environment_suffix": pulumi.get_stack(), **values})
    except InvalidArgsError as error:
        found += error.problems
    if found:
        raise InvalidArgsError(found)
    return args


stack = TapStack("tap", configured_args())
for output, value in stack.stack_outputs.items():
    pulumi.export(output, value)
