"""`python -m mutants [NAME ...]`: plant the bugs of those names, or all, and print what caught each.

Exit code 1 where one survives, or could not be tried.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch

from mutants.catalogue import MUTANTS
from mutants.mutant import Mutant
from mutants.trial import Result, Verdict, attempt, control

AT_ONCE = 2


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a mutant's name, * for any letters; all by default")
    parser.add_argument("--list", action="store_true", help="say what there is, and plant nothing")
    arguments = parser.parse_args()
    chosen = [m for m in MUTANTS if not arguments.names or any(fnmatch(m.name, name) for name in arguments.names)]
    if not chosen:
        parser.error(f"no mutant is called {', '.join(arguments.names)}")
    if arguments.list:
        for mutant in chosen:
            print(f"{mutant.name}\n    {mutant.file}: {mutant.harm}\n    breaks: {mutant.breaks}")
        return 0
    return _try(chosen)


def _try(chosen: list[Mutant]) -> int:
    began = time.monotonic()
    tests = list(dict.fromkeys(test for mutant in chosen for test in mutant.tests))
    unchanged = control(_without_parts(tests))
    if unchanged.verdict is Verdict.BROKEN:
        print(f"the tests fail without any bug:\n{unchanged.detail}")
        return 1
    print(f"without a bug, all tests of {len(tests)} sets pass ({unchanged.seconds:.0f} s)\n", flush=True)
    width = max(len(mutant.name) for mutant in chosen)
    results: list[Result] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(attempt, chosen):
            results.append(result)
            print(f"{result.name:{width}}  {result.verdict:8}  {result.seconds:4.0f} s  {result.detail}", flush=True)
    caught = sum(result.verdict is Verdict.CAUGHT for result in results)
    print(f"\n{caught} of {len(results)} planted bugs caught, in {time.monotonic() - began:.0f} s")
    return 0 if caught == len(results) else 1


def _without_parts(tests: list[str]) -> list[str]:
    """Without the sets that lie in another one, which pytest would only run once more."""
    return [each for each in tests if not any(each != other and _lies_in(each, other) for other in tests)]


def _lies_in(test: str, other: str) -> bool:
    return test.startswith((f"{other}/", f"{other}::"))


if __name__ == "__main__":
    sys.exit(main())
