# A STAND-IN for the Pulumi CLI, not the CLI: it plays answers that a test has written down, and notes how it was
# called. It proves which command lines `tap --engine pulumi` sends, how it reads the answers, and what it does when
# they are errors. It proves nothing about the CLI itself: the README says what only a run with the real one does.
#
# STAND_IN names a folder: answers.json is {command: [answer, ...]}, of which each call of the command takes the next
# and the last one stays; an answer is {exit, stdout, stderr, events, seconds, touch}. calls.jsonl is what was called.

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

GROUPS = ("stack",)


def main() -> int:
    folder = Path(os.environ["STAND_IN"])
    words = [word for word in sys.argv[1:] if word != "--non-interactive"]
    command = " ".join(words[:2]) if words[0] in GROUPS else words[0]
    calls = folder / "calls.jsonl"
    before = [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []
    event_log = _value_after("--event-log", words)
    shown = ["EVENTS" if word == event_log and word else word for word in words]
    note = {"command": command, "words": shown, "cwd": str(Path.cwd()), "program": Path("__main__.py").exists()}
    note["environment"] = str(Path(".venv").resolve()) if Path(".venv").exists() else ""
    with calls.open("a") as file:
        file.write(json.dumps(note) + "\n")
    answers = json.loads((folder / "answers.json").read_text()).get(command, [{}])
    taken = sum(call["command"] == command for call in before)
    return _give(answers[min(taken, len(answers) - 1)], event_log)


def _give(answer: dict, event_log: str) -> int:
    ended: list[int] = []
    signal.signal(signal.SIGINT, lambda *_: ended.append(1))
    if answer.get("touch"):
        Path(answer["touch"]).touch()
    until = time.monotonic() + answer.get("seconds", 0)
    while time.monotonic() < until and not ended:
        time.sleep(0.02)
    if event_log:
        with Path(event_log).open("a", encoding="utf-8") as log:
            for event in [*answer.get("events", []), {"cancelEvent": {}}]:
                log.write(json.dumps(event) + "\n")
    sys.stdout.write(answer.get("stdout", ""))
    sys.stderr.write(answer.get("stderr", ""))
    return 1 if ended else answer.get("exit", 0)


def _value_after(flag: str, words: list[str]) -> str:
    return words[words.index(flag) + 1] if flag in words else ""


sys.exit(main())
