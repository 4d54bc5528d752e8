"""`make bench`: every figure of the README that is about time, from one run, with the ratios that matter."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import engine, machine, stack

START_ROUNDS = 5


def start_up(*arguments: str) -> float:
    """Median milliseconds of a command that does next to nothing."""
    times = []
    for _ in range(START_ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tap.cli.main", *arguments], capture_output=True, check=True, timeout=30)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def rows(folder: Path) -> list[tuple[str, str, str]]:
    """(what, measured, at most)."""
    found: list[tuple[str, str, str]] = []
    small, large = folder / "small", folder / "large"
    small.mkdir()
    large.mkdir()
    one = engine.measure(small, engine.bare_program(1_000))
    five = engine.measure(large, engine.bare_program(5_000))
    per_one, per_five = one.seconds, five.seconds / 5
    found += [
        ("engine, a resource at 1,000 (bare gRPC)", f"{per_one:.2f} ms", "10 ms"),
        ("engine, a resource at 5,000 (bare gRPC)", f"{per_five:.2f} ms", "10 ms"),
        ("  time per resource, 5,000 : 1,000", f"{per_five / per_one:.2f}", "1.2"),
        ("  written per resource, 5,000 : 1,000", f"{five.written / 5 / one.written:.2f}", "-"),
        ("  peak memory at 5,000", f"{five.memory:.0f} MB", "300 MB"),
    ]
    real = folder / "real"
    real.mkdir()
    through = engine.measure(real, engine.sdk_program(1_000))
    found.append(("a Pulumi program of 1,000 resources, SDK included", f"{through.seconds:.1f} s", "-"))
    figures = stack.measure(folder)
    ratio = (figures.warm - figures.imports) / figures.boto3
    found += [
        ("the stack, cold: embedded AWS not running", f"{figures.cold:.1f} s", "15 s"),
        ("the stack, warm", f"{figures.warm:.1f} s", "-"),
        ("  the program's imports", f"{figures.imports:.1f} s", "-"),
        (f"  bare boto3, the same {figures.calls} calls", f"{figures.boto3:.1f} s", "-"),
        ("  (warm - imports) : bare boto3", f"{ratio:.2f}", "1.5"),
        ("a preview with nothing to do", f"{figures.preview:.1f} s", "4 s"),
        ("tap verify", f"{figures.looks['verify']:.1f} s", "5 s"),
        ("tap graph", f"{figures.looks['graph']:.2f} s", "1 s"),
        ("tap cost", f"{figures.looks['cost']:.2f} s", "1 s"),
        ("tap --help", f"{start_up('--help'):.0f} ms", "250 ms"),
        ("tap status", f"{start_up('status'):.0f} ms", "250 ms"),
    ]
    return found


def main() -> None:
    table = Table("what", "measured", "at most", title=machine.title())
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder)):
            table.add_row(*row)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
