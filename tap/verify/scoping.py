"""Read what there is to verify: the state of a stack, and its config."""

from __future__ import annotations

from tap.errors import StateError
from tap.project.config_values import as_text, full_key, has_secure
from tap.project.project import Project
from tap.project.stack_config import config_path, require_stack
from tap.project.yaml_file import read_mapping
from tap.state.checkpoint import Checkpoint
from tap.state.deployment_file import parse
from tap.state.secrets_providers import blind
from tap.state.store import StateStore


def recorded_checkpoint(project: Project, stack: str) -> Checkpoint:
    """The embedded engine's state. Raises StackNotFoundError, StateError for one that is not there or holds nothing."""
    store = StateStore(project.root, project.name, stack)
    require_stack(project, stack, store)
    return _with_resources(store.load(secrets=False), stack, "`tap up` builds it")


def exported_checkpoint(content: bytes, stack: str) -> Checkpoint:
    """The state in a file of `pulumi stack export`, without its secrets. Raises StateError."""
    return _with_resources(parse(content, stack, blind), stack, "`pulumi up` builds it")


def _with_resources(checkpoint: Checkpoint, stack: str, hint: str) -> Checkpoint:
    if not any(each.custom and not each.is_provider for each in checkpoint.resources):
        raise StateError(f"there is nothing to verify: the state of the stack '{stack}' has no resources", hint=hint)
    return checkpoint


def settings_of(project: Project, stack: str) -> dict[str, str]:
    """The plain values of the project and of Pulumi.<stack>.yaml, by full key; encrypted ones are left out."""
    path = config_path(project, stack)
    values = {key: declared.default for key, declared in project.config.items() if declared.has_default}
    written = (read_mapping(path).get("config") or {}) if path.is_file() else {}
    if isinstance(written, dict):
        values |= {full_key(str(key), project.name): value for key, value in written.items()}
    return {key: as_text(value) for key, value in values.items() if not has_secure(value)}
