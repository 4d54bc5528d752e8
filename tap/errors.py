"""The errors that a user can cause: one tree, drawn here.

TapError
├── UsageError            exit 2   options or config that can not be
├── AuthenticationError   exit 3
├── ResourceError         exit 4   never raised by runs (Pulumi's CLI answers 1 for those); for commands of our own
├── PolicyError           exit 5   a mandatory policy is violated, or the gate of a deploy refuses
├── StackNotFoundError    exit 6
├── ChangesError          exit 7   --expect-no-changes, and there were some
├── CancelledError        exit 8
├── TimeoutExceededError  exit 9
├── NotificationError     exit 13  nobody was told; ours, as 12 is
├── RollbackFailedError   exit 12  the stack is neither the new release nor the old; Pulumi has no such code
└── StateLockedError      exit 1   as Pulumi's own CLI answers

Exit codes are those of Pulumi's CLI; a TapError of no other kind is 1, a bug of ours 255.
"""

from __future__ import annotations

from typing import ClassVar


class TapError(Exception):
    """Something a user can cause and mend: str() says what is wrong, `hint` a command or an edit that helps."""

    exit_code: ClassVar[int] = 1
    name: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(TapError):
    exit_code = 2
    name = "configuration_error"


class AuthenticationError(TapError):
    exit_code = 3
    name = "authentication_error"


class ResourceError(TapError):
    """A resource is not as it should be."""

    exit_code = 4
    name = "resource_error"


class PolicyError(TapError):
    """A mandatory policy is violated, or what was asked for would lose data that nobody gave leave to lose."""

    exit_code = 5
    name = "policy_violation"


class StackNotFoundError(TapError):
    exit_code = 6
    name = "stack_not_found"

    def __init__(self, stack: str) -> None:
        super().__init__(
            f"no stack named '{stack}' found", hint=f"add Pulumi.{stack}.yaml, or name another with --stack"
        )


class ChangesError(TapError):
    exit_code = 7
    name = "no_changes_expected"


class CancelledError(TapError):
    exit_code = 8
    name = "cancelled"
    retryable = True


class TimeoutExceededError(TapError):
    exit_code = 9
    name = "timeout"
    retryable = True


class NotificationError(TapError):
    """A message was not delivered. What it would have told of is done, and as it is."""

    exit_code = 13
    name = "not_notified"
    retryable = True


class RollbackFailedError(TapError):
    """A rollback was begun and the stack is not back where it was: somebody has to look."""

    exit_code = 12
    name = "rollback_failed"


class StateLockedError(TapError):
    name = "state_locked"
    retryable = True


class StateError(TapError):
    """The state can not be read, written or believed."""

    name = "state_error"
