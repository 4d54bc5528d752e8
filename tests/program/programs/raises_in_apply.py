"""Raises once the first resource is there."""

from thing import Thing


def fail(_):
    raise ValueError("the apply broke")


Thing("made").id.apply(fail)
