"""The journal's lines: what a journal that was cut, damaged or half written tells."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap.engine.model import OperationType
from tap.engine.snapshot import Added, Altered, Began, Ended, Rebased, Removed, Renamed, Side, Slot, Snapshot
from tap.state.change_codec import decode_change, encode_change
from tap.state.crypter import CachingCrypter, PlaintextCrypter
from tap.state.journal_format import (
    EmbeddedAws,
    Entry,
    Header,
    JournalDamagedError,
    format_line,
    parse_journal,
)
from tap.state.resource_codec import encode_operation, encode_resource
from tests.state.support import creating, thing

HEADER = Header("organization/golden/dev", "update", "run", "absent")
ENTRIES = [
    Entry(1, ({"change": "began", "key": 1},), {"type": "passphrase"}),
    Entry(2, ({"change": "ended", "key": 1}, {"change": "removed", "side": "new", "index": 0})),
    Entry(3, ({"change": "ended", "key": 2},), embedded_aws=EmbeddedAws("i", "http://127.0.0.1:1")),
]
LINES = [format_line(HEADER.to_json()), *(format_line(entry.to_json()) for entry in ENTRIES)]
WHOLE = b"".join(LINES)


def test_what_was_written_is_read():
    records = parse_journal(WHOLE)

    assert records.header == HEADER
    assert list(records.entries) == ENTRIES


def test_cut_anywhere_it_holds_every_line_that_was_whole():
    ends = [len(b"".join(LINES[:count])) for count in range(len(LINES) + 1)]

    for length in range(len(WHOLE) + 1):
        records = parse_journal(WHOLE[:length])
        # A line is whole without the newline after it.
        whole = max(count for count, end in enumerate(ends) if count == 0 or length >= end - 1)
        if whole == 0:
            assert records is None
        else:
            assert list(records.entries) == ENTRIES[: whole - 1]


def test_a_byte_changed_anywhere_never_loses_a_confirmed_change_silently():
    chance = random.Random(2)  # noqa: S311  - the same damage each time
    damaged_lines = 0

    for offset in range(len(WHOLE)):
        for mask in (1, 0x20, chance.randrange(1, 256)):
            damaged = bytearray(WHOLE)
            damaged[offset] ^= mask
            try:
                records = parse_journal(bytes(damaged))
            except JournalDamagedError:
                damaged_lines += 1
                continue
            assert list(records.entries) == ENTRIES, offset

    assert damaged_lines > 2 * len(WHOLE)


def test_a_last_line_whose_blocks_never_reached_the_disk_is_dropped():
    lost = WHOLE[: -len(LINES[-1])] + LINES[-1][:10] + b"\0" * 512 + b"\n"

    assert list(parse_journal(lost).entries) == ENTRIES[:2]


def test_such_a_line_in_the_middle_is_damage():
    with pytest.raises(JournalDamagedError, match="line 3 is damaged"):
        parse_journal(LINES[0] + LINES[1] + b"\0" * 100 + b"\n" + LINES[3])


@pytest.mark.parametrize("lines", [[0, 1, 3], [0, 2, 1, 3], [0, 1, 1, 2]])
def test_a_line_that_is_missing_moved_or_doubled_is_damage(lines):
    with pytest.raises(JournalDamagedError, match="is missing"):
        parse_journal(b"".join(LINES[line] for line in lines))


def test_a_journal_of_a_later_format_is_refused():
    with pytest.raises(JournalDamagedError, match="format 2"):
        parse_journal(format_line({**HEADER.to_json(), "journal": 2}))


def plain():
    return CachingCrypter(PlaintextCrypter())


def shape(snapshot):
    """All that a snapshot would write."""
    return (
        [encode_resource(resource, plain()) for resource in snapshot.resources],
        [encode_operation(operation, plain()) for operation in snapshot.pending],
    )


@st.composite
def changes(draw):
    """Any changes that a run could make, in any order that makes sense of the slots."""
    found, base, new = [], draw(st.integers(0, 3)), 0
    start = base
    for number in range(draw(st.integers(0, 12))):
        resource = thing(
            f"r{number}",
            inputs={"n": draw(st.integers(0, 9))},
            dependencies=tuple(thing(f"b{n}").urn for n in range(base)),
        )
        slots = [Slot(Side.BASE, n) for n in range(base)] + [Slot(Side.NEW, n) for n in range(new)]
        kinds = ["began", "ended", "added", "renamed", "rebased"] + (["removed", "altered"] if slots else [])
        match draw(st.sampled_from(kinds)):
            case "began":
                found.append(Began(draw(st.integers(0, 3)), creating(resource)))
            case "ended":
                found.append(Ended(draw(st.integers(0, 3))))
            case "added":
                found.append(Added(resource))
                new += 1
            case "removed":
                found.append(Removed(draw(st.sampled_from(slots))))
            case "altered":
                found.append(Altered(draw(st.sampled_from(slots)), resource))
            case "renamed":
                found.append(Renamed(thing("b0").urn, thing(f"other{number}").urn))
            case "rebased":
                found.append(Rebased((resource,), (creating(resource),)))
                base, new = 1, 0
    return start, found


@given(changes(), st.integers(1, 4))
@settings(max_examples=200)
def test_replaying_the_journal_of_any_changes_is_applying_them(drawn, batch):
    start, found = drawn
    base = [thing(f"b{n}") for n in range(start)]
    pending = [creating(thing("p"))]
    batches = [found[at : at + batch] for at in range(0, len(found), batch)]
    written = format_line(HEADER.to_json())
    for number, changed in enumerate(batches, 1):
        encoded = tuple(encode_change(change, plain()) for change in changed)
        written += format_line(Entry(number, encoded).to_json())

    applied, replayed = Snapshot(base, pending), Snapshot(base, pending)
    for change in found:
        applied.apply(change)
    for entry in parse_journal(written).entries:
        for encoded in entry.changes:
            replayed.apply(decode_change(encoded, plain(), "journal"))

    assert shape(replayed) == shape(applied)


def test_every_type_of_operation_survives():
    for type in OperationType:
        change = Began(1, creating(thing("a")).__class__(thing("a"), type))

        assert decode_change(encode_change(change, plain()), plain(), "p").operation.type is type
