"""Record what `tap up` writes for a few configurations: `python -m tests.graph.record`, in about a minute.

The files are Pulumi checkpoints as they are, without what names this machine or this run.
"""

from __future__ import annotations

import json
import lzma
import sys
import tempfile
from pathlib import Path

from tests.graph.states import DATA
from tests.integration.project import SMALL, project_in

CONFIGURATIONS = {
    "two": {},
    "three": {
        "availability_zones": [f"us-east-1{letter}" for letter in "abc"],
        "nat_gateways": "single",
        "alarm_email": "somebody@example.com",
    },
    "six": {"availability_zones": [f"us-east-1{letter}" for letter in "abcdef"]},
    "bare": SMALL,
}
_OF_THIS_RUN = ("embeddedAws", "run", "checksum")
_OF_THIS_MACHINE = ("sourcePosition", "stackTrace")


def cleaned(content: bytes) -> bytes:
    document = json.loads(content)
    for key in _OF_THIS_RUN:
        document["checkpoint"].pop(key, None)
    for resource in document["checkpoint"]["latest"]["resources"]:
        for key in _OF_THIS_MACHINE:
            resource.pop(key, None)
    return json.dumps(document, separators=(",", ":")).encode()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, project_in(Path(folder) / "project") as project:
        project.start_aws()
        for name, settings in CONFIGURATIONS.items():
            project.configure(**settings)
            project.succeed("up")
            packed = lzma.compress(cleaned(project.state_path().read_bytes()), preset=9)
            (DATA / f"{name}.json.xz").write_bytes(packed)
            project.succeed("destroy", "--yes")
            sys.stdout.write(f"{name}: {len(packed)} bytes\n")


if __name__ == "__main__":
    main()
