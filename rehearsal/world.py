"""What there is on the embedded AWS of a clone, looked at from outside."""

from __future__ import annotations

import json
from pathlib import Path

from rehearsal.acts import tap
from tests.conftest import Account
from tests.integration.inventory import Inventory, inventory


def seen_by_boto3(root: Path) -> Inventory:
    """Everything in the account, in all regions, as soon as this is called."""
    account = Account(json.loads(tap(root, "local", "status", "--json"))["endpoint"], "test")
    try:
        return inventory(account)
    finally:
        account.close()
