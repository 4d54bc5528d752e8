"""What stops a registration or a step; the deployment turns it into diagnostics."""

from __future__ import annotations

from tap.engine.events import Diagnostic


class GenerationError(Exception):
    """There are no steps for this registration, and the run can not go on: why, in diagnostics."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(diagnostic.message for diagnostic in diagnostics))
        self.diagnostics = diagnostics


class StepFailedError(Exception):
    """A step could not be done. What it did do is in the state."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
