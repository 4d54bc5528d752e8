"""A canary wherever a secret may be: it comes out nowhere, whatever the real `tap` prints, writes and starts."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tap.local_aws import control
from tap.state.passphrase import PassphraseCrypter
from tests.cli.conftest import Tap

PROGRAM = """
import sys
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
phase = config.require_int("phase")
hidden = pulumi.Output.secret
topic = aws.sns.Topic("topic", display_name=config.require_secret("token"), tags={"made": hidden("c4nary-tag")})
key = aws.kms.Key("key", description=hidden(f"c4nary-described-{phase}"))
pulumi.export("name", topic.display_name)
pulumi.export("deep", {"list": [hidden("c4nary-deep")]})
pulumi.export("arn", topic.arn)
print("printed", config.require("token"))
pulumi.log.warn("logged " + config.require("token"))
sys.stderr.write(config.require_object("nested")["inner"] + "\\n")
if phase == 3:
    aws.ec2.Vpc("refused-by-the-check", cidr_block=hidden("c4nary-cidr"))
if phase == 4:
    aws.ec2.Subnet("refused-by-aws", vpc_id=hidden("vpc-c4nary"), cidr_block="10.0.0.0/24")
if phase == 5:
    raise RuntimeError(f"the token is {config.require('token')}")
"""
SECONDS_BETWEEN_LOOKS = 0.05


class Watcher:
    """Reads the arguments of every process that there is, again and again."""

    def __init__(self) -> None:
        self.arguments: set[bytes] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(timeout=30)

    def _watch(self):
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    self.arguments.add((process / "cmdline").read_bytes())
                except OSError:
                    continue


@pytest.fixture(scope="module")
def told(tmp_path_factory, warm):
    """Everything that the runs put out, and what was started meanwhile."""
    root = tmp_path_factory.mktemp("secrets")
    runtime = {"name": "python", "options": {"virtualenv": str(warm.programs)}}
    (root / "Pulumi.yaml").write_text(json.dumps({"name": "shop", "runtime": runtime}))
    (root / "__main__.py").write_text(PROGRAM)
    tap = Tap(root)
    crypter = PassphraseCrypter(lambda: "pw")
    token, inner = crypter.encrypt("c4nary-config"), crypter.encrypt("c4nary-nested")
    salt = crypter.provider["state"]["salt"]

    def run(phase, *arguments):
        config = {"aws:region": "us-east-1", "shop:token": {"secure": token}, "shop:phase": phase}
        config["shop:nested"] = {"inner": {"secure": inner}}
        (root / "Pulumi.local.yaml").write_text(json.dumps({"encryptionsalt": salt, "config": config}))
        ended = tap(*arguments, PULUMI_CONFIG_PASSPHRASE="pw")  # noqa: S106  - of this test alone
        return " ".join(arguments), phase, ended

    with Watcher() as watcher:
        ended = [
            run(1, "local", "start", "--port", "0"),
            run(1, "up", "--diff"),
            run(2, "preview", "--diff"),
            run(3, "up", "--json"),
            run(4, "up"),
            run(5, "up"),
            run(5, "outputs"),
            run(5, "state", "export"),
            run(5, "destroy", "--diff"),
        ]
    yield root, ended, watcher.arguments
    control.stop(root)


def test_the_runs_went_as_they_should(told):
    codes = [(command, phase, each.returncode) for command, phase, each in told[1]]

    assert [code for command, phase, code in codes] == [0, 0, 0, 1, 1, 1, 0, 0, 0], codes


def test_no_secret_is_printed(told):
    for command, phase, ended in told[1]:
        assert "c4nary" not in ended.stdout, (command, phase, ended.stdout)
        assert "c4nary" not in ended.stderr, (command, phase, ended.stderr)


def test_what_the_program_printed_is_still_there_without_its_secrets(told):
    up = told[1][1][2].stdout

    assert "printed [secret]" in up
    assert "logged [secret]" in up


def test_what_was_wrong_is_still_said(told):
    by_phase = {phase: ended.stdout for command, phase, ended in told[1] if command.startswith("up")}

    assert "cidrBlock" in by_phase[3]
    assert "InvalidVpcID.NotFound" in by_phase[4]
    assert "RuntimeError: the token is [secret]" in by_phase[5]


def test_no_secret_is_in_any_file(told):
    root = told[0]
    files = [path for path in root.rglob("*") if path.is_file() and "__main__" not in path.name]
    leaks = [str(path.relative_to(root)) for path in files if b"c4nary" in path.read_bytes()]

    assert len(files) > 20
    assert leaks == []


def test_no_secret_is_among_the_arguments_of_a_process(told):
    arguments = told[2]

    assert any(b"language_exec.py" in each for each in arguments)
    assert [each for each in arguments if b"c4nary" in each] == []
