"""Pulumi's generated gRPC modules (`resource_pb2`, `engine_pb2`, ...), from the installed SDK.

They lie in `pulumi.runtime.proto`; imported by that name they bring all of the SDK along, at five times the cost.
Here the package's path is simply that folder. The program itself runs in another process and imports the SDK as usual.
"""

from __future__ import annotations

from importlib.machinery import PathFinder
from pathlib import Path


def _generated_modules() -> str:
    specification = PathFinder.find_spec("pulumi")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("the Pulumi SDK is not installed (package 'pulumi')", name="pulumi")
    return str(Path(specification.origin).parent / "runtime" / "proto")


__path__ = [_generated_modules()]
