"""What there is on the embedded AWS of a clone, looked at from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.acts import tap
from tests.conftest import Account
from tests.integration.inventory import Inventory, inventory

__all__ = ["Inventory", "account_of", "seen_by_boto3"]


@contextmanager
def account_of(root: Path) -> Iterator[Account]:
    """The account in which everything is."""
    account = Account(json.loads(tap(root, "local", "status", "--json"))["endpoint"], "test")
    try:
        yield account
    finally:
        account.close()


def seen_by_boto3(root: Path) -> Inventory:
    """Everything in the account, in all regions."""
    with account_of(root) as account:
        return inventory(account)
