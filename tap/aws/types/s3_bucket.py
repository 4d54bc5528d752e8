"""S3: the bucket itself. Its settings are types of their own (`s3_settings`, `s3_rules`)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import batched_versions  # placeholder
