"""What `make soak` reads out of system calls: a connection elsewhere and an opened setting must not pass it by."""

from __future__ import annotations

from pathlib import Path

import pytest

from soak.traces import LOCAL, LOOPBACK, read_trace

PROJECT = Path("/home/me/project")


@pytest.mark.parametrize(
    "line",
    [
        '7 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS',
        '7 sendto(3, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.2")}, 16) = 1',
        '7 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr)}, 28)',
        '7 connect(3, {sa_family=AF_INET6, inet_pton(AF_INET6, "::ffff:192.0.2.1", &sin6_addr)}, 28 <unfinished ...>',
        '7 sendmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}}, 0) = 1',
        "7 connect(3, {sa_family=AF_VSOCK, svm_cid=2, svm_port=1}, 16) = 0",
    ],
)
def test_a_connection_elsewhere_is_told_by_its_call(line):
    assert read_trace([line], PROJECT).elsewhere == [line]


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ('7 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0', LOOPBACK),
        ('7 connect(3, {sa_family=AF_INET6, inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0', LOOPBACK),
        ('7 connect(3, {sa_family=AF_INET6, inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr)}, 28) = 0', LOOPBACK),
        ('7 connect(3, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT', LOCAL),
        ("7 sendto(3, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0}, 12) = 20", LOCAL),
    ],
)
def test_what_stays_on_this_machine_is_counted(line, target):
    trace = read_trace([line, line], PROJECT)

    assert trace.elsewhere == []
    assert trace.connections == {target: 2}


def test_a_message_on_a_connection_that_is_open_already_counts_for_nothing():
    lines = ['7 sendto(3, "GET / HTTP/1.1", 14, 0, NULL, 0) = 14', "7 connect(3, {sa_family=AF_UNSPEC}, 16) = 0"]

    assert read_trace(lines, PROJECT).connections == {}


@pytest.mark.parametrize(
    "path",
    ["/home/me/.aws/config", "/home/me/.aws/models/ec2/x.json", "/etc/boto.cfg", "/home/me/.boto", "/home/me/.netrc"],
)
@pytest.mark.parametrize("call", ['openat(AT_FDCWD, "{}", O_RDONLY|O_CLOEXEC) = 3', 'open("{}", O_RDONLY) = -1 ENOENT'])
def test_the_settings_of_the_user_are_told_opened_or_not_there(path, call):
    assert read_trace([f"7 {call.format(path)}"], PROJECT).settings == (path,)


@pytest.mark.parametrize("path", ["/home/me/project/.tap/.pulumi/meta.yaml", "/usr/lib/python3/boto.py", "/etc/hosts"])
def test_other_files_are_nobodys_settings(path):
    assert read_trace([f'7 openat(AT_FDCWD, "{path}", O_RDONLY) = 3'], PROJECT).settings == ()


def test_files_that_are_written_are_told_and_others_not():
    lines = [
        '7 openat(AT_FDCWD, "/home/me/x", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 3',
        '7 openat(AT_FDCWD, "/home/me/y", O_RDWR|O_CLOEXEC <unfinished ...>',
        '7 openat(AT_FDCWD, "/home/me/O_CREAT", O_RDONLY|O_CLOEXEC) = 3',
        '7 openat(AT_FDCWD, "/dev/null", O_RDWR) = 3',
    ]

    assert read_trace(lines, PROJECT).written == ("/home/me/x", "/home/me/y")
