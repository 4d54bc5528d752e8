"""Raises once the first resource is there, whatever has become of the second."""

from thing import Thing


def fail(_):
    raise ValueError("the apply broke")


Thing("other")
Thing("made").id.apply(fail)
