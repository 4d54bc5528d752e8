"""Every policy document through auditors that others wrote: parliament and cloudsplaining. Only with `--audit`.

They are an extra (`pip install tapstack[audit]`): a hundred megabytes, and seconds to load.
"""

from __future__ import annotations

PARLIAMENT, CLOUDSPLAINING = "audit-parliament", "audit-cloudsplaining"

NAMES = (PARLIAMENT, CLOUDSPLAINING)
"""Rules that are only there with `--audit`."""
