"""Transforms: functions of the program that rewrite a resource's, or an invoke's, request before the engine acts on it.

They run in the program's process; the SDK serves them on ports of its own. Order as Pulumi's (`resmon.RegisterResource`
in pkg/resource/deploy/source_eval.go): the resource's own, then each ancestor's, then the stack's, each seeing what the
one before made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf.message import Message

from tap.engine.registration import RefusedError
from tap.engine.values import UNKNOWN, OutputValue, Secret, Value
from tap.program.pulumirpc import alias_pb2, callback_pb2, resource_pb2
from tap.program.server import LARGEST_MESSAGE
from tap.program.unsupported import refuse_unhandled
from tap.program.wire import decode_properties, encode_properties, output_dependencies

CALLBACK_TIMEOUT: Final = 600.0
"""Seconds for one transform: it is the user's own code and may wait for what it needs."""

_CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.enable_http_proxy", 0),  # the user's proxy is not on the way to our own program
)

_RESOURCE_OPTIONS: Final[Mapping[str, str]] = {
    "depends_on": "dependencies",
    "protect": "protect",
    "ignore_changes": "ignoreChanges",
    "replace_on_changes": "replaceOnChanges",
    "version": "version",
    "aliases": "aliases",
    "provider": "provider",
    "providers": "providers",
    "custom_timeouts": "customTimeouts",
    "plugin_download_url": "pluginDownloadURL",
    "retain_on_delete": "retainOnDelete",
    "deleted_with": "deletedWith",
    "delete_before_replace": "deleteBeforeReplace",
    "additional_secret_outputs": "additionalSecretOutputs",
    "plugin_checksums": "pluginChecksums",
    "hooks": "hooks",
    "import": "importId",
    "hide_diff": "hideDiffs",
    "replace_with": "replace_with",
    "replacement_trigger": "replacement_trigger",
}
"""A transform's options and the fields of RegisterResourceRequest that say the same."""

_INVOKE_OPTIONS: Final[Mapping[str, str]] = {
    "provider": "provider",
    "plugin_download_url": "pluginDownloadURL",
    "version": "version",
    "plugin_checksums": "pluginChecksums",
}


class Transforms:
    """The transforms of one run. Raises RefusedError where one fails or asks for what is not supported."""

    def __init__(self) -> None:
        self._stack: list[callback_pb2.Callback] = []
        self._invoke: list[callback_pb2.Callback] = []
        self._own: dict[str, Sequence[callback_pb2.Callback]] = {}
        self._parents: dict[str, str] = {}
        self._channels: dict[str, grpc.aio.Channel] = {}

    def add_to_stack(self, callback: callback_pb2.Callback) -> None:
        self._stack.append(callback)

    def add_to_invokes(self, callback: callback_pb2.Callback) -> None:
        self._invoke.append(callback)

    def remember(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        """Notes a registered resource's own transforms, which are its descendants' too."""
        self._parents[urn] = request.parent
        if request.transforms:
            self._own[urn] = list(request.transforms)

    async def resource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceRequest:
        """The request as its transforms have made it."""
        callbacks = [*request.transforms, *self._of_ancestors(request.parent), *self._stack]
        if not callbacks:
            return request
        asked = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=encode_properties(_with_dependencies(request)),
            options=_resource_options(request),
        )
        for callback in callbacks:
            answer = resource_pb2.TransformResponse.FromString(await self._call(callback, asked))
            if answer.HasField("properties"):
                asked.properties.CopyFrom(answer.properties)
            if answer.HasField("options"):
                asked.options.CopyFrom(answer.options)
        return _transformed_resource(request, asked)

    async def invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeRequest:
        """The request as the invoke transforms have made it."""
        if not self._invoke:
            return request
        options = resource_pb2.TransformInvokeOptions()
        _copy_fields(request, options, {field: option for option, field in _INVOKE_OPTIONS.items()})
        asked = resource_pb2.TransformInvokeRequest(token=request.tok, args=request.args, options=options)
        for callback in self._invoke:
            answer = resource_pb2.TransformInvokeResponse.FromString(await self._call(callback, asked))
            if answer.HasField("args"):
                asked.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                asked.options.CopyFrom(answer.options)
        refuse_unhandled(asked.options, frozenset(_INVOKE_OPTIONS), f"transform of function {request.tok}")
        transformed = resource_pb2.ResourceInvokeRequest()
        transformed.CopyFrom(request)
        transformed.args.CopyFrom(asked.args)
        _copy_fields(asked.options, transformed, _INVOKE_OPTIONS)
        return transformed

    async def aclose(self) -> None:
        for channel in self._channels.values():
            await channel.close()

    def _of_ancestors(self, parent: str) -> Iterable[callback_pb2.Callback]:
        while parent:
            yield from self._own.get(parent, ())
            parent = self._parents.get(parent, "")

    async def _call(self, callback: callback_pb2.Callback, request: Message) -> bytes:
        # One program may serve its callbacks on several ports: the SDK keeps a server for each of its contexts.
        if not callback.target.startswith(("127.0.0.1:", "localhost:", "[::1]:")):
            raise RefusedError(f"a transform is served at '{callback.target}', which is not on this machine")
        channel = self._channels.get(callback.target)
        if channel is None:
            channel = grpc.aio.insecure_channel(callback.target, _CHANNEL_OPTIONS)
            self._channels[callback.target] = channel
        invoke = channel.unary_unary(
            "/pulumirpc.Callbacks/Invoke",
            request_serializer=callback_pb2.CallbackInvokeRequest.SerializeToString,
            response_deserializer=callback_pb2.CallbackInvokeResponse.FromString,
        )
        message = callback_pb2.CallbackInvokeRequest(token=callback.token, request=request.SerializeToString())
        try:
            answer: callback_pb2.CallbackInvokeResponse = await invoke(message, timeout=CALLBACK_TIMEOUT)
        except grpc.aio.AioRpcError as error:
            raise RefusedError(f"a transform failed: {error.details()}") from error
        return answer.response


def _with_dependencies(request: resource_pb2.RegisterResourceRequest) -> dict[str, Value]:
    """The inputs as output values, so that the transform sees what each depends on."""
    properties = {key: _as_output(value) for key, value in decode_properties(request.object).items()}
    for key, dependencies in request.propertyDependencies.items():
        if dependencies.urns and key in properties:
            properties[key] = _depending(properties[key], dependencies.urns)
    return properties


def _as_output(value: Value) -> Value:
    if value is UNKNOWN:
        return OutputValue(UNKNOWN)
    if isinstance(value, Secret):
        return OutputValue(UNKNOWN if value.value is UNKNOWN else _as_output(value.value), secret=True)
    if isinstance(value, dict):
        return {key: _as_output(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_output(item) for item in value]
    return value


def _depending(value: Value, dependencies: Iterable[str]) -> OutputValue:
    if isinstance(value, OutputValue):
        merged = tuple(sorted({*value.dependencies, *dependencies}))
        return OutputValue(value.value, value.secret, merged)
    return OutputValue(value, dependencies=tuple(sorted(dependencies)))


def _resource_options(request: resource_pb2.RegisterResourceRequest) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions(aliases=[alias_pb2.Alias(urn=urn) for urn in request.aliasURNs])
    _copy_fields(request, options, {field: option for option, field in _RESOURCE_OPTIONS.items()})
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        # A field without presence: an explicit False is not among the fields that are copied.
        options.delete_before_replace = request.deleteBeforeReplace
    return options


def _transformed_resource(
    request: resource_pb2.RegisterResourceRequest, asked: resource_pb2.TransformRequest
) -> resource_pb2.RegisterResourceRequest:
    options = asked.options
    refuse_unhandled(options, frozenset(_RESOURCE_OPTIONS), f"transform of {request.type} resource '{request.name}'")
    transformed = resource_pb2.RegisterResourceRequest()
    transformed.CopyFrom(request)
    transformed.ClearField("aliasURNs")  # they are among the options' aliases
    for field in _RESOURCE_OPTIONS.values():
        transformed.ClearField(field)  # type: ignore[arg-type]  # a field's name, not a literal
    _copy_fields(options, transformed, _RESOURCE_OPTIONS)
    transformed.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    transformed.object.CopyFrom(asked.properties)
    _rebuild_dependencies(transformed, decode_properties(asked.properties))
    return transformed


def _rebuild_dependencies(request: resource_pb2.RegisterResourceRequest, properties: Mapping[str, Value]) -> None:
    """Property dependencies of what is still there. The Python SDK gives back plain values: what was known stays."""
    before = {key: set(dependencies.urns) for key, dependencies in request.propertyDependencies.items()}
    request.ClearField("propertyDependencies")
    everything = set(request.dependencies)
    for key, value in properties.items():
        urns = before.get(key, set()) | output_dependencies(value)
        everything |= urns
        request.propertyDependencies[key].urns.extend(sorted(urns))
    request.ClearField("dependencies")
    request.dependencies.extend(sorted(everything))


def _copy_fields(source: Message, target: Message, names: Mapping[str, str]) -> None:
    """Copies what the source says in the named fields (name there -> name here) into the target."""
    for descriptor, value in source.ListFields():
        name = names.get(descriptor.name)
        if name is None:
            continue
        held: Any = getattr(target, name)
        if isinstance(value, Message):
            held.CopyFrom(value)
        elif hasattr(held, "MergeFrom"):  # lists and maps; protobuf 5 and 6 have no common way to ask the descriptor
            held.MergeFrom(value)
        else:
            setattr(target, name, value)
