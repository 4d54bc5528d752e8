"""Pulumi's ResourceMonitor and Engine services, in front of a Registrar.

Everything runs on the engine's event loop: no thread per request. A request that waits for its resource's steps is a
suspended coroutine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from google.protobuf.empty_pb2 import Empty

from tap.engine.registration import ProgramContext, RefusedError, Registrar
from tap.program.answers import invoke_answer, read_answer, register_answer
from tap.program.assets import with_hashed_assets
from tap.program.goals import component_outputs, invoke_goal, read_goal, register_goal
from tap.program.pulumirpc import callback_pb2, engine_pb2, resource_pb2
from tap.program.server import Handler
from tap.program.transforms import Transforms
from tap.program.versions import PULUMI_VERSION, satisfies

FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_PARENT,
)
"""What is offered is honoured. What is not offered the SDK does itself or refuses with a text of its own."""

LEGACY_FEATURES: Final = frozenset(
    {
        "secrets",
        "resourceReferences",
        "outputValues",
        "aliasSpecs",
        "replacementTrigger",
        "deletedWith",
        "replaceWith",
        "transforms",
        "invokeTransforms",
    }
)
"""The same by the names that `SupportsFeature` takes; Pulumi's list of names is frozen."""

SEVERITIES: Final[Mapping[int, str]] = {
    engine_pb2.DEBUG: "debug",
    engine_pb2.INFO: "info",
    engine_pb2.WARNING: "warning",
    engine_pb2.ERROR: "error",
}

MONITOR_GONE: Final = "Resource monitor has terminated, shutting down"
"""What the SDK reports once it was told that the run was stopped (`settings.py`): the reason was said before."""


class ResourceMonitor:
    """One method for each RPC of pulumirpc.ResourceMonitor that is served, under the RPC's own name."""

    def __init__(self, context: ProgramContext, registrar: Registrar) -> None:
        self._context = context
        self._registrar = registrar
        self._transforms = Transforms()

    def handlers(self) -> dict[str, Handler]:
        return {
            "GetDeploymentInfo": self.get_deployment_info,
            "SupportsFeature": self.supports_feature,
            "RegisterResource": self.register_resource,
            "RegisterResourceOutputs": self.register_resource_outputs,
            "ReadResource": self.read_resource,
            "Invoke": self.invoke,
            "RegisterStackTransform": self.register_stack_transform,
            "RegisterStackInvokeTransform": self.register_stack_invoke_transform,
            "SignalAndWaitForShutdown": self.signal_and_wait_for_shutdown,
        }

    async def get_deployment_info(self, _request: Empty) -> resource_pb2.DeploymentInfo:
        context = self._context
        return resource_pb2.DeploymentInfo(
            project=context.project,
            stack=context.stack,
            organization=context.organization,
            config=context.config,
            configSecretKeys=context.secret_keys,
            dryRun=context.dry_run,
            parallel=context.parallel,
            supportedFeatures=FEATURES,
        )

    async def supports_feature(
        self, request: resource_pb2.SupportsFeatureRequest
    ) -> resource_pb2.SupportsFeatureResponse:
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in LEGACY_FEATURES)

    async def register_resource(
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        transformed = await self._transforms.resource(request)
        goal = with_hashed_assets(
            register_goal(transformed, self._context.root_directory), self._context.root_directory
        )
        registered = await self._registrar.register_resource(goal)
        self._transforms.remember(registered.urn, request)
        return register_answer(request, registered)

    async def register_resource_outputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Empty:
        await self._registrar.register_resource_outputs(*component_outputs(request))
        return Empty()

    async def read_resource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        goal = read_goal(request, self._context.root_directory)
        return read_answer(request, await self._registrar.read_resource(goal))

    async def invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        transformed = await self._transforms.invoke(request)
        return invoke_answer(request, await self._registrar.invoke(invoke_goal(transformed)))

    async def register_stack_transform(self, callback: callback_pb2.Callback) -> Empty:
        self._transforms.add_to_stack(callback)
        return Empty()

    async def register_stack_invoke_transform(self, callback: callback_pb2.Callback) -> Empty:
        self._transforms.add_to_invokes(callback)
        return Empty()

    async def signal_and_wait_for_shutdown(self, _request: Empty) -> Empty:
        await self._registrar.wait_for_shutdown()
        return Empty()

    async def aclose(self) -> None:
        """Lets go of the connections to the program."""
        await self._transforms.aclose()


class Engine:
    """One method for each RPC of pulumirpc.Engine that is served."""

    def __init__(self, registrar: Registrar, stopped: Callable[[], bool]) -> None:
        """`stopped`: whether the program was told that the run was stopped."""
        self._registrar = registrar
        self._stopped = stopped
        self._root_resource = ""

    def handlers(self) -> dict[str, Handler]:
        return {
            "Log": self.log,
            "GetRootResource": self.get_root_resource,
            "SetRootResource": self.set_root_resource,
            "RequirePulumiVersion": self.require_pulumi_version,
        }

    async def log(self, request: engine_pb2.LogRequest) -> Empty:
        if request.message == MONITOR_GONE and self._stopped():
            return Empty()
        # streamId and ephemeral only group and replace lines of a display; every message is passed on by itself.
        self._registrar.log(SEVERITIES.get(request.severity, "info"), request.message, request.urn)
        return Empty()

    async def get_root_resource(
        self, _request: engine_pb2.GetRootResourceRequest
    ) -> engine_pb2.GetRootResourceResponse:
        return engine_pb2.GetRootResourceResponse(urn=self._root_resource)

    async def set_root_resource(self, request: engine_pb2.SetRootResourceRequest) -> engine_pb2.SetRootResourceResponse:
        self._root_resource = request.urn
        return engine_pb2.SetRootResourceResponse()

    async def require_pulumi_version(
        self, request: engine_pb2.RequirePulumiVersionRequest
    ) -> engine_pb2.RequirePulumiVersionResponse:
        wanted = request.pulumi_version_range
        try:
            satisfied = satisfies(PULUMI_VERSION, wanted)
        except ValueError as error:
            raise RefusedError(f"invalid Pulumi version range '{wanted}': {error}") from error
        if not satisfied:
            raise RefusedError(f"the program requires Pulumi {wanted}; this engine behaves as Pulumi {PULUMI_VERSION}")
        return engine_pb2.RequirePulumiVersionResponse()
