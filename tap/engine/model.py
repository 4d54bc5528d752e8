"""What the engine decides over: resources as the state holds them, goals as the program states them, steps.

Names and meanings are Pulumi's (`resource.State`, `resource.Goal`, `deploy.Step`). Everything is frozen; a changed
resource is a new object. Resources compare by identity: during a replacement two have the same URN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tap.engine.values import Properties, Value

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDER_TYPE_PREFIX = "pulumi:providers:"


@dataclass(frozen=True, slots=True)
class CustomTimeouts:
    """Seconds; 0 means the provider's own default."""

    create: float = 0
    update: float = 0
    delete: float = 0
    read: float = 0


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource as the checkpoint holds it (Pulumi's ResourceV3). `provider` is `<urn>::<id>`, or "" for none."""

    urn: str
    custom: bool
    type: str
    id: str = ""
    delete: bool = False
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    external: bool = False
    dependencies: tuple[str, ...] = ()
    init_errors: tuple[str, ...] = ()
    provider: str = ""
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pending_replacement: bool = False
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    custom_timeouts: CustomTimeouts = CustomTimeouts()
    import_id: str = ""
    retain_on_delete: bool = False
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    created: datetime | None = None
    modified: datetime | None = None
    source_position: str = ""
    stack_trace: tuple[str, ...] | None = None
    ignore_changes: tuple[str, ...] = ()
    hide_diff: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    replacement_trigger: Value = None
    refresh_before_update: bool = False
    resource_hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown_keys: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the file that this engine does not know, kept so that rewriting the file loses nothing."""

    @property
    def is_provider(self) -> bool:
        return self.custom and self.type.startswith(PROVIDER_TYPE_PREFIX)


@dataclass(frozen=True, slots=True)
class Alias:
    """Either `urn`, or a spec: what is None is as the resource's own; `parent_urn` "" means the present parent."""

    urn: str = ""
    name: str | None = None
    type: str | None = None
    stack: str | None = None
    project: str | None = None
    parent_urn: str = ""
    no_parent: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What the program wants of one resource: a RegisterResource request in the engine's own terms.

    `provider` is a reference `<urn>::<id>` or "" (inherit, else the default provider); `providers` maps packages to
    references, for the children of a component. `parent` is "" only for the root stack. None in an option means that
    the program did not set it.
    """

    type: str
    name: str
    custom: bool
    inputs: Properties
    parent: str = ""
    id: str = ""
    protect: bool | None = None
    retain_on_delete: bool | None = None
    delete_before_replace: bool | None = None
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    plugin_download_url: str = ""
    ignore_changes: tuple[str, ...] = ()
    hide_diff: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    custom_timeouts: CustomTimeouts = CustomTimeouts()
    deleted_with: str = ""
    replace_with: tuple[str, ...] = ()
    replacement_trigger: Value = None
    source_position: str = ""
    stack_trace: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadGoal:
    """What the program wants to know of a resource that it does not manage: a ReadResource request."""

    type: str
    name: str
    id: Value
    inputs: Properties
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    provider: str = ""
    version: str = ""
    plugin_download_url: str = ""
    additional_secret_outputs: tuple[str, ...] = ()
    source_position: str = ""
    stack_trace: tuple[str, ...] | None = None


class Op(StrEnum):
    """Pulumi's display names of the step kinds."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    READ_REPLACEMENT = "read-replacement"
    READ_DISCARD = "discard"
    DISCARD_REPLACED = "discard-replaced"
    REFRESH = "refresh"
    REMOVE_PENDING_REPLACE = "remove-pending-replace"
    IMPORT = "import"
    IMPORT_REPLACEMENT = "import-replacement"


class DiffKind(StrEnum):
    """Kinds of a detailed diff's entries, as Pulumi's events spell them."""

    ADD = "add"
    ADD_REPLACE = "add-replace"
    DELETE = "delete"
    DELETE_REPLACE = "delete-replace"
    UPDATE = "update"
    UPDATE_REPLACE = "update-replace"

    @property
    def replaces(self) -> bool:
        return self.value.endswith("-replace")


class OperationType(StrEnum):
    """What an operation was doing when it was begun; Pulumi's names in `pending_operations`."""

    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"
    READING = "reading"
    IMPORTING = "importing"


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a creation is found again whose answer was lost: text that no other has, and when it was made (UTC).

    It is made with the intent, before anything is created, and is the same when the creation is tried again.
    sent_before: a run that was killed may have sent the creation; nothing has come of it yet, but still may.
    """

    text: str
    made: datetime
    sent_before: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """An operation that was begun and, as far as the file knows, not ended. `mark`: of a creation of this engine's."""

    resource: Resource
    type: OperationType
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One thing to do, or to note, with its reason: `keys` force a replacement, `diffs` are what changed.

    old: the resource of the old state, for everything but create; new: what it becomes, for everything but delete.
    `replacing`: a delete that is part of a replacement. `pending_delete`: the new half of a create-before-delete.
    """

    op: Op
    urn: str
    old: Resource | None = None
    new: Resource | None = None
    keys: tuple[str, ...] = ()
    diffs: tuple[str, ...] = ()
    detailed_diff: Mapping[str, DiffKind] = field(default_factory=dict)
    replacing: bool = False
    pending_delete: bool = False
    skipped: bool = False

    @property
    def type(self) -> str:
        resource = self.new or self.old
        assert resource is not None, "a step without a resource"  # noqa: S101  - a bug of ours, said as one
        return resource.type
