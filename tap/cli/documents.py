"""JSON on stdout: one document, for programs."""

from __future__ import annotations

import json
from typing import Any, TextIO


def write_document(document: Any, stream: TextIO) -> None:
    stream.write(json.dumps(document, indent=4, ensure_ascii=False, default=str) + "\n")
    stream.flush()
