"""Registers as many resources as the config's `count` says, in chains of ten; for measuring."""

import pulumi
from thing import Thing

previous = None
for index in range(pulumi.Config().require_int("count")):
    chained = previous is not None and index % 10
    previous = Thing(f"thing-{index}", {"index": index, "of": previous.id if chained else "nobody"})
