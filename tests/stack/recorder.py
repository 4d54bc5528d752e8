"""Run the real program on the real Pulumi SDK, and write down everything that it registers.

The recorder stands where the engine does: it answers every registration with an id and an ARN, makes nothing, and
keeps what it was asked for.
"""

# ruff: noqa: N802  - the monitor's methods have the names of the gRPC services

from __future__ import annotations

import asyncio
import contextvars
import runpy
import threading
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi.runtime
import pulumi_aws as aws
from google.protobuf import json_format, struct_pb2
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import settings as sdk_settings
from pulumi.runtime.proto import resource_pb2

with warnings.catch_warnings():  # loading these warns of resources that are deprecated there and not used here
    warnings.simplefilter("ignore", DeprecationWarning)
    SERVICES = [aws.ec2.Vpc, aws.s3.Bucket, aws.iam.Role, aws.kms.Key, aws.sns.Topic, aws.cloudwatch.LogGroup]

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
PROJECT = "tap"
_FEATURES = range(16)  # all that the engine offers: secrets, aliases, transforms, parents of invokes, ...
_SIGNATURE = "4dabf18193072939515e22adb298388d"  # the wire format's mark of a special value; here, of a secret


@dataclass(frozen=True)
class Registration:
    """One resource, as the program asked for it. `inputs` are plain values; `depends_on` has all URNs it waits for."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: dict[str, Any]
    secret_inputs: frozenset[str]
    depends_on: frozenset[str]
    property_dependencies: dict[str, frozenset[str]]
    provider: str
    protect: bool
    delete_before_replace: bool
    ignore_changes: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The last part of the type's token: `Vpc`, `BucketPolicy`."""
        return self.type.rsplit(":", 1)[-1]


@dataclass
class Recording:
    """What one run registered, by URN, the outputs it set, and the functions it called."""

    resources: dict[str, Registration] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    invokes: list[str] = field(default_factory=list)

    def cloud(self) -> list[Registration]:
        """Everything that is made in AWS: no stack, component or provider."""
        return [one for one in self.resources.values() if one.type.startswith("aws:")]

    def of_kind(self, kind: str) -> list[Registration]:
        return [one for one in self.resources.values() if one.kind == kind]

    def only(self, kind: str) -> Registration:
        (one,) = self.of_kind(kind)
        return one

    def named(self, name: str) -> Registration:
        (one,) = [one for one in self.resources.values() if one.name == name]
        return one

    def awaited_by(self, one: Registration) -> set[str]:
        """Names of everything that is there before this one is made (and leaves after it), over any number of steps."""
        found: set[str] = set()
        todo = [one.urn]
        while todo:
            for urn in self.resources[todo.pop()].depends_on - found:
                found.add(urn)
                todo.append(urn)
        return {self.resources[urn].name for urn in found}

    def exported(self) -> dict[str, Any]:
        """The stack's outputs."""
        (stack,) = self.of_kind("Stack")
        return self.outputs[stack.urn]


class _Monitor:
    """The engine's ResourceMonitor and Engine services, as plain objects: Settings takes them for addresses."""

    def __init__(self, recording: Recording, stack: str, answers: dict[str, dict[str, Any]], *, preview: bool) -> None:
        self.recording = recording
        self._stack, self._answers, self._preview = stack, answers, preview
        self._lock = threading.Lock()

    def GetDeploymentInfo(self, _request: Any) -> Any:
        return resource_pb2.DeploymentInfo(
            project=PROJECT,
            stack=self._stack,
            organization="organization",
            dryRun=self._preview,
            supportedFeatures=_FEATURES,
        )

    def RegisterResource(self, request: Any) -> Any:
        one = self._registration(request)
        with self._lock:
            if one.urn in self.recording.resources:
                raise AssertionError(f"registered twice: {one.urn}")
            self.recording.resources[one.urn] = one
        known = {} if self._preview or not one.custom else {"arn": f"arn:aws:test:::{one.name}"}
        properties = struct_pb2.Struct()
        properties.update(one.inputs | known if one.custom else {})
        identity = "" if self._preview or not one.custom else f"{one.name}-id"
        return resource_pb2.RegisterResourceResponse(urn=one.urn, id=identity, object=properties)

    def RegisterResourceOutputs(self, request: Any) -> Empty:
        self.recording.outputs[request.urn] = _plain(request.outputs)
        return Empty()

    def Invoke(self, request: Any) -> Any:
        self.recording.invokes.append(request.tok)
        answer = struct_pb2.Struct()
        answer.update(self._answers[request.tok])
        return resource_pb2.ResourceInvokeResponse(**{"return": answer})

    def SignalAndWaitForShutdown(self, _request: Any) -> Empty:
        return Empty()

    def Log(self, _request: Any) -> Empty:
        return Empty()

    def _registration(self, request: Any) -> Registration:
        parent = self.recording.resources.get(request.parent)
        lineage = [request.type]
        while parent and parent.type != "pulumi:pulumi:Stack":
            lineage.insert(0, parent.type)
            parent = self.recording.resources.get(parent.parent)
        inputs = _plain(request.object)
        return Registration(
            urn=f"urn:pulumi:{self._stack}::{PROJECT}::{'$'.join(lineage)}::{request.name}",
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=request.custom,
            inputs=inputs,
            secret_inputs=frozenset(key for key, value in request.object.items() if _is_secret(value)),
            depends_on=frozenset(request.dependencies),
            property_dependencies={key: frozenset(of.urns) for key, of in request.propertyDependencies.items()},
            provider=request.provider,
            protect=request.protect,
            delete_before_replace=request.deleteBeforeReplace,
            ignore_changes=tuple(request.ignoreChanges),
        )


def _is_secret(value: Any) -> bool:
    return isinstance(value, struct_pb2.Struct) and _SIGNATURE in value


def _plain(struct: Any) -> dict[str, Any]:
    return {key: _reveal(value) for key, value in json_format.MessageToDict(struct).items()}


def _reveal(value: Any) -> Any:
    if isinstance(value, dict):
        return _reveal(value["value"]) if _SIGNATURE in value else {key: _reveal(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_reveal(one) for one in value]
    return value


def answers(region: str = "us-east-1", partition: str = "aws") -> dict[str, dict[str, Any]]:
    """What AWS says of itself when asked from that region."""
    return {
        "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT, "id": ACCOUNT},
        "aws:index/getRegion:getRegion": {"region": region, "id": region},
        "aws:index/getPartition:getPartition": {"partition": partition, "dnsSuffix": "amazonaws.com", "id": partition},
    }


def record(
    program: Callable[[], Any] | None = None,
    *,
    config: dict[str, str] | None = None,
    secret: Iterable[str] = (),
    stack: str = "test",
    preview: bool = False,
    region: str = "us-east-1",
    partition: str = "aws",
    recording: Recording | None = None,
) -> Recording:
    """Run `program`, or else the project's own __main__.py, as the stack of that name, with that configuration.

    Raises what the program raises; `recording` then has what was registered until there.
    """
    recording = recording or Recording()
    monitor = _Monitor(recording, stack, answers(region, partition), preview=preview)
    run = program or (lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__"))
    contextvars.copy_context().run(_run, monitor, run, config or {}, list(secret), stack, preview)
    return recording


def _run(
    monitor: _Monitor, program: Callable[[], Any], config: dict[str, str], secret: list[str], stack: str, preview: bool
) -> None:
    pulumi.runtime.set_all_config({"aws:region": "us-east-1"} | config, secret)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pool = ThreadPoolExecutor(max_workers=16)
    loop.set_default_executor(pool)
    sdk_settings.ROOT.set(None)
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=PROJECT,
            stack=stack,
            monitor=monitor,
            engine=monitor,
            parallel=16,
            dry_run=preview,
            organization="organization",
            root_directory=str(ROOT),
        )
    )
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    finally:
        pool.shutdown(wait=True)
        loop.close()
        asyncio.set_event_loop(None)
