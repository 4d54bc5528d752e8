"""The engine's answers as the program's SDK reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap.engine.registration import Invoked, RefusedError, Registered, Result
from tap.engine.values import UNKNOWN, Properties, Value, contains_unknown
from tap.program.pulumirpc import resource_pb2
from tap.program.wire import encode_properties

if TYPE_CHECKING:
    from google.protobuf import struct_pb2

_GET_RESOURCE: Final = "pulumi:pulumi:getResource"


def register_answer(
    request: resource_pb2.RegisterResourceRequest, registered: Registered
) -> resource_pb2.RegisterResourceResponse:
    """Raises RefusedError if the resource failed and the sender could not be told so in the answer."""
    if registered.result is not Result.SUCCESS and not request.supportsResultReporting:
        raise RefusedError("resource registration failed")
    # A component's outputs are those it registers later; the old ones may name resources that are not there yet.
    outputs = registered.outputs if request.custom else {}
    if not request.supportsPartialValues:
        outputs = {key: value for key, value in outputs.items() if not contains_unknown(value)}
    return resource_pb2.RegisterResourceResponse(
        urn=registered.urn,
        id=_known_id(registered.id),
        object=_object(request, outputs),
        result=_result(registered.result),
        unknown=registered.unknown,
    )


def read_answer(request: resource_pb2.ReadResourceRequest, registered: Registered) -> resource_pb2.ReadResourceResponse:
    return resource_pb2.ReadResourceResponse(
        urn=registered.urn,
        id=_known_id(registered.id),
        properties=_object(request, registered.outputs),
        result=_result(registered.result),
        unknown=registered.unknown,
    )


def invoke_answer(request: resource_pb2.ResourceInvokeRequest, invoked: Invoked) -> resource_pb2.ResourceInvokeResponse:
    resources = request.acceptResources or request.tok == _GET_RESOURCE
    answer = resource_pb2.ResourceInvokeResponse(unknown=invoked.unknown)
    # The field's name is a keyword of Python.
    getattr(answer, "return").CopyFrom(encode_properties(invoked.outputs, resources=resources))
    return answer


def _object(
    request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest, outputs: Properties
) -> struct_pb2.Struct:
    return encode_properties(outputs, secrets=request.acceptSecrets, resources=request.acceptResources)


def _known_id(id: Value) -> str:
    """The SDK takes an empty id for one that is not known yet."""
    return "" if id is UNKNOWN or id is None else str(id)


def _result(result: Result) -> resource_pb2.Result.ValueType:
    # The protocol has no value for a skipped resource any more: what counts is that its outputs are unknown.
    return resource_pb2.SUCCESS if result is Result.SUCCESS else resource_pb2.FAIL
