"""`.tap/local-aws/server.json`: which process is a project's embedded AWS. Where its files lie."""

from __future__ import annotations

import json
import subprocess
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

_PS_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True)
class RunFile:
    """started_at: ISO 8601 with offset. `instance` stands in the process's command line too."""

    pid: int
    port: int
    instance: str
    started_at: str

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_alive(self) -> bool:
        """Whether the process still runs, and its number has not gone to another one meanwhile."""
        return self.instance in _command_line(self.pid)

    def remove(self, root: Path) -> None:
        """Take the file away, unless it names another process by now."""
        if read_run_file(root) == self:
            run_file_path(root).unlink(missing_ok=True)


def run_file_path(root: Path) -> Path:
    return root / ".tap" / "local-aws" / "server.json"


def log_path(root: Path) -> Path:
    return root / ".tap" / "local-aws" / "server.log"


def lock_path(root: Path) -> Path:
    return root / ".tap" / "local-aws" / "server.lock"


def read_run_file(root: Path) -> RunFile | None:
    """What the run file says; None when there is none, or when it is not one of ours. OSError when unreadable."""
    try:
        said = json.loads(run_file_path(root).read_bytes())
        # An instance that is no UUID could be found in the command line of any process, which `stop` would then end.
        return RunFile(int(said["pid"]), int(said["port"]), str(uuid.UUID(said["instance"])), str(said["started_at"]))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def write_run_file(root: Path, run_file: RunFile) -> None:
    """Readers see the old file or the new, never half of one. The directory must be there."""
    path = run_file_path(root)
    draft = path.with_name(f"{path.name}.{run_file.pid}")
    draft.write_text(json.dumps(asdict(run_file), indent=4) + "\n")
    draft.replace(path)


def _command_line(pid: int) -> str:
    """A process's command line; empty when there is no such process, or it is dead and not yet collected."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            return ""
    command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=_PS_SECONDS_MAX, check=False)  # noqa: S603  - fixed words and a number
    except subprocess.TimeoutExpired:
        return ""
    return answer.stdout
