"""The gRPC server to which the program's SDK connects: Pulumi's services on a loopback port of their own."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from tap.engine.registration import MonitorClosedError, RefusedError, Registrar
from tap.program.unsupported import WAY_OUT

Handler = Callable[[Any], Coroutine[Any, Any, Message]]
Context = grpc.aio.ServicerContext[Any, Any]

LARGEST_MESSAGE: Final = 400 * 1024 * 1024
"""Bytes; the limit of Pulumi's own SDKs (`_grpc_settings.py`)."""

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
)

_LONGEST_ERROR: Final = 6000
"""Bytes, percent-encoded: an error's text travels in a header, and from 8 KiB on gRPC may drop all of it."""


class ProgramServer:
    """Serves while it is entered. `address` is host:port; `stopped`: a request was told that the run was stopped."""

    def __init__(self, registrar: Registrar) -> None:
        self.address = ""
        self.stopped = False
        self._registrar = registrar
        self._services: list[grpc.GenericRpcHandler] = []
        self._answers: set[asyncio.Task[Message]] = set()  # asyncio itself holds a task only weakly

    def add_service(self, service: ServiceDescriptor, handlers: Mapping[str, Handler]) -> None:
        """Adds a service before it is entered. Of its methods, those without a handler are refused by name."""
        methods = {method.name: self._method(method, handlers.get(method.name)) for method in service.methods}
        self._services.append(grpc.method_handlers_generic_handler(service.full_name, methods))

    async def __aenter__(self) -> ProgramServer:
        self._server = grpc.aio.server(options=_OPTIONS)
        self._server.add_generic_rpc_handlers(self._services)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop(grace=None)

    def _method(self, method: MethodDescriptor, handler: Handler | None) -> grpc.RpcMethodHandler[Any, Any]:
        behaviour = _refusing(method) if handler is None else self._answering(method, handler)
        return grpc.unary_unary_rpc_method_handler(
            behaviour,
            request_deserializer=GetMessageClass(method.input_type).FromString,
            response_serializer=GetMessageClass(method.output_type).SerializeToString,
        )

    def _answering(self, method: MethodDescriptor, handler: Handler) -> Callable[[Any, Context], Awaitable[Message]]:
        """The handler, its exceptions turned into the gRPC statuses by which the SDK tells them apart."""

        async def answer(request: Any, context: Context) -> Message:
            try:
                return await self._undisturbed(handler(request))
            except MonitorClosedError:
                self.stopped = True
                code, details = grpc.StatusCode.UNAVAILABLE, "resource monitor shut down"
            except RefusedError as error:
                code, details = grpc.StatusCode.UNKNOWN, _shortened(str(error))
                if details != str(error):
                    self._registrar.log("error", str(error), "")
            except Exception as error:
                self._registrar.log("error", _bug_report(method.name, error), "")
                self.stopped = True
                code, details = grpc.StatusCode.UNAVAILABLE, "the engine failed"
            await context.abort(code, details)
            raise AssertionError("abort returned")

        return answer

    async def _undisturbed(self, answer: Coroutine[Any, Any, Message]) -> Message:
        """Waits for the answer. That the caller is gone, with or without its process, stops the waiting only."""
        task = asyncio.create_task(answer)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_look_at)
            raise


def _look_at(task: asyncio.Task[Message]) -> None:
    """Nobody waits for it any more; asyncio complains of an exception at which nobody looked."""
    if not task.cancelled():
        task.exception()


def _refusing(method: MethodDescriptor) -> Callable[[Any, Context], Awaitable[Message]]:
    async def refuse(_request: Any, context: Context) -> Message:
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED, f"the embedded engine does not support {method.full_name}: {WAY_OUT}"
        )
        raise AssertionError("abort returned")

    return refuse


def _bug_report(method: str, error: Exception) -> str:
    trace = "".join(traceback.format_exception(error))
    return f"this is a bug in tap: answering the program's request {method} failed\n{trace}"


def _shortened(text: str) -> str:
    room = _LONGEST_ERROR
    for index, character in enumerate(text):
        plain = " " <= character <= "~" and character != "%"
        room -= 1 if plain else 3 * len(character.encode(errors="replace"))
        if room < 0:
            return text[:index] + " ... (cut)"
    return text
