"""A language host for the real Pulumi CLI: `pulumi-language-python`, which its Go module does not come with.

It starts Pulumi's own script that runs a program, with the arguments that Pulumi's host gives it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from tests.pulumi_cli.serving import serve

CALLS_AT_ONCE = 8
EXIT_REPORTED = 32
"""The script's word for: the user has been told what is wrong."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, engine: str, script: Path) -> None:
        self._engine = engine
        self._script = script

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="0.0.1")

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def About(self, request: Any, context: Any) -> Any:
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Run(self, request: Any, context: Any) -> Any:
        arguments = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "pwd": request.info.program_directory or request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
            "root_directory": request.info.root_directory,
        }
        told = [word for name, value in arguments.items() for word in (f"--{name}", value)]
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        program = request.info.entry_point or request.program or "."
        command = [sys.executable, "-u", str(self._script), *told, program, *request.args]
        code = subprocess.run(command, cwd=arguments["pwd"], env=environment, check=False).returncode
        if code == EXIT_REPORTED:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with exit code {code}" if code else "")


def main() -> None:
    """The CLI starts it with the engine's address as the last argument, and reads its port."""
    server = grpc.server(ThreadPoolExecutor(CALLS_AT_ONCE))
    script = Path(os.environ["TAP_TEST_LANGUAGE_EXEC"])
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(sys.argv[-1], script), server)
    serve(server)


if __name__ == "__main__":
    main()
