"""How programs end, and what is said of it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tap.engine.registration import ProgramExit
from tap.errors import TapError
from tap.program.environment import program_python
from tap.program.host import Program
from tests.program.recording import PROGRAMS, RecordingRegistrar, context, play

STACK = "urn:pulumi:dev::tests::pulumi:pulumi:Stack::tests-dev"
PATIENCE = 30.0
"""Seconds until a test gives up on another process."""


def test_an_exception_is_reported_with_the_program_s_frames_only():
    registrar = RecordingRegistrar()
    end = play(registrar, "raises.py")

    file = PROGRAMS / "raises.py"
    assert end == ProgramExit(32, bail=True)
    assert registrar.errors() == [
        "Program failed with an unhandled exception:\nTraceback (most recent call last):\n"
        f'  File "{file}", line 14, in <module>\n    fail()\n'
        f'  File "{file}", line 11, in fail\n    raise ValueError("the program broke")\n'
        "ValueError: the program broke"
    ]


def test_what_was_declared_before_an_exception_is_registered_with_the_outputs_so_far():
    registrar = RecordingRegistrar()
    play(registrar, "raises.py")

    assert "made" in registrar.goals
    assert registrar.outputs[STACK] == {"exported": 1}
    assert not registrar.shut_down


def test_an_exception_in_an_apply_is_reported_with_the_program_s_frames_only():
    registrar = RecordingRegistrar()
    end = play(registrar, "raises_in_apply.py")

    assert end == ProgramExit(32, bail=True)
    assert len(registrar.errors()) == 1
    assert registrar.errors()[0].endswith("ValueError: the apply broke")
    assert "language_exec.py" not in registrar.errors()[0]


def test_a_program_that_failed_ends_though_the_engine_has_yet_to_answer_it():
    end = play(RecordingRegistrar(stall="other"), "raises_in_apply.py")

    assert end == ProgramExit(32, bail=True)


def test_a_program_that_ends_itself_has_its_own_code():
    assert play(RecordingRegistrar(), "exits.py") == ProgramExit(3, bail=False)


def test_a_program_that_gives_its_own_reason_ends_with_1():
    registrar = RecordingRegistrar()
    end = play(registrar, "gives_up.py")

    assert end == ProgramExit(1, bail=False)
    assert registrar.errors() == ["no zones are configured"]


def test_a_missing_program_is_said_by_its_path():
    registrar = RecordingRegistrar()
    end = play(registrar, "nowhere")

    assert end == ProgramExit(32, bail=True)
    assert str(PROGRAMS / "nowhere") in registrar.errors()[0]


def test_a_refused_resource_fails_the_program_with_the_engine_s_words():
    registrar = RecordingRegistrar(refuse="refused")
    end = play(registrar, "refused.py")

    assert end == ProgramExit(32, bail=True)
    assert registrar.errors() == ["Program failed with an unhandled exception:\nException: this one can not be"]
    assert "dependent" not in registrar.goals


def test_a_stopped_run_ends_the_program_without_another_word():
    registrar = RecordingRegistrar(close="refused")
    end = play(registrar, "refused.py")

    assert end == ProgramExit(1, bail=True)
    assert registrar.errors() == []


def test_a_python_that_is_not_there_is_one_clear_error():
    program = Program(context("raises.py"), "/nowhere/python", {}, RecordingRegistrar())

    with pytest.raises(TapError) as caught:
        asyncio.run(program.run())

    assert "/nowhere/python" in str(caught.value)


def test_the_virtual_environment_of_the_project_is_used_where_it_is_there(tmp_path: Path):
    python = tmp_path / "venv" / "bin" / "python"
    assert program_python(tmp_path, "venv") == sys.executable
    python.parent.mkdir(parents=True)
    python.touch()

    assert program_python(tmp_path, "venv") == str(python)
    assert program_python(tmp_path) == sys.executable


def _pids(text: str) -> list[int]:
    return [int(word) for word in text.split()[1:]]


def _wait_until_gone(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        left = [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]
        if not left:
            return []
        time.sleep(0.05)
    return left


async def _cancel_once_it_runs(registrar: RecordingRegistrar) -> list[int]:
    program = Program(context("hangs.py"), sys.executable, dict(os.environ), registrar)
    running = asyncio.create_task(program.run())
    deadline = time.monotonic() + PATIENCE
    while not registrar.logs and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, PATIENCE)
    return _pids(registrar.logs[0][1])


def test_a_program_that_will_not_end_is_killed_with_what_it_started():
    pids = asyncio.run(_cancel_once_it_runs(RecordingRegistrar()))

    assert len(pids) == 2
    assert _wait_until_gone(pids) == []


PARENT = """
import asyncio, os, sys
from tap.program.host import Program
from tests.program.recording import RecordingRegistrar, context
registrar = RecordingRegistrar()
registrar.log = lambda severity, message, urn: print(message, flush=True)
asyncio.run(Program(context("hangs.py"), sys.executable, dict(os.environ), registrar).run())
"""


def test_a_program_does_not_outlive_an_engine_that_was_killed():
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=root) as engine:
        assert engine.stdout is not None
        pids = _pids(engine.stdout.readline())
        engine.send_signal(signal.SIGKILL)

    assert len(pids) == 2
    assert _wait_until_gone(pids) == []
