"""Policy packs as analyzers: Pulumi's Analyzer service of each pack's process, in the engine's own terms."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from google.protobuf.message import Message

from tap.engine.analyzer import Analyzer, AnalyzerError, Enforcement, Pack, Remediation, Subject, Violation
from tap.engine.model import Resource
from tap.engine.registration import ProgramContext
from tap.engine.urn import name_of
from tap.engine.values import Properties
from tap.errors import UsageError
from tap.program.environment import program_python
from tap.program.pack_process import PackProcess, Tell, started
from tap.program.policy_config import LEVEL, PolicyInfo, reconciled
from tap.program.pulumirpc import analyzer_pb2
from tap.program.server import LARGEST_MESSAGE
from tap.program.wire import decode_properties, encode_properties
from tap.project.policy_pack import PackFiles

ANSWER_SECONDS_MAX: Final = 60.0
"""How long a pack may take over one resource, or over the stack."""

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.enable_http_proxy", 0),  # the way to our own loopback port is not through the user's proxy
)
_RAISED: Final = "Exception calling application: "


async def load(
    packs: Sequence[PackFiles],
    context: ProgramContext,
    environment: Mapping[str, str],
    tell: Tell,
    until: contextlib.AsyncExitStack,
) -> list[Analyzer]:
    """Start and configure the packs, one after another; they end with `until`. Raises AnalyzerError, UsageError."""

    async def one(files: PackFiles) -> Analyzer:
        python = program_python(files.root, files.virtualenv)
        process = await until.enter_async_context(started(files, context, python, environment, tell))
        address = f"127.0.0.1:{process.port}"
        channel = await until.enter_async_context(grpc.aio.insecure_channel(address, options=_OPTIONS))
        return await PolicyPack(files, process, channel).configured(context)

    return [await one(files) for files in packs]


class PolicyPack:
    """One pack's analyzer service."""

    def __init__(self, files: PackFiles, process: PackProcess, channel: grpc.aio.Channel) -> None:
        self.pack = Pack(files.named, files.version, files.named)
        self._files = files
        self._process = process
        self._channel = channel

    async def configured(self, context: ProgramContext) -> PolicyPack:
        """Ask who it is, and tell it what the user wants of it. Raises AnalyzerError, UsageError."""
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=context.stack,
            project=context.project,
            organization=context.organization,
            dry_run=context.dry_run,
            config_secret_keys=context.secret_keys,
            config=context.config,
        )
        await self._call(
            "ConfigureStack", stack, analyzer_pb2.AnalyzerStackConfigureResponse, "its start", gone_by=True
        )
        info = await self._call("GetAnalyzerInfo", empty_pb2.Empty(), analyzer_pb2.AnalyzerInfo, "its start")
        self.pack = Pack(info.name, self._files.version or info.version, self._files.named)
        config, problems = reconciled([_policy(each) for each in info.policies], _own(info), self._files.config)
        if problems:
            raise UsageError("\n".join(f"policy pack {self._files.named}: {problem}" for problem in problems))
        request = analyzer_pb2.ConfigureAnalyzerRequest(
            policyConfig={
                name: analyzer_pb2.PolicyConfig(
                    enforcementLevel=analyzer_pb2.EnforcementLevel.Value(values[LEVEL].upper()),
                    properties=_struct({key: value for key, value in values.items() if key != LEVEL}),
                )
                for name, values in config.items()
            }
        )
        await self._call("Configure", request, empty_pb2.Empty, "its configuration")
        return self

    async def remediate(self, subject: Subject) -> Sequence[Remediation]:
        request = _request(subject, internal=True)
        answer = await self._call(
            "Remediate", request, analyzer_pb2.RemediateResponse, subject.resource.urn, gone_by=True
        )
        return [self._remediation(each) for each in answer.remediations]

    async def analyze(self, subject: Subject) -> Sequence[Violation]:
        answer = await self._call(
            "Analyze", _request(subject, internal=False), analyzer_pb2.AnalyzeResponse, subject.resource.urn
        )
        return [self._violation(each) for each in answer.diagnostics]

    async def analyze_stack(self, subjects: Sequence[Subject]) -> Sequence[Violation]:
        request = analyzer_pb2.AnalyzeStackRequest(resources=[_stack_resource(each) for each in subjects])
        answer = await self._call("AnalyzeStack", request, analyzer_pb2.AnalyzeResponse, "the stack", gone_by=True)
        return [self._violation(each) for each in answer.diagnostics]

    async def _call(self, method: str, request: Message, answer: Any, about: str, *, gone_by: bool = False) -> Any:
        """The answer of the pack. `gone_by`: one that does not know the method answers with nothing."""
        calling: Callable[..., Awaitable[Any]] = self._channel.unary_unary(
            f"/pulumirpc.Analyzer/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        try:
            return await calling(request, timeout=ANSWER_SECONDS_MAX)
        except grpc.aio.AioRpcError as error:
            if gone_by and error.code() is grpc.StatusCode.UNIMPLEMENTED:
                return answer()
            reason = await self._reason(error)
            raise AnalyzerError(
                f"policy pack {self.pack.name} failed on {about}: {reason}",
                hint=f"mend the pack in {self._files.named}, or run without --policy-pack",
            ) from error

    async def _reason(self, error: grpc.aio.AioRpcError) -> str:
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            return f"no answer within {ANSWER_SECONDS_MAX:g} seconds"
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return f"its process {await self._process.describe_end()}"
        return (error.details() or error.code().name).removeprefix(_RAISED)

    def _violation(self, diagnostic: Any) -> Violation:
        # A remediating policy that still finds something could not mend it, which is as good as mandatory.
        advisory = diagnostic.enforcementLevel == analyzer_pb2.EnforcementLevel.ADVISORY
        level = Enforcement.ADVISORY if advisory else Enforcement.MANDATORY
        return Violation(self.pack, diagnostic.policyName, level, diagnostic.message.rstrip(), diagnostic.urn)

    def _remediation(self, remediation: Any) -> Remediation:
        if remediation.diagnostic:
            return Remediation(self.pack, remediation.policyName, None, remediation.diagnostic)
        return Remediation(self.pack, remediation.policyName, decode_properties(remediation.properties))


def _policy(info: Any) -> PolicyInfo:
    schema = decode_properties(info.configSchema.properties)
    level = analyzer_pb2.EnforcementLevel.Name(info.enforcementLevel).lower()
    return PolicyInfo(info.name, level, schema, tuple(info.configSchema.required))


def _own(info: Any) -> dict[str, dict[str, Any]]:
    return {
        name: {
            LEVEL: analyzer_pb2.EnforcementLevel.Name(config.enforcementLevel).lower(),
            **decode_properties(config.properties),
        }
        for name, config in info.initialConfig.items()
    }


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(dict(values))
    return struct


def _properties(properties: Properties, *, internal: bool) -> struct_pb2.Struct:
    """As Pulumi marshals them for analyzers: secrets as secrets, references as ids; `__defaults` and such left out."""
    shown = properties if internal else _without_internal(dict(properties))
    return encode_properties(shown, resources=False)


def _without_internal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_internal(item) for key, item in value.items() if not key.startswith("__")}
    if isinstance(value, list):
        return [_without_internal(item) for item in value]
    return value


def _request(subject: Subject, *, internal: bool) -> Any:
    resource = subject.resource
    return analyzer_pb2.AnalyzeRequest(
        urn=resource.urn,
        type=resource.type,
        name=name_of(resource.urn),
        properties=_properties(subject.properties, internal=internal),
        options=_options(subject),
        provider=_provider(subject.provider),
    )


def _stack_resource(subject: Subject) -> Any:
    resource = subject.resource
    return analyzer_pb2.AnalyzerResource(
        urn=resource.urn,
        type=resource.type,
        name=name_of(resource.urn),
        properties=_properties(subject.properties, internal=False),
        options=_options(subject),
        provider=_provider(subject.provider),
        parent=resource.parent,
        dependencies=resource.dependencies,
        propertyDependencies={
            key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
            for key, urns in resource.property_dependencies.items()
            if urns
        },
    )


def _options(subject: Subject) -> Any:
    resource, goal = subject.resource, subject.goal
    timeouts = resource.custom_timeouts
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=resource.ignore_changes,
        deleteBeforeReplace=bool(goal.delete_before_replace),
        deleteBeforeReplaceDefined=goal.delete_before_replace is not None,
        additionalSecretOutputs=resource.additional_secret_outputs,
        aliases=resource.aliases,
        customTimeouts=analyzer_pb2.AnalyzerResourceOptions.CustomTimeouts(
            create=timeouts.create, update=timeouts.update, delete=timeouts.delete
        ),
        parent=resource.parent,
    )


def _provider(provider: Resource | None) -> Any:
    if provider is None:
        return None
    return analyzer_pb2.AnalyzerProviderResource(
        urn=provider.urn,
        type=provider.type,
        name=name_of(provider.urn),
        properties=_properties(provider.inputs, internal=False),
    )
