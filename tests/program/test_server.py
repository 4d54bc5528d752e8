"""The services seen from the wire: what is not served is refused by name, errors have the SDK's statuses."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import grpc
import grpc.aio
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message_factory import GetMessageClass

from tap.engine.registration import MonitorClosedError, RefusedError, Registered, Result
from tap.engine.values import UNKNOWN, Secret
from tap.program.monitor import FEATURES, Engine, ResourceMonitor
from tap.program.pulumirpc import engine_pb2, resource_pb2
from tap.program.server import ProgramServer
from tap.program.wire import decode_properties
from tests.program.recording import RecordingRegistrar, context

MONITOR = resource_pb2.DESCRIPTOR.services_by_name["ResourceMonitor"]
ENGINE = engine_pb2.DESCRIPTOR.services_by_name["Engine"]

OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]
"""The SDK's own."""


def call(registrar, service, name, request=None):
    """One call of an RPC over a real connection: its answer, or the grpc.aio.AioRpcError."""
    method = service.methods_by_name[name]

    async def over_the_wire():
        server = ProgramServer(registrar)
        server.add_service(MONITOR, ResourceMonitor(context("x"), registrar).handlers())
        server.add_service(ENGINE, Engine(registrar, lambda: False).handlers())
        async with server, grpc.aio.insecure_channel(server.address, OPTIONS) as channel:
            rpc = channel.unary_unary(
                f"/{service.full_name}/{name}",
                request_serializer=GetMessageClass(method.input_type).SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
            return await rpc(request or GetMessageClass(method.input_type)(), timeout=30)

    return asyncio.run(over_the_wire())


def failure(*args):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        call(*args)
    return caught.value.code(), caught.value.details()


def thing(**fields):
    return resource_pb2.RegisterResourceRequest(
        type="fake:index:Thing",
        name="a",
        custom=True,
        supportsPartialValues=True,
        supportsResultReporting=True,
        **fields,
    )


def answering(registered=None, error=None):
    class Answering(RecordingRegistrar):
        async def register_resource(self, goal):
            if error:
                raise error
            return registered

    return Answering()


@pytest.mark.parametrize(
    ("service", "name"),
    [
        (MONITOR, "Call"),
        (MONITOR, "ExistsResource"),
        (MONITOR, "RegisterResourceHook"),
        (MONITOR, "RegisterErrorHook"),
        (MONITOR, "RegisterPackage"),
        (ENGINE, "StartDebugging"),
    ],
)
def test_an_rpc_that_is_not_served_is_refused_by_name(service, name):
    code, details = failure(RecordingRegistrar(), service, name)

    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert f"{service.full_name}.{name}" in details


def test_a_refusal_is_what_the_sdk_takes_for_a_plain_error():
    assert failure(answering(error=RefusedError("no such thing")), MONITOR, "RegisterResource", thing()) == (
        grpc.StatusCode.UNKNOWN,
        "no such thing",
    )


def test_a_stopped_run_is_unavailable():
    code, _ = failure(answering(error=MonitorClosedError()), MONITOR, "RegisterResource", thing())

    assert code is grpc.StatusCode.UNAVAILABLE


def test_a_bug_is_said_to_be_one_with_its_trace():
    registrar = answering(error=KeyError("oops"))
    code, details = failure(registrar, MONITOR, "RegisterResource", thing())

    assert (code, details) == (grpc.StatusCode.UNAVAILABLE, "the engine failed")
    assert len(registrar.errors()) == 1
    assert registrar.errors()[0].startswith("this is a bug in tap")
    assert "KeyError: 'oops'" in registrar.errors()[0]


@pytest.mark.parametrize("character", ["x", "%", "\n", "é", "😀"])
def test_an_error_longer_than_a_header_may_be_is_cut_for_the_program_and_said_in_full(character):
    registrar = answering(error=RefusedError(character * 50_000))
    code, details = failure(registrar, MONITOR, "RegisterResource", thing())

    assert code is grpc.StatusCode.UNKNOWN
    assert details.startswith(character * 400)
    assert details.endswith(" ... (cut)")
    assert registrar.errors() == [character * 50_000]


def test_a_caller_that_goes_away_does_not_disturb_what_the_engine_has_begun():
    begun, finish, done = asyncio.Event(), asyncio.Event(), []

    class Working(RecordingRegistrar):
        async def register_resource(self, goal):
            begun.set()
            await finish.wait()
            done.append(goal.name)
            raise RefusedError("nobody hears this")

    async def go_away():
        server = ProgramServer(Working())
        server.add_service(MONITOR, ResourceMonitor(context("x"), Working()).handlers())
        async with server, grpc.aio.insecure_channel(server.address) as channel:
            rpc = channel.unary_unary(
                "/pulumirpc.ResourceMonitor/RegisterResource",
                request_serializer=resource_pb2.RegisterResourceRequest.SerializeToString,
            )
            call = rpc(thing(), timeout=30)
            await begun.wait()
            call.cancel()
        finish.set()
        await asyncio.sleep(0.05)

    asyncio.run(go_away())

    assert done == ["a"]


def test_a_registration_of_megabytes_passes():
    request = thing()
    request.object["text"] = "x" * 20_000_000
    registrar = RecordingRegistrar()
    answer = call(registrar, MONITOR, "RegisterResource", request)

    assert len(registrar.goals["a"].inputs["text"]) == 20_000_000
    assert len(answer.object["text"]) == 20_000_000


def test_what_is_offered_is_what_is_honoured():
    info = call(RecordingRegistrar(), MONITOR, "GetDeploymentInfo", Empty())

    assert list(info.supportedFeatures) == list(FEATURES)
    assert resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS not in FEATURES
    assert (info.project, info.stack, info.organization) == ("tests", "dev", "organization")


@pytest.mark.parametrize(
    ("id", "has"), [("secrets", True), ("aliasSpecs", True), ("resourceHooks", False), ("?", False)]
)
def test_features_are_known_by_their_old_names_too(id, has):
    answer = call(RecordingRegistrar(), MONITOR, "SupportsFeature", resource_pb2.SupportsFeatureRequest(id=id))

    assert answer.hasSupport is has


def test_a_component_gets_no_outputs_back_though_the_engine_knows_its_old_ones():
    request = thing()
    request.custom = False
    answer = call(answering(Registered("urn", outputs={"old": "output"})), MONITOR, "RegisterResource", request)

    assert (answer.urn, dict(answer.object)) == ("urn", {})


def test_a_sender_that_takes_no_secrets_gets_plain_values():
    registered = Registered("urn", "id", {"s": Secret("x"), "u": UNKNOWN})
    plain = call(answering(registered), MONITOR, "RegisterResource", thing())
    marked = call(answering(registered), MONITOR, "RegisterResource", thing(acceptSecrets=True))

    assert decode_properties(plain.object) == {"s": "x", "u": UNKNOWN}
    assert decode_properties(marked.object) == {"s": Secret("x"), "u": UNKNOWN}


def test_a_sender_that_takes_no_partial_values_gets_only_what_is_known():
    request = thing()
    request.supportsPartialValues = False
    answer = call(answering(Registered("urn", "id", {"a": 1, "u": [UNKNOWN]})), MONITOR, "RegisterResource", request)

    assert decode_properties(answer.object) == {"a": 1}


@pytest.mark.parametrize("result", [Result.FAIL, Result.SKIP])
def test_a_failed_resource_is_reported_in_the_answer_or_as_an_error(result):
    registrar = answering(Registered("urn", "", result=result, unknown=True))
    deaf = thing()
    deaf.supportsResultReporting = False

    answer = call(registrar, MONITOR, "RegisterResource", thing())
    assert (answer.result, answer.unknown, answer.id) == (resource_pb2.FAIL, True, "")
    assert failure(registrar, MONITOR, "RegisterResource", deaf)[0] is grpc.StatusCode.UNKNOWN


def test_the_root_resource_is_none_until_it_is_set():
    assert call(RecordingRegistrar(), ENGINE, "GetRootResource").urn == ""
    call(RecordingRegistrar(), ENGINE, "SetRootResource", engine_pb2.SetRootResourceRequest(urn="urn:x"))


@pytest.mark.parametrize("wanted", [">=3.200.0", "3.x", ">=3.0.0 <4.0.0", "<1.0.0 || >3.1.0", "!3.1.2", "3.260.0"])
def test_a_required_version_that_this_engine_has_is_granted(wanted):
    request = engine_pb2.RequirePulumiVersionRequest(pulumi_version_range=wanted)

    assert call(RecordingRegistrar(), ENGINE, "RequirePulumiVersion", request) is not None


@pytest.mark.parametrize("wanted", [">=4.0.0", "<3.0.0 || >3.300.0", "!3.260.0", ">3.x", "newest", "", ">=3.0.0 what"])
def test_a_required_version_that_this_engine_has_not_is_refused(wanted):
    request = engine_pb2.RequirePulumiVersionRequest(pulumi_version_range=wanted)
    code, details = failure(RecordingRegistrar(), ENGINE, "RequirePulumiVersion", request)

    assert code is grpc.StatusCode.UNKNOWN
    assert wanted in details


def test_serving_does_not_import_the_sdk():
    script = "import sys, tap.program.host; print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "False"
