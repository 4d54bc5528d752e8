"""Our aws provider as a plugin of the Pulumi CLI: `pulumi-resource-aws`, over the embedded AWS at TAP_TEST_ENDPOINT.

So the real engine runs the real program with the same provider that our engine has: where their states or their steps
differ, an engine differs.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from tap.aws.provider import AwsProvider
from tap.engine.model import DiffKind
from tap.engine.provider import CheckResult, DiffResult, PartialFailureError, ProviderError
from tap.local_aws.clients import Clients
from tap.program.wire import decode_properties, encode_properties
from tests.pulumi_cli.serving import serve

CALLS_AT_ONCE = 32
_INITIALIZATION_FAILED = b"type.googleapis.com/pulumirpc.ErrorResourceInitFailed"


class AwsPlugin(provider_pb2_grpc.ResourceProviderServicer):
    """Each call is handed to `AwsProvider` as it is."""

    def __init__(self, provider: AwsProvider) -> None:
        self._provider = provider

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=os.environ["TAP_TEST_AWS_VERSION"])

    def CheckConfig(self, request: Any, context: Any) -> Any:
        olds, news = decode_properties(request.olds), decode_properties(request.news)
        return _checked(self._provider.check_config(request.urn, olds, news))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        inputs, outputs, news = map(decode_properties, (request.old_inputs, request.olds, request.news))
        return _diffed(self._provider.diff_config(request.urn, inputs, outputs, news))

    def Configure(self, request: Any, context: Any) -> Any:
        self._provider.configure(decode_properties(request.args))
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        olds, news = decode_properties(request.olds), decode_properties(request.news)
        return _checked(self._provider.check(request.urn, olds, news, request.randomSeed))

    def Diff(self, request: Any, context: Any) -> Any:
        inputs, outputs, news = map(decode_properties, (request.old_inputs, request.olds, request.news))
        ignored = tuple(request.ignoreChanges)
        return _diffed(self._provider.diff(request.urn, request.id, inputs, outputs, news, ignored))

    def Create(self, request: Any, context: Any) -> Any:
        inputs = decode_properties(request.properties)
        try:
            made = self._provider.create(request.urn, inputs, request.timeout, preview=request.preview)
        except ProviderError as error:
            _fail(context, error)
        return provider_pb2.CreateResponse(id=made.id, properties=encode_properties(made.outputs))

    def Read(self, request: Any, context: Any) -> Any:
        inputs, outputs = decode_properties(request.inputs), decode_properties(request.properties)
        try:
            found = self._provider.read(request.urn, request.id, inputs, outputs)
        except ProviderError as error:
            _fail(context, error)
        if found is None:
            return provider_pb2.ReadResponse()
        seen = None if found.inputs is None else encode_properties(found.inputs)
        return provider_pb2.ReadResponse(id=found.id, properties=encode_properties(found.outputs), inputs=seen)

    def Update(self, request: Any, context: Any) -> Any:
        inputs, outputs, news = map(decode_properties, (request.old_inputs, request.olds, request.news))
        try:
            made = self._provider.update(
                request.urn,
                request.id,
                inputs,
                outputs,
                news,
                request.timeout,
                preview=request.preview,
                ignore_changes=tuple(request.ignoreChanges),
            )
        except ProviderError as error:
            _fail(context, error)
        return provider_pb2.UpdateResponse(properties=encode_properties(made))

    def Delete(self, request: Any, context: Any) -> Any:
        inputs, outputs = decode_properties(request.old_inputs), decode_properties(request.properties)
        try:
            self._provider.delete(request.urn, request.id, inputs, outputs, request.timeout)
        except ProviderError as error:
            _fail(context, error)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        try:
            result = self._provider.invoke(request.tok, decode_properties(request.args))
        except ProviderError as error:
            _fail(context, error)
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(encode_properties(result))  # the field's name is a keyword of Python
        return answer

    def Cancel(self, request: Any, context: Any) -> Any:
        self._provider.cancel()
        return empty_pb2.Empty()


def _checked(result: CheckResult) -> Any:
    failures = [provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in result.failures]
    return provider_pb2.CheckResponse(inputs=encode_properties(result.inputs), failures=failures)


def _diffed(result: DiffResult) -> Any:
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if result.changes else provider_pb2.DiffResponse.DIFF_NONE,
        replaces=result.replaces,
        diffs=result.diffs,
        deleteBeforeReplace=result.delete_before_replace,
        detailedDiff={path: provider_pb2.PropertyDiff(kind=_kind(kind)) for path, kind in result.detailed.items()},
        hasDetailedDiff=bool(result.detailed),
    )


def _kind(kind: DiffKind) -> Any:
    return provider_pb2.PropertyDiff.Kind.Value(kind.name)


def _fail(context: Any, error: ProviderError) -> None:
    """Raises. What was made all the same goes with the error, as the protocol has it."""
    if isinstance(error, PartialFailureError):
        from google.protobuf import any_pb2
        from google.rpc import status_pb2

        detail = provider_pb2.ErrorResourceInitFailed(
            id=error.id,
            properties=encode_properties(error.outputs),
            inputs=encode_properties(error.inputs),
            reasons=[str(error)],
        )
        packed = any_pb2.Any(type_url=_INITIALIZATION_FAILED.decode(), value=detail.SerializeToString())
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[packed])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))


def main() -> None:
    server = grpc.server(ThreadPoolExecutor(CALLS_AT_ONCE))
    clients = Clients(os.environ["TAP_TEST_ENDPOINT"], "us-east-1")
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(AwsPlugin(AwsProvider(clients)), server)
    serve(server)


if __name__ == "__main__":
    main()
