"""Names of everything in the stack. Pure: the suffix in, names out.

A logical name is `tap-<what it is>-<suffix>`, keyed by role and zone and never by an index: it is part of the URN, so
changing one replaces the resource. Where AWS's own name is not fixed here, Pulumi makes it of the logical name and
eight more characters (a dash and seven hexadecimal digits).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AUTONAME_LENGTH = 8
LONGEST_REGION = 16
"""Characters kept for a region in a bucket's name; the longest there is has 15 (`us-isof-south-1`)."""

LONGEST_SUFFIX = 63 - len("tap-backup-") - len("-123456789012-") - LONGEST_REGION
"""22: what the longest bucket name leaves of S3's 63 characters. Every other service allows more."""

_SUFFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def is_suffix(text: str) -> bool:
    """Whether every name made with that suffix is accepted by its service."""
    return len(text) <= LONGEST_SUFFIX and bool(_SUFFIX.fullmatch(text))


@dataclass(frozen=True)
class Names:
    """All names of one environment."""

    suffix: str

    def of(self, role: str) -> str:
        """The logical name of the resource in that role; also its `Name` tag."""
        return f"tap-{role}-{self.suffix}"

    def bucket(self, role: str, account_id: str, region: str) -> str:
        """Bucket names are shared by all of AWS's customers: the account and the region make this one ours."""
        return f"tap-{role}-{self.suffix}-{account_id}-{region}"

    def log_group(self, role: str) -> str:
        """Fixed, not random, so that the key's policy can name exactly these groups before they exist."""
        return f"/tap/{self.suffix}/{role}"

    def key_alias(self, role: str) -> str:
        return f"alias/{self.of(role)}"
