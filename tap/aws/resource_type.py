"""The contract of an AWS resource type: facts, four verbs, how a creation is found again. All else is written once.

A type never has a create path and an update path: a creation is `make`, then `mend`; an update is `mend`; a refresh
is `find`. So what `mend` compares with is what AWS has, never what the state believes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

Client = Any
"""A boto3 client: boto3 makes its methods at run time, so Any is all that can be said of it."""

Wanted = Mapping[str, Any]
"""A resource's inputs as the program wants them: camelCase keys of the Pulumi type, defaults filled in.

A property that was left out is not in it, nor is one that is null; there is no `__defaults` at any level. `tags` are
all that the resource must carry (the provider's default tags merged under its own); there is no `tagsAll`.
"""

Found = dict[str, Any]
"""A resource's outputs as AWS has them: camelCase keys of the Pulumi type. What is left out is at its empty value.

`tags` are all tags of the resource; `tagsAll`, `region` and `__meta` are put in by the provider. `id` is in it only
where the state must keep another id than the one asked for (an import by another name). An input that AWS does not
know (`forceDestroy`) is copied from `want`.
"""


class Aws(Protocol):
    """One configured provider: its clients, and the facts of its account."""

    @property
    def region(self) -> str:
        """The resource's region: its own `region`, else the provider's."""
        ...

    @property
    def account_id(self) -> str: ...

    @property
    def partition(self) -> str: ...

    @property
    def seconds_max(self) -> float:
        """How long this call may wait: the program's custom timeout, else the type's, else 20 minutes."""
        ...

    def client(self, service: str) -> Client:
        """The boto3 client of a service in the resource's region."""
        ...

    def cancelled(self) -> bool:
        """Whether the run wants waits to end now."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A creation whose answer told everything: `have` is what `find` would say now, so that nobody need ask.

    complete False: `have` is only what `mend` compares with, and `find` is asked once after it.
    """

    id: str
    have: Found
    complete: bool = True


@dataclass(frozen=True, slots=True)
class GeneratedName:
    """How the real provider names a resource whose name property the program leaves out: `<logical>-<7 hex digits>`."""

    property: str
    max_length: int
    lower_case: bool = False
    prefix: str = ""
    suffix_if: tuple[str, str] = ("", "")
    """(input, suffix): the suffix is put behind the name when this boolean input is true (`.fifo`)."""


class ResourceType(ABC):
    """One AWS type of Pulumi's. Subclasses register themselves by their token; two of one token are an import error."""

    registry: ClassVar[dict[str, type[ResourceType]]] = {}
    """Every class that was imported, by its token. `tap.aws.registry` imports them all."""

    token: ClassVar[str]
    """The Pulumi type, such as `aws:ec2/vpc:Vpc`."""

    supported: ClassVar[frozenset[str]]
    """The inputs that this class honours, all the way to AWS. Any other input of the type is refused by name."""

    replace_on: ClassVar[frozenset[str]] = frozenset()
    """Inputs that can not be changed in place."""

    defaults: ClassVar[Wanted] = {}
    """The provider's own truthy defaults: they go into the stored inputs and are listed in `__defaults`."""

    computed: ClassVar[frozenset[str]] = frozenset()
    """Nested inputs that AWS fills in when they are left out: then there is no change. Dotted paths, no indexes
    (`rules.status`). The top-level ones (Terraform's Optional and Computed) are known from the schema.
    """

    name: ClassVar[GeneratedName | None] = None
    json_properties: ClassVar[frozenset[str]] = frozenset()
    """Inputs that are JSON documents: compared by meaning, and stored as normalised text."""

    set_properties: ClassVar[frozenset[str]] = frozenset()
    """Lists (dotted paths, without indexes, for nested ones) whose order means nothing."""

    gone: ClassVar[frozenset[str]] = frozenset()
    """AWS's error codes that say that the resource does not exist."""

    regional: ClassVar[bool] = True
    """Whether the type has the `region` argument (all but IAM's)."""

    taggable: ClassVar[bool] = False
    marked_by_tag: ClassVar[bool] = False
    """Whether `make` gives it all wanted tags in the call that creates it, and so the mark, which is one of them."""

    settles: ClassVar[frozenset[str]] = frozenset()
    """What `settle` changes, where it changes something: a creation that failed before it is not complete."""

    plugin_framework: ClassVar[bool] = False
    """Written on Terraform's newer framework: no `__defaults`, and `tagsAll` is no input."""

    delete_before_replace: ClassVar[bool] = False
    """Whether the real provider deletes first on every replacement of this type."""

    schema_version: ClassVar[int] = 0
    timeouts: ClassVar[Mapping[str, int]] = {}
    """Seconds for create, update, delete, where the provider has such; bounds of our waits, and part of `__meta`."""

    actions: ClassVar[frozenset[str]] = frozenset()
    """The IAM actions that this class calls."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        token = cls.__dict__.get("token")
        if token is None:
            return  # a common base of several types
        if token in cls.registry:
            raise TypeError(f"{cls.__name__} and {cls.registry[token].__name__} both say that they are {token}")
        cls.registry[token] = cls

    @abstractmethod
    def make(self, aws: Aws, want: Wanted, mark: str) -> str | Made:
        """Create it and return its id at once, without a wait: what fails later must not lose it. `mend` does the rest.

        `mark` is unique to this creation and the same when it is tried again: a client token where AWS takes one.
        Where AWS's answer says all that `find` would, return it as `Made`: no other read is then needed.
        """

    def settle(self, aws: Aws, id: str) -> Found | None:
        """What belongs to a creation and needs the id, such as taking away what AWS puts into every new one.

        Called after a `make` that returned a bare id, and again until it has succeeded once. Returns what `find` would
        say now, where it knows.
        """
        return None

    @abstractmethod
    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> Collection[str]:
        """The ids under which `make` with these arguments may have made something, where its answer was lost.

        Looked up by the mark where AWS gives the id; where a name or what it belongs to is the id, that one. Whether
        there is anything, and whether it was there before, is asked afterwards (`find`, `marked_by_tag`, `made_at`).
        Raising a ClientError with a code in `gone` means none.
        """

    def made_at(self, aws: Aws, id: str) -> datetime | None:
        """When AWS made what is not marked by a tag; None where AWS does not tell.

        Then what has just the wanted inputs counts as made by this creation.
        """
        return None

    @abstractmethod
    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        """What AWS has under this id now, or None. `want`: the last known inputs (empty on an import).

        What is still on its way in is waited for.
        Raising a ClientError with a code in `gone` means None too.
        """

    @abstractmethod
    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        """Change in place what differs between `have` and `want`. `before`: the last run's inputs, {} on a creation.

        An input that is in `before` and no longer in `want` goes back to AWS's default.
        """

    @abstractmethod
    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        """Delete it and wait until it is gone. `have`: the last known outputs. A code in `gone` is fine."""

    def import_id(self, id: str) -> str:
        """The id under which the state keeps what a user imports by `id`, where the two differ."""
        return id

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        """(property, problem) for what the real provider's own schema would refuse; UNKNOWN may occur anywhere."""
        return []

    def replaces(self, before: Wanted, want: Wanted) -> frozenset[str]:
        """Further inputs that, changed in this way, force a replacement."""
        return frozenset()

    def canonical(self, property: str, value: Any) -> Any:
        """The value in the one form in which want and have are compared."""
        return value
