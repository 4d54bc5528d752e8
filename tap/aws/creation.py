"""A creation whose answer may be lost: made once, whatever comes back, and found again by its mark.

An answer that says no is an answer. One that did not come, or came broken, leaves open whether AWS has done it: then
AWS is asked for what carries the mark, and only if there is nothing the creation is tried again, with the same mark.
The same goes for a creation that a run sent before it was killed: AWS may carry it out after the next run has looked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from botocore.exceptions import ClientError

from tap.aws.errors import code_of, outcome_is_unknown
from tap.aws.resource_type import Aws, Found, Made, ResourceType, Wanted
from tap.aws.tags import MARK_KEY
from tap.aws.waits import WaitTimeoutError, wait
from tap.engine.model import Mark

TRIES_MAX: Final = 8
"""How often a call is sent whose answer is lost each time."""

PATIENCE_SECONDS: Final = 0.5
"""How long AWS may not show yet what it has made. Emulators, which are all that is talked to, show it at once."""


class AnswerLostError(Exception):
    """Whether AWS has done what it was asked for can not be found out; `cause` is the last that was heard of it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


Existing = tuple[str, Found]
"""Id, and what AWS has under it, all tags included."""


@dataclass(frozen=True, slots=True)
class Creation:
    """One creation of one type. `differs`: whether what AWS has under an id is something else than what is wanted."""

    kind: ResourceType
    aws: Aws
    want: Wanted
    mark: Mark
    differs: Callable[[str, Found], bool]

    def make(self) -> Made | str:
        """Make it. Raises what the type's `make` raises, where that is certain, and AnswerLostError."""
        marked = self._marked()
        may_be_made = self.mark.sent_before
        lost: Exception | None = None
        for _ in range(TRIES_MAX):
            try:
                made = self.kind.make(self.aws, marked, self.mark.text)
            except Exception as error:
                if not may_be_made and not outcome_is_unknown(error):
                    raise
                # After a lost answer a refusal may be of what the lost call itself has made.
                if (found := self._find_after(error)) is not None:
                    return found[0]
                if not outcome_is_unknown(error):
                    raise
                may_be_made, lost = True, error
            else:
                if may_be_made:
                    # Takes away what the lost call has made after all, and late.
                    self._find_after(lost, keep=made.id if isinstance(made, Made) else made)
                return made
        assert lost is not None, "a loop without a turn"  # noqa: S101  - a bug of ours, said as one
        raise AnswerLostError(lost)

    def find(self, keep: str = "") -> Existing | None:
        """What a creation with this mark has made; None if AWS, after a little patience, shows nothing.

        There may be a second where a lost call took longer than its repetition: it is taken away, never `keep`.
        """
        what = "what was made to appear"
        try:
            return wait(self.aws, lambda: self._existing(keep), what=what, seconds_max=PATIENCE_SECONDS)
        except WaitTimeoutError:
            return None

    def _find_after(self, error: Exception | None, keep: str = "") -> Existing | None:
        try:
            return self.find(keep)
        except Exception as unable:
            raise AnswerLostError(unable) from error

    def _existing(self, keep: str) -> Existing | None:
        ids = sorted(self._ids(), key=lambda id: (id != keep, id))
        found = [(id, have) for id in ids if (have := self._have(id)) is not None and self._is_own(id, have)]
        for id, have in found[1:]:
            self.kind.remove(self.aws, id, have)
        return found[0] if found else None

    def _ids(self) -> Collection[str]:
        try:
            return self.kind.made_ids(self.aws, self._marked(), self.mark.text)
        except ClientError as error:
            if code_of(error) in self.kind.gone:
                return ()
            raise

    def _have(self, id: str) -> Found | None:
        try:
            return self.kind.find(self.aws, id, self.want)
        except ClientError as error:
            if code_of(error) in self.kind.gone:
                return None
            raise

    def _is_own(self, id: str, have: Found) -> bool:
        """Whether it is of this creation, and was not there before."""
        if self.kind.marked_by_tag:
            return bool(have["tags"].get(MARK_KEY) == self.mark.text)
        made = self.kind.made_at(self.aws, id)
        if made is not None:
            return made >= _whole_seconds(self.mark.made)
        return not self.differs(id, have)

    def _marked(self) -> Wanted:
        if not self.kind.marked_by_tag:
            return self.want
        return {**self.want, "tags": {**self.want.get("tags", {}), MARK_KEY: self.mark.text}}


def _whole_seconds(time: datetime) -> datetime:
    """AWS tells times of creation in whole seconds."""
    return time.replace(microsecond=0)
