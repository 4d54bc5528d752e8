"""What a power cut would leave: looked at where the project hands its files to the system.

A child notes every fsync, rename, link and unlink, with what the files were like at that moment. An fsync takes a
while there, so that whoever does not wait for it is seen.
"""

from __future__ import annotations

import json

import pytest

from tests.state.support import child, ended, finish, store_in, thing

WATCHING = """
import json, os, sys, time
from pathlib import Path

noted = []

def note(what, **facts):
    noted.append({"what": what, **facts})

def folder_of(path):
    return os.stat(Path(path).parent).st_ino

def watched_sync(original):
    def sync(handle):
        time.sleep(0.05)
        original(handle)
        facts = os.fstat(handle)
        note("sync", inode=facts.st_ino, size=facts.st_size)
    return sync

def watched_replace(source, target, **named):
    size, inode = os.stat(source).st_size, os.stat(source).st_ino
    replace(source, target, **named)
    note("rename", inode=inode, size=size, folder=folder_of(target), name=Path(target).name)

def watched_unlink(path, **named):
    unlink(path, **named)
    note("unlink", folder=folder_of(path), name=Path(path).name)

for name in ("fsync", "fdatasync"):
    if hasattr(os, name):
        setattr(os, name, watched_sync(getattr(os, name)))
replace, os.replace = os.replace, watched_replace
unlink, os.unlink = os.unlink, watched_unlink

from tap.engine.snapshot import Added
from tests.state.support import INFO, store_in, thing

store = store_in(Path(sys.argv[1]))
journal = store.paths.journal
with store.open("update") as session:
    for name in "abc":
        session.append([Added(thing(name))]).result(30)
        facts = journal.stat()
        note("confirmed", inode=facts.st_ino, size=facts.st_size, folder=folder_of(journal))
    if sys.argv[2] == "finished":
        session.finish(session.base.with_contents([thing(name) for name in "abc"], ()), INFO)
        note("finished")
json.dump(noted, sys.stdout)
"""


def noted_in(folder, how):
    code, out, err = ended(child(WATCHING, folder, how))

    assert (code, err) == (0, "")
    return json.loads(out)


def index_of(noted, what, name):
    return next(index for index, each in enumerate(noted) if each["what"] == what and each.get("name") == name)


def test_a_change_is_confirmed_only_after_the_journal_and_its_name_are_on_the_disk(tmp_path):
    noted = noted_in(tmp_path, "interrupted")

    confirmed = [index for index, each in enumerate(noted) if each["what"] == "confirmed"]
    assert len(confirmed) == 3
    for index in confirmed:
        journal = noted[index]
        synced = [each for each in noted[:index] if each["what"] == "sync"]
        assert journal["size"] > 0
        assert max((each["size"] for each in synced if each["inode"] == journal["inode"]), default=0) == journal["size"]
        assert journal["folder"] in {each["inode"] for each in synced}


@pytest.mark.parametrize("earlier", ["nothing", "a finished run"])
def test_every_file_is_whole_on_the_disk_before_it_gets_its_name_and_the_name_is_before_the_end(tmp_path, earlier):
    if earlier == "a finished run":
        finish(store_in(tmp_path), thing("z"))
    before = contents(tmp_path)

    noted = noted_in(tmp_path, "finished")

    renamed = [index for index, each in enumerate(noted) if each["what"] == "rename"]
    written = {name for name, content in contents(tmp_path).items() if before.get(name) != content}
    assert "dev.json" in written
    assert written <= {noted[index]["name"] for index in renamed}
    for index in renamed:
        file = noted[index]
        whole = [each["size"] for each in noted[:index] if each["what"] == "sync" and each["inode"] == file["inode"]]
        assert whole[-1:] == [file["size"]], file["name"]
        named = [each for each in noted[index:] if each["what"] == "sync" and each["inode"] == file["folder"]]
        assert named, file["name"]


def contents(root):
    """Name -> content of the files that the Pulumi CLI would find."""
    return {path.name: path.read_bytes() for path in (root / ".tap" / ".pulumi").rglob("*") if path.is_file()}


def test_the_journal_goes_only_when_the_checkpoint_is_on_the_disk_for_good(tmp_path):
    noted = noted_in(tmp_path, "finished")

    renamed, removed = index_of(noted, "rename", "dev.json"), index_of(noted, "unlink", "dev.jsonl")
    between = [each["inode"] for each in noted[renamed:removed] if each["what"] == "sync"]
    assert noted[renamed]["folder"] in between
