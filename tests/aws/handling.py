"""One resource at a time, handled through the provider as the engine would."""

from __future__ import annotations

from tap.aws.tags import MARK_KEY


def urn_of(token):
    return f"urn:pulumi:test::one::{token}::sample"


def create(provider, token, inputs):
    """(stored inputs, what was made)."""
    checked = provider.check(urn_of(token), {}, inputs, b"seed")
    assert checked.failures == ()
    return checked.inputs, provider.create(urn_of(token), checked.inputs, 0, preview=False)


def failures(provider, token, inputs):
    """The properties that are refused before anything is touched."""
    return [failure.property for failure in provider.check(urn_of(token), {}, inputs, b"seed").failures]


def delete(provider, token, inputs, made, timeout=0):
    provider.delete(urn_of(token), made.id, inputs, made.outputs, timeout)


def changes(provider, token, inputs, made):
    return provider.diff(urn_of(token), made.id, inputs, made.outputs, inputs, ()).changes


def tags_in(described):
    """Tags as boto3 describes them, without the mark of the creation."""
    return {tag["Key"]: tag["Value"] for tag in described if tag["Key"] != MARK_KEY}
