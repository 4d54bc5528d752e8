"""`python -m soak [PART ...]`: run these parts, or all, and print their figures. Exit code 1 where one is off."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench import machine
from soak.kept import Kept, kept_in
from soak.parts import PARTS
from soak.row import Row

_TABLE_WIDTH = 140


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--rows", action="store_true", help="run one part in this process, and print its rows as JSON")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep there what parts come to, and go on from what this commit did"
    )
    options = parser.parse_args()
    strangers = [name for name in options.parts if name not in PARTS]
    if strangers:
        parser.error(f"there is no part {', '.join(strangers)}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as folder:
        kept = kept_in(options.keep or Path(folder))
        if not options.rows:
            return _run(options.parts or list(PARTS), kept)
        for name in options.parts:
            print(json.dumps([asdict(row) for row in PARTS[name].run(kept)]))
        return 0


def _run(names: list[str], kept: Kept) -> int:
    table = Table("what", "result", "expected", title=machine.title())
    good = True
    for name in names:
        began = time.monotonic()
        rows = kept.rows(name) or _rows_of(name, kept)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        for row in rows:
            result = escape(row.result)
            table.add_row(escape(row.what), result if row.good else f"[red]{result}[/red]", escape(row.expected))
        table.add_section()
        good = good and all(row.good for row in rows)
    Console(width=None if sys.stdout.isatty() else _TABLE_WIDTH).print(table)
    if not good:
        print("some figures are off")
    return 0 if good else 1


def _rows_of(name: str, kept: Kept) -> list[Row]:
    """The part's rows; one that says why not where it breaks off or takes too long."""
    seconds_max = PARTS[name].seconds_max
    command = [sys.executable, "-m", "soak", "--rows", name, "--keep", str(kept.folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        said, _ = process.communicate(timeout=seconds_max)
    except subprocess.TimeoutExpired:
        return [Row(name, f"not through after {seconds_max:.0f} s", "ends", good=False)]
    finally:
        _end(process)
    lines = said.splitlines()
    if process.returncode != 0 or not lines:
        return [Row(name, f"broke off with exit code {process.returncode}: see above", "ends", good=False)]
    rows = [Row(**row) for row in json.loads(lines[-1])]
    if all(row.good for row in rows):
        kept.keep(name, rows)
    return rows


def _end(process: subprocess.Popen[str]) -> None:
    """Also what the part has left in its session, and where it was interrupted."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
