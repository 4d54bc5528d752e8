"""The local lane stays on this machine, leaves the user's account alone, and leaves secrets nowhere.

`make soak` shows the same of a whole `make up` by its system calls; here each process tells it of itself, always.
"""

from __future__ import annotations

import ipaddress
import sys
import sysconfig
from pathlib import Path

from soak.canaries import CONFIG_SECRET, OF_THE_USER, SECRETS, files_with, found_in
from tests.integration.project import ROOT

SYSTEM = ("/dev/", "/etc/", "/proc/", "/sys/", "/usr/", "/lib", "/var/lib/")
"""Where everybody's files are: time zones, host names, certificates, shared libraries."""


def test_every_run_ends_as_it_should(story):
    expected = dict.fromkeys(["start", "up", "outputs", "status", "preview", "refresh", "destroy", "stop"], 0)

    assert story.codes == expected | {"broken": 1, "killed": -9}, story.shown
    assert '"second"' in story.shown["journal"] or "::second" in story.shown["journal"]


def test_nothing_is_connected_to_or_looked_up_but_loopback(story):
    connected = story.of("socket.connect", "socket.sendto")
    named = story.of("socket.getaddrinfo", "socket.gethostbyname")

    hosts = {address[0] for address in connected if isinstance(address, tuple)} | named
    assert hosts
    assert {host for host in hosts if not is_loopback(host)} == set()


def is_loopback(host):
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def test_every_process_of_a_run_was_watched(story):
    opened = {str(told) for events in story.events.values() for name, told in events if name == "open"}

    assert len(story.events) >= 12
    assert any("moto" in path for path in opened)
    assert any("pulumi_aws" in path for path in opened)


def test_no_file_of_the_user_is_opened(story):
    own = {str(path) for path in (story.folder / "project", story.folder / "temporary", ROOT)}
    python = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), *filter(None, sys.path)}
    allowed = tuple({*own, *python, *SYSTEM})
    opened = {path for path in story.of("open") if isinstance(path, str) and Path(path).is_absolute()}

    assert {path for path in opened if path.startswith(str(story.home))} == set()
    assert {path for path in opened if not path.startswith(allowed)} == set()


def test_the_search_for_a_secret_finds_one(tmp_path):
    (tmp_path / "plain").write_text(f"x{CONFIG_SECRET}x")
    (tmp_path / "other").write_text("nothing")

    assert files_with(SECRETS, [tmp_path]) == (2, [f"{CONFIG_SECRET}: {tmp_path / 'plain'}"])


def test_no_secret_and_nothing_of_the_users_account_is_in_any_file(story):
    searched, found = files_with((*OF_THE_USER, *SECRETS), [story.folder], besides=[story.home])

    assert searched > 20
    assert found == []


def test_no_secret_and_nothing_of_the_users_account_is_shown_or_journalled(story):
    found = {name: found_in((*OF_THE_USER, *SECRETS), text.encode()) for name, text in story.shown.items()}

    assert {name: texts for name, texts in found.items() if texts} == {}
    assert "[secret]" in story.shown["up"]
