"""What holds data is not lost by a slip: it is protected, and no bucket is emptied, unless the stack is disposable."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_policy import EnforcementLevel, PolicyConfigSchema, ResourceValidationArgs

from policies.exposure import BUCKETS
from policies.values import UNKNOWN, is_disposable, policy, value
from tap.posture.data_loss import HOLDS_DATA

LONGEST_DELETION_WINDOW = 30
_SCHEMA = PolicyConfigSchema({"disposable": {"type": "boolean"}})
"""Where the stack itself does not say it: TapStack does, with `tap:disposable`."""


def unprotected(args: ResourceValidationArgs) -> Iterator[str]:
    lost = HOLDS_DATA.get(args.resource_type)
    if lost and not args.opts.protect and not is_disposable(args.get_config()):
        yield f"deleting it loses {lost}: set the option protect"


def emptied(args: ResourceValidationArgs) -> Iterator[str]:
    emptied_first = args.resource_type in BUCKETS and value(args.props, "forceDestroy") is True
    if emptied_first and not is_disposable(args.get_config()):
        yield "forceDestroy is on: every object and version goes with the bucket"


def short_window(args: ResourceValidationArgs) -> Iterator[str]:
    days = value(args.props, "deletionWindowInDays")
    if args.resource_type != "aws:kms/key:Key" or days in (None, UNKNOWN) or is_disposable(args.get_config()):
        return
    if days < LONGEST_DELETION_WINDOW:
        yield f"deletionWindowInDays is {days:g}: {LONGEST_DELETION_WINDOW} days leave time to change one's mind"


POLICIES = [
    policy("protected-data", "What holds data is protected.", unprotected, config_schema=_SCHEMA),
    policy("buckets-are-kept", "No bucket is emptied when it is destroyed.", emptied, config_schema=_SCHEMA),
    policy(
        "key-deletion-window",
        "A key that is deleted can be had back as long as KMS allows.",
        short_window,
        config_schema=_SCHEMA,
        enforcement_level=EnforcementLevel.ADVISORY,
    ),
]
