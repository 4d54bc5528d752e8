"""Registers `count` resources over bare gRPC, 64 at a time, as fast as it is answered: a program without an SDK.

Run as a script: `driver.py ADDRESS COUNT`. What it takes is what the engine costs; the SDK's own time, which grows with
the square of the number of resources, is not in it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from typing import Any

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2

from tap.program.pulumirpc import resource_pb2

AT_A_TIME = 64
SERVICE = "/pulumirpc.ResourceMonitor/"


class Monitor:
    """The three requests that a plain program needs."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._register = channel.unary_unary(
            SERVICE + "RegisterResource",
            request_serializer=resource_pb2.RegisterResourceRequest.SerializeToString,
            response_deserializer=resource_pb2.RegisterResourceResponse.FromString,
        )
        self._shutdown = channel.unary_unary(
            SERVICE + "SignalAndWaitForShutdown",
            request_serializer=empty_pb2.Empty.SerializeToString,
            response_deserializer=empty_pb2.Empty.FromString,
        )

    def register(self, request: resource_pb2.RegisterResourceRequest) -> Awaitable[Any]:
        return self._register(request)

    def shutdown(self) -> Awaitable[Any]:
        return self._shutdown(empty_pb2.Empty())


def request_of(index: int, parent: str, of: tuple[str, str] | None) -> resource_pb2.RegisterResourceRequest:
    """The registration of one resource; `of` is the (URN, id) of the one that it hangs on."""
    inputs = struct_pb2.Struct()
    inputs.update({"size": index, "color": "red", "labels": {"a": "1", "b": "2"}})
    request = resource_pb2.RegisterResourceRequest(
        type="fake:index:Thing",
        name=f"thing-{index}",
        parent=parent,
        custom=True,
        acceptSecrets=True,
        supportsPartialValues=True,
        acceptResources=True,
        supportsResultReporting=True,
    )
    for key in inputs:
        request.propertyDependencies[key].urns.extend(())
    if of is not None:
        inputs["of"] = of[1]
        request.dependencies.append(of[0])
        request.propertyDependencies["of"].urns.append(of[0])
    request.object.CopyFrom(inputs)
    return request


async def drive(address: str, count: int) -> None:
    """Register the stack and `count` resources, every other one after one of a hundred earlier."""
    async with grpc.aio.insecure_channel(address) as channel:
        monitor = Monitor(channel)
        stack = await monitor.register(
            resource_pb2.RegisterResourceRequest(
                type="pulumi:pulumi:Stack", name="many-dev", supportsResultReporting=True
            )
        )
        done: dict[int, tuple[str, str]] = {}
        slots = asyncio.Semaphore(AT_A_TIME)

        async def register(index: int) -> None:
            async with slots:
                of = done.get(index - 100) if index % 2 else None
                answer = await monitor.register(request_of(index, stack.urn, of))
                done[index] = (answer.urn, answer.id)

        await asyncio.gather(*(register(index) for index in range(count)))
        await monitor.shutdown()


if __name__ == "__main__":
    asyncio.run(drive(sys.argv[1], int(sys.argv[2])))
