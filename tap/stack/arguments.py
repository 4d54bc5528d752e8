"""What becomes of the arguments of TapStack: defaults for None, one check of all, the ranges of Pulumi's config."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, replace
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi_aws as aws

from tap.stack.errors import InvalidArgsError
from tap.stack.validation import Surroundings, problems

if TYPE_CHECKING:
    from tap_stack import TapStackArgs

_CONFIG_KEYS: Final = {"allowed_cidr": "allowed_cidr", "backup_region": "replication_region"}
"""Field -> key of Pulumi's config."""


def fill(args: TapStackArgs) -> None:
    """Put a field's default where None was given."""
    for one in fields(args):
        if getattr(args, one.name) is None:
            object.__setattr__(args, one.name, _default_of(one))


def _default_of(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return None if one.default is MISSING else one.default


def check(args: TapStackArgs, provider_region: str | None) -> None:
    """Raises InvalidArgsError unless everything is right for a provider in that region (None: not known yet)."""
    around = Surroundings(provider_region, {known.value for known in aws.Region}, pulumi.get_stack())
    if found := problems(vars(args), around):
        raise InvalidArgsError(found)


def with_config(args: TapStackArgs) -> TapStackArgs:
    """These arguments, and where the caller left the two ranges at their default, what Pulumi's config has."""
    config, default = pulumi.Config(), {one.name: one.default for one in fields(args)}
    left: dict[str, Any] = {
        name: config.get(key) for name, key in _CONFIG_KEYS.items() if getattr(args, name) == default[name]
    }
    return replace(args, **{name: value for name, value in left.items() if value is not None})
