"""Declares a resource that the engine refuses, and one that hangs on it."""

from thing import Thing

first = Thing("refused")
Thing("dependent", {"of": first.id})
