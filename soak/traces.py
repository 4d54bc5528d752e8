"""What `strace` wrote of a run: where its processes connected to, and which files they opened."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

CALLS: Final = "connect,sendto,sendmsg,sendmmsg,open,openat,openat2"

LOOPBACK: Final = "loopback"
LOCAL: Final = "a socket of this machine"
"""AF_UNIX, and AF_NETLINK, which asks the kernel for its own interfaces."""

_FAMILY: Final = re.compile(r"sa_family=(AF_\w+)")
_ADDRESS: Final = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
_OPENED: Final = re.compile(r'\bopen(?:at2?)?\((?:[^,"]+, )?"((?:[^"\\]|\\.)*)"')
_WRITING: Final = re.compile(r"\bO_(?:WRONLY|RDWR|CREAT)\b")
_NO_FILES: Final = ("/dev/", "/proc/", "/sys/")
_SETTINGS: Final = re.compile(r"/\.aws(/|$)|/\.boto$|/boto\.cfg$|/\.pulumi/(credentials|config)|/\.?_?netrc$")


@dataclass(frozen=True)
class Trace:
    """connections: LOOPBACK, LOCAL, or the line of one elsewhere, and how many there were."""

    connections: Counter[str] = field(default_factory=Counter)
    settings: tuple[str, ...] = ()
    """Files of the user's AWS, Boto, Pulumi and network settings that a process tried to open."""
    written: tuple[str, ...] = ()
    """Files that were opened for writing, by their absolute paths; relative ones lie where the process runs."""

    @property
    def elsewhere(self) -> list[str]:
        return [target for target in self.connections if target not in (LOOPBACK, LOCAL)]


def read_trace(lines: Iterable[str], project: Path) -> Trace:
    """`project`: its own `.tap/.pulumi` is not the user's."""
    connections: Counter[str] = Counter()
    settings: dict[str, None] = {}
    written: dict[str, None] = {}
    for line in lines:
        connections.update(_targets(line))
        opened = _OPENED.search(line)
        if opened is None:
            continue
        if _SETTINGS.search(opened[1]) and not opened[1].startswith(f"{project}/.tap/"):
            settings[opened[1]] = None
        if _WRITING.search(line[opened.end() :]) and opened[1].startswith("/") and not opened[1].startswith(_NO_FILES):
            written[opened[1]] = None
    return Trace(connections, tuple(settings), tuple(written))


def _targets(line: str) -> Iterator[str]:
    """Where a line's call goes; nothing for a call on a socket that is connected already, or that names no address."""
    family = _FAMILY.search(line)
    if family is None or family[1] == "AF_UNSPEC":
        return
    if family[1] in ("AF_UNIX", "AF_LOCAL", "AF_NETLINK"):
        yield LOCAL
        return
    addresses = _ADDRESS.findall(line)
    for address in addresses:
        yield LOOPBACK if _is_loopback(address) else line.strip()
    if not addresses:
        yield line.strip()


def _is_loopback(address: str) -> bool:
    """gRPC has one kind of socket for both, and writes 127.0.0.1 as ::ffff:127.0.0.1."""
    parsed = ipaddress.ip_address(address)
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
