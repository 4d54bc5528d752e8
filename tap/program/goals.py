"""The program's requests in the engine's own terms: RegisterResource -> Goal, ReadResource -> ReadGoal, ..."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from google.protobuf import struct_pb2

from tap.engine.model import Alias, CustomTimeouts, Goal, ReadGoal
from tap.engine.registration import InvokeGoal, RefusedError
from tap.engine.values import UNKNOWN, Value
from tap.program.durations import parse_duration
from tap.program.source_positions import source_position, stack_trace
from tap.program.unsupported import refuse_unhandled
from tap.program.wire import (
    UNKNOWN_SENTINEL,
    decode,
    decode_properties,
    downgrade_output_values,
    output_dependencies,
)

if TYPE_CHECKING:
    from tap.program.pulumirpc import alias_pb2, resource_pb2

# Fields that say what the sender would understand. They are handled by never sending more.
_CAPABILITIES: Final = frozenset({"accepts_byte_string", "accept_output_values"})

_ANSWER: Final = frozenset({"acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting"})
"""Fields that shape the answer; answers.py reads them."""

_REGISTER: Final = _CAPABILITIES | _ANSWER | {
    "type", "name", "parent", "custom", "object", "protect", "dependencies", "provider", "propertyDependencies",
    "deleteBeforeReplace", "deleteBeforeReplaceDefined", "version", "ignoreChanges", "additionalSecretOutputs",
    "aliasURNs", "aliases", "aliasSpecs", "importId", "customTimeouts", "providers", "replaceOnChanges",
    "pluginDownloadURL", "retainOnDelete", "deletedWith", "replace_with", "replacement_trigger", "sourcePosition",
    "stackTrace", "transforms", "hideDiffs",
}  # fmt: skip  # one name a line would be two screens

_READ: Final = _CAPABILITIES | _ANSWER | {
    "id", "type", "name", "parent", "properties", "dependencies", "provider", "version", "additionalSecretOutputs",
    "pluginDownloadURL", "sourcePosition", "stackTrace",
}  # fmt: skip

_INVOKE: Final = _CAPABILITIES | _ANSWER | {
    "tok", "args", "provider", "version", "pluginDownloadURL", "sourcePosition", "stackTrace", "dependsOn", "parent",
}  # fmt: skip


_URN_SEPARATORS: Final = 3
_TYPE_SEPARATORS: Final = 2


def register_goal(request: resource_pb2.RegisterResourceRequest, project_directory: str) -> Goal:
    """Raises RefusedError, naming the resource, for what can not be or is not supported."""
    subject = f"{request.type} resource '{request.name}'"
    refuse_unhandled(request, _REGISTER, subject)
    if request.custom:
        _require_type_token(request.type, subject)
    properties = decode_properties(request.object)
    position, trace = _source(request, project_directory)
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=downgrade_output_values(properties),
        parent=_urn(request.parent, "parent", subject),
        id=request.importId,
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=_delete_before_replace(request),
        dependencies=_urns(request.dependencies, "dependency", subject),
        property_dependencies=_property_dependencies(request, properties),
        provider=request.provider,
        providers=dict(request.providers),
        version=request.version,
        plugin_download_url=request.pluginDownloadURL,
        ignore_changes=tuple(request.ignoreChanges),
        hide_diff=tuple(request.hideDiffs),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        aliases=_aliases(request, subject),
        custom_timeouts=_custom_timeouts(request.customTimeouts, subject),
        deleted_with=_urn(request.deletedWith, "deleted_with", subject),
        replace_with=_urns(request.replace_with, "replace_with", subject),
        replacement_trigger=_replacement_trigger(request),
        source_position=position,
        stack_trace=trace,
    )


def read_goal(request: resource_pb2.ReadResourceRequest, project_directory: str) -> ReadGoal:
    """Raises RefusedError, naming the resource, for what can not be or is not supported."""
    subject = f"{request.type} resource '{request.name}'"
    refuse_unhandled(request, _READ, subject)
    _require_type_token(request.type, subject)
    position, trace = _source(request, project_directory)
    return ReadGoal(
        type=request.type,
        name=request.name,
        id=UNKNOWN if request.id == UNKNOWN_SENTINEL else request.id,
        inputs=_plain_properties(request.properties),
        parent=_urn(request.parent, "parent", subject),
        dependencies=_urns(request.dependencies, "dependency", subject),
        provider=request.provider,
        version=request.version,
        plugin_download_url=request.pluginDownloadURL,
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        source_position=position,
        stack_trace=trace,
    )


def invoke_goal(request: resource_pb2.ResourceInvokeRequest) -> InvokeGoal:
    """Raises RefusedError, naming the function, for what can not be or is not supported."""
    subject = f"function {request.tok}"
    refuse_unhandled(request, _INVOKE, subject)
    return InvokeGoal(
        token=request.tok,
        arguments=_plain_properties(request.args),
        provider=request.provider,
        version=request.version,
        plugin_download_url=request.pluginDownloadURL,
        parent=_urn(request.parent, "parent", subject),
        depends_on=_urns(request.dependsOn, "dependency", subject),
    )


def component_outputs(request: resource_pb2.RegisterResourceOutputsRequest) -> tuple[str, dict[str, Value]]:
    """The URN and its outputs. Raises RefusedError."""
    subject = f"outputs of {request.urn}"
    refuse_unhandled(request, frozenset({"urn", "outputs"}), subject)
    return _urn(request.urn, "URN", subject), _plain_properties(request.outputs)


def _plain_properties(struct: struct_pb2.Struct) -> dict[str, Value]:
    plain: dict[str, Value] = downgrade_output_values(decode_properties(struct))
    return plain


def _property_dependencies(
    request: resource_pb2.RegisterResourceRequest, inputs: Mapping[str, Value]
) -> dict[str, tuple[str, ...]]:
    """Those of the request, and those that output values carry. A request without any means: all for each."""
    if request.propertyDependencies:
        stated = {key: set(dependencies.urns) for key, dependencies in request.propertyDependencies.items()}
    else:
        stated = {key: set(request.dependencies) for key in inputs}
    for key, value in inputs.items():
        stated.setdefault(key, set()).update(output_dependencies(value))
    return {key: tuple(sorted(stated[key])) for key in sorted(stated)}


def _delete_before_replace(request: resource_pb2.RegisterResourceRequest) -> bool | None:
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        return request.deleteBeforeReplace
    return None


def _replacement_trigger(request: resource_pb2.RegisterResourceRequest) -> Value:
    if not request.HasField("replacement_trigger"):
        return None
    return downgrade_output_values(decode(request.replacement_trigger))


def _source(
    request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest, project_directory: str
) -> tuple[str, tuple[str, ...] | None]:
    trace = stack_trace(request.stackTrace.frames, project_directory) if request.HasField("stackTrace") else None
    return source_position(request.sourcePosition, project_directory), trace


def _custom_timeouts(timeouts: resource_pb2.RegisterResourceRequest.CustomTimeouts, subject: str) -> CustomTimeouts:
    seconds: dict[str, float] = {}
    problems = []
    for kind in ("create", "update", "delete", "read"):
        text = getattr(timeouts, kind)
        try:
            seconds[kind] = parse_duration(text) if text else 0
        except ValueError as error:
            problems.append(f"{kind}: {error}")
    if problems:
        listed = "; ".join(problems)
        raise RefusedError(
            f"{subject}: unable to parse custom_timeouts ({listed}): write them as '90s', '5m' or '1h30m'"
        )
    return CustomTimeouts(**seconds)


def _aliases(request: resource_pb2.RegisterResourceRequest, subject: str) -> tuple[Alias, ...]:
    urns = (Alias(urn=_urn(urn, "alias", subject)) for urn in request.aliasURNs)
    return (*urns, *(_alias(alias, subject) for alias in request.aliases))


def _alias(alias: alias_pb2.Alias, subject: str) -> Alias:
    if not alias.HasField("spec"):
        return Alias(urn=_required_urn(alias.urn, "alias", subject))
    spec = alias.spec
    return Alias(
        name=spec.name or None,
        type=spec.type or None,
        stack=spec.stack or None,
        project=spec.project or None,
        # The SDK says "the same parent" with an empty URN, and "none" with a field of its own.
        parent_urn=_urn(spec.parentUrn, "alias's parent", subject),
        no_parent=spec.noParent,
    )


def _urns(urns: Iterable[str], what: str, subject: str) -> tuple[str, ...]:
    # The SDK sends sets, in an order that changes from run to run.
    return tuple(sorted(_required_urn(urn, what, subject) for urn in urns))


def _urn(urn: str, what: str, subject: str) -> str:
    return _required_urn(urn, what, subject) if urn else ""


def _required_urn(urn: str, what: str, subject: str) -> str:
    if not urn.startswith("urn:pulumi:") or urn.count("::") < _URN_SEPARATORS:
        raise RefusedError(
            f"{subject}: the {what} '{urn}' is not a URN (urn:pulumi:<stack>::<project>::<type>::<name>)"
        )
    return urn


def _require_type_token(type: str, subject: str) -> None:
    if type.count(":") != _TYPE_SEPARATORS or not all(type.split(":")[::2]):
        raise RefusedError(f"{subject}: '{type}' is not a type token (<package>:<module>:<name>)")
