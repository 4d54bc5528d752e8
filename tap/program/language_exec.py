"""Runs a Pulumi program in this process, connected to a monitor and an engine: a plain script, started by host.py.

It uses the program's own SDK and imports nothing of tap, which the program's environment need not have. What it
promises to the program is what Pulumi's own language host promises: arguments, working directory, module path, config,
and how an end is told apart: exit code 0; 1, the program said that it can not go on (RunError); 32, it raised, and the
exception has been reported.
"""

from __future__ import annotations

import os
import sys

# The folder of this script must not lie on the program's module path, not even while the SDK is imported.
if sys.path[0] == os.path.dirname(__file__):  # noqa: PTH120  - pathlib would be imported from that folder first
    sys.path.pop(0)

import argparse
import asyncio
import gc
import logging
import runpy
import signal
import sysconfig
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

LARGEST_MESSAGE = 400 * 1024 * 1024  # bytes; the limit that the SDK sets for the channels that it opens itself

EXIT_RUN_ERROR = 1
EXIT_REPORTED = 32


def main() -> int:
    arguments = _parse_arguments()
    _end_with(arguments.parent_pipe)
    try:
        import grpc
        import pulumi
    except ModuleNotFoundError as error:
        print(f"the Pulumi SDK can not be imported by {sys.executable}: {error}", file=sys.stderr)  # noqa: T201  - the only channel without the SDK
        return EXIT_RUN_ERROR
    channel = grpc.insecure_channel(arguments.address, [("grpc.max_receive_message_length", LARGEST_MESSAGE)])
    _configure(pulumi, arguments, channel)
    directory = arguments.program if arguments.program.is_dir() else arguments.program.parent
    os.chdir(directory)
    sys.path.insert(0, str(directory))
    sys.argv = [str(arguments.program)]
    try:
        return _run(pulumi, arguments, directory)
    finally:
        # Threads that still wait for the engine would hold a process whose program has failed: the engine may in turn
        # wait for a transform of this program, which nothing runs any more.
        channel.close()


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("address", "project", "stack", "organization", "root-directory"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--parent-pipe", type=int, required=True)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("program", type=Path)
    return parser.parse_args()


def _end_with(parent_pipe: int) -> None:
    """Kills this process and what it started once the other end of the pipe is closed: the engine is gone.

    However it went: a process that is killed closes its files too.
    """

    def watch() -> None:
        os.read(parent_pipe, 1)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _configure(pulumi: Any, arguments: argparse.Namespace, channel: Any) -> None:
    from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

    engine = engine_pb2_grpc.EngineStub(channel)
    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    settings = pulumi.runtime.Settings(
        monitor=resource_pb2_grpc.ResourceMonitorStub(channel),
        engine=engine if arguments.debug else _QuietEngine(engine),
        project=arguments.project,
        stack=arguments.stack,
        parallel=arguments.parallel,
        dry_run=arguments.dry_run,
        organization=arguments.organization,
        root_directory=arguments.root_directory,
    )
    pulumi.runtime.configure(settings)


class _QuietEngine:
    """The engine without debug messages, which it would only throw away.

    The SDK logs half a dozen for every resource, each a call that it waits for: more time than the registration takes.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def Log(self, request: Any) -> Any:  # noqa: N802  - the RPC's name
        return None if request.severity == 0 else self._engine.Log(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def _run(pulumi: Any, arguments: argparse.Namespace, directory: Path) -> int:
    if not (directory / "__main__.py" if arguments.program.is_dir() else arguments.program).is_file():
        pulumi.log.error(f"there is no Python program to run: {arguments.program} has no __main__.py")
        return EXIT_REPORTED
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Each registration that is under way holds a thread; the sizing is that of Pulumi's host.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=max(arguments.parallel, 1) * 4))
    # When a run breaks off, futures stay behind that nobody will ever look at; asyncio would complain of each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        program = str(arguments.program)
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: runpy.run_path(program, run_name="__main__")))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return EXIT_RUN_ERROR
    except Exception as error:
        pulumi.log.error("Program failed with an unhandled exception:\n" + _user_traceback(error, directory))
        return EXIT_REPORTED
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _user_traceback(error: Exception, directory: Path) -> str:
    """The traceback from the program's first frame on; all of it where no frame is the program's.

    What the engine has answered needs none: it names the resource, and where the SDK waited for it tells nothing.
    """
    if _is_engine_answer(error):
        return "".join(traceback.format_exception_only(error)).rstrip("\n")
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        cause.__traceback__ = _from_user_frame(cause.__traceback__, directory) or cause.__traceback__
        cause = cause.__cause__ or cause.__context__
    return "".join(traceback.format_exception(error)).rstrip("\n")


def _is_engine_answer(error: Exception) -> bool:
    import grpc

    # By its words, not by its frames: how the SDK passes it on, and so where it ends, changes with the moment.
    answer = error.__cause__ or error.__context__
    return isinstance(answer, grpc.RpcError) and str(error) == answer.details()


def _from_user_frame(trace: TracebackType | None, directory: Path) -> TracebackType | None:
    while trace is not None and not _is_user_file(Path(trace.tb_frame.f_code.co_filename), directory):
        trace = trace.tb_next
    return trace


def _is_user_file(file: Path, directory: Path) -> bool:
    # The virtual environment often lies within the project.
    installed = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), sysconfig.get_path("stdlib"))
    return file.is_relative_to(directory) and not any(file.is_relative_to(folder) for folder in installed)


if __name__ == "__main__":
    code = main()
    # At its end the interpreter looks for garbage in everything that was imported: a quarter of a second for this SDK.
    gc.freeze()
    sys.exit(code)
