"""A run that is killed at its n-th touch of the file system, for every n: what `test_crashes` looks at afterwards.

`python -m tests.state.crash_matrix <folder>` makes a stack in `<folder>/<n>` for n = 1, 2, … and lets a child run in it
that kills itself with SIGKILL just before its n-th call that opens, renames, links or removes a file or makes a folder;
the last n is the first run that comes to its end. `<folder>/<n>/confirmed` has a byte for each change confirmed.
"""

import os
import signal
import sys
from pathlib import Path

from tap.engine.snapshot import Added, Began, Ended
from tests.state.support import INFO, creating, finish, record, store_in, thing

TOUCHES = {"open", "os.rename", "os.link", "os.remove", "os.mkdir"}


def run(folder):
    """A run after one that was finished and one that was interrupted."""
    confirmed = os.open(folder / "confirmed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with store_in(folder).open("update") as session:
        for name in ("c", "d"):
            session.append([Began(1, creating(thing(name, id="")))]).result(30)
            os.write(confirmed, b"-")
            session.append([Ended(1), Added(thing(name))]).result(30)
            os.write(confirmed, name.encode())
        end = [thing("c"), thing("d"), thing("b"), thing("a")]
        session.finish(session.base.with_contents(end, ()), INFO)
    os.write(confirmed, b"!")


def killed_at(number, folder):
    """Kill this process just before its number-th touch of something in the folder."""
    touched = 0

    def hook(event, arguments):
        nonlocal touched
        if event in TOUCHES and str(arguments[0]).startswith(str(folder / ".tap")):
            touched += 1
            if touched == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def main(root):
    number = 0
    while True:
        number += 1
        folder = root / str(number)
        folder.mkdir()
        finish(store_in(folder), thing("a"))
        record(store_in(folder), [Added(thing("b"))])
        store_in(folder).paths.meta.unlink()  # so that the run writes it, as the very first one does
        child = os.fork()
        if child == 0:
            killed_at(number, folder)
            run(folder)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
