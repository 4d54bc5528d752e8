"""Pulumi.<stack>.yaml: the config of a stack, with the project's defaults, secrets decrypted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap.errors import StackNotFoundError
from tap.project.config_values import as_text, fits, full_key, has_secure, opened
from tap.project.project import Project
from tap.project.yaml_file import Problems, read_mapping
from tap.state.json_text import from_json
from tap.state.passphrase import DamagedSecretError
from tap.state.paths import stack_names

if TYPE_CHECKING:
    from tap.state.store import StateStore


@dataclass(frozen=True, slots=True)
class StackConfig:
    """values: `namespace:name` to text, JSON for lists and mappings; secret_keys: those of them that are secret.

    as_written: the same with encrypted values as the file has them, for the history.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    secret_keys: tuple[str, ...] = ()
    as_written: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"StackConfig({', '.join(self.values)})"

    @property
    def secrets(self) -> tuple[Any, ...]:
        """The secret values, opened; of a list or mapping all that is in it, too."""
        return tuple(value for key in self.secret_keys for value in (self.values[key], _parsed(self.values[key])))

    @property
    def disabled_default_providers(self) -> tuple[str, ...]:
        """The packages of `pulumi:disable-default-providers`, `*` for all."""
        text = self.values.get("pulumi:disable-default-providers")
        packages = from_json(text) if text else ()
        return tuple(str(package) for package in packages)


def _parsed(text: str) -> Any:
    """What a text is as JSON; the text itself where it is none."""
    try:
        return from_json(text)
    except ValueError:
        return text


def config_path(project: Project, stack: str) -> Path:
    return project.root / project.stack_config_directory / f"Pulumi.{stack}.yaml"


def list_stacks(project: Project) -> tuple[str, ...]:
    """The stacks that have a file or a state, sorted."""
    folder = project.root / project.stack_config_directory
    files = {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in folder.glob("Pulumi.?*.yaml")}
    return tuple(sorted(files | set(stack_names(project.root, project.name))))


def require_stack(project: Project, stack: str, store: StateStore) -> None:
    """Raises StackNotFoundError for a stack that has neither a file nor a state."""
    if not config_path(project, stack).is_file() and not store.exists:
        raise StackNotFoundError(stack)


def load_stack_config(project: Project, stack: str, store: StateStore) -> StackConfig:
    """The config of the stack; what the state's store writes is encrypted with the file's salt from now on.

    Raises StackNotFoundError, UsageError with all that is wrong in the file, PassphraseError for secrets that can not
    be read.
    """
    require_stack(project, stack, store)
    path = config_path(project, stack)
    document = read_mapping(path) if path.is_file() else {}
    problems = Problems(path)
    salt = _salt(document, problems)
    written = _written(document.get("config"), project, problems)
    _check(document, written, project, salt, problems)
    problems.raise_if_any()
    crypter = store.config_crypter(salt)
    values: dict[str, str] = {}
    for key, value in written.items():
        try:
            values[key] = as_text(opened(value, crypter.decrypt))
        except (DamagedSecretError, ValueError) as error:
            problems.add(f"config.{key}", str(error))
    problems.raise_if_any()
    secret = tuple(key for key, value in written.items() if has_secure(value) or _declared_secret(project, key))
    return StackConfig(values, secret, _for_history(written, secret))


def _salt(document: Mapping[str, Any], problems: Problems) -> str:
    salt = document.get("encryptionsalt") or ""
    if not isinstance(salt, str):
        problems.add("encryptionsalt", f"a text is expected, found {type(salt).__name__}")
        return ""
    return salt


def _written(config: Any, project: Project, problems: Problems) -> dict[str, Any]:
    """The project's defaults and the stack's values over them, by full key, as written."""
    values = {key: declared.default for key, declared in project.config.items() if declared.has_default}
    if config is None:
        return values
    if not isinstance(config, dict):
        problems.add("config", f"a mapping is expected, found {type(config).__name__}")
        return values
    given: dict[str, Any] = {}
    for key, value in config.items():
        full = full_key(str(key), project.name)
        if full in given:
            problems.add(f"config.{key}", f"{full} is there twice, with and without its namespace")
        given[full] = value
    return {**values, **given}


def _check(
    document: Mapping[str, Any], written: Mapping[str, Any], project: Project, salt: str, problems: Problems
) -> None:
    if document.get("environment"):
        problems.add("environment", "the embedded engine imports no Pulumi ESC environments: give the values in config")
    for key, problem in _value_problems(written, project):
        problems.add(f"config.{key}", problem)
    provider = document.get("secretsprovider") or "passphrase"
    secrets = [key for key, value in written.items() if has_secure(value)]
    if secrets and provider != "passphrase":
        problems.add("secretsprovider", f"{provider!r} is not supported for {', '.join(secrets)}: only passphrase is")
    elif secrets and not salt:
        problems.add("encryptionsalt", f"it is missing, but these are encrypted: {', '.join(secrets)}")


def _value_problems(written: Mapping[str, Any], project: Project) -> Iterator[tuple[str, str]]:
    for key, declared in project.config.items():
        if key not in written:
            yield key, f"Pulumi.yaml declares this key, with the type {declared.type or 'any'} and no default: give it"
        elif not fits(written[key], declared.type):
            found = "another" if declared.secret else repr(written[key])
            yield key, f"Pulumi.yaml declares the type {declared.type}, found {found}"
    disabled = written.get("pulumi:disable-default-providers")
    if disabled is not None and not isinstance(disabled, list):
        yield "pulumi:disable-default-providers", f"a list of packages is expected, found {disabled!r}"


def _declared_secret(project: Project, key: str) -> bool:
    return key in project.config and project.config[key].secret


def _for_history(written: Mapping[str, Any], secret: tuple[str, ...]) -> dict[str, Any]:
    """As Pulumi's history has it. What only Pulumi.yaml calls secret stands there in clear, and so is left out."""
    return {
        key: value if isinstance(value, (dict, list)) else as_text(value)
        for key, value in written.items()
        if has_secure(value) or key not in secret
    }
