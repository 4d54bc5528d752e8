"""Tells people about a run: what is said is decided in values, and one thin layer sends it."""
