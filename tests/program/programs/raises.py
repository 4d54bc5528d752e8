"""Raises at the top level, after one resource."""

import pulumi
from thing import Thing

Thing("made")
pulumi.export("exported", 1)


def fail():
    raise ValueError("the program broke")


fail()
