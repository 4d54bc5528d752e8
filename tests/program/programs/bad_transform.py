"""A transform that raises."""

import pulumi
from thing import Thing


def broken(_):
    raise ValueError("the transform broke")


Thing("never", {}, pulumi.ResourceOptions(transforms=[broken]))
