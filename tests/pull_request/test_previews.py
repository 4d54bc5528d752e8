"""What is read of a preview, and how it looks as markdown, whoever wrote the file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tap.errors import UsageError
from tap.posture.data_loss import HOLDS_DATA
from tap.pull_request.markdown import CHARACTERS_MAX, MARKER, code, comment
from tap.pull_request.previews import BYTES_MAX, Change, Preview, preview_of, read_previews

TAP = Path(sys.executable).with_name("tap")
BUCKET = "aws:s3/bucket:Bucket"
NASTY = "a|b`c\\|d\n@all <img src=x> ![x](http://x) \u202e</details>"


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:prod::tap::tap:stack:TapStack${type}::{name}"


def step(op: str, type: str, name: str, **more: object) -> dict[str, object]:
    return {"op": op, "urn": urn(type, name), **more}


PULUMIS = {
    "steps": [
        step("same", "aws:ec2/vpc:Vpc", "vpc"),
        step("create-replacement", BUCKET, "logs", diffReasons=["bucket"], replaceReasons=["bucket"]),
        step("replace", BUCKET, "logs", diffReasons=["bucket"], replaceReasons=["bucket"]),
        step("delete-replaced", BUCKET, "logs", oldState={"type": BUCKET}),
        step("delete", BUCKET, "kept", oldState={"retainOnDelete": True}),
        step("update", "aws:ec2/subnet:Subnet", "a", diffReasons=["tags"]),
    ],
    "diagnostics": [{"severity": "warning", "message": "old"}],
    "changeSummary": {"same": 1},
}
"""As `pulumi preview --json` writes it."""


def test_pulumis_preview_is_read_with_a_replacement_as_one_change():
    assert preview_of(PULUMIS) == Preview(
        embedded=False,
        changes=(
            Change("replace", "logs", BUCKET, ("bucket",), HOLDS_DATA[BUCKET]),
            Change("delete", "kept", BUCKET),
            Change("update", "a", "aws:ec2/subnet:Subnet", ("tags",)),
        ),
        unchanged=1,
    )


def test_tap_says_itself_what_is_lost():
    lost, kept = step("delete", BUCKET, "a", dataLoss="DELETES DATA: all"), step("delete", BUCKET, "b")

    assert [change.name for change in preview_of({"version": 1, "steps": [lost, kept]}).losing] == ["a"]


def test_the_table_has_the_losses_first_and_counts_everything():
    document = {**PULUMIS, "steps": PULUMIS["steps"][::-1]}
    text = comment([preview_of(document)], commit="f" * 40, link="https://example.org/run")

    assert text.startswith(f"{MARKER}\n### What would change of `ffffffffff`\n\n#### On AWS\n\n> [!CAUTION]\n")
    assert f"> - `logs` (replace): {HOLDS_DATA[BUCKET]}\n" in text
    assert "**1** to update, **1** to replace, **1** to delete, 1 unchanged." in text
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows[0] == "| `+-` replace **loses data** | `logs` | `aws:s3/bucket:Bucket` | `bucket` |"
    assert rows[1] == "| `~` update | `a` | `aws:ec2/subnet:Subnet` | `tags` |"


def test_a_failed_preview_shows_why():
    text = comment([preview_of({"version": 1, "error": {"message": "no stack"}, "steps": [], "diagnostics": []})])

    assert "The preview **failed**:\n\n```text\nno stack\n```" in text


def test_without_any_preview_it_says_so():
    assert "No preview was made" in comment([])


def test_nothing_of_a_strangers_preview_leaves_its_code_span():
    document = {
        "version": 1,
        "stack": NASTY,
        "steps": [
            {"op": NASTY, "urn": urn(NASTY, NASTY), "diffReasons": [NASTY]},
            step("delete", BUCKET, NASTY, dataLoss=1),
        ],
        "diagnostics": [{"severity": "error", "message": f"```\n{NASTY}\n```\n~~~"}],
    }
    text = comment([preview_of(document)])

    outside = re.sub(r"```text\n.*?\n```", "", text, flags=re.DOTALL)
    outside = "\n".join(re.sub(r"`[^`]*`", "", line) for line in outside.splitlines())
    for told in ("@all", "<img", "http://x", "</details>", "\u202e"):
        assert told not in outside
    assert "\u202e" not in text
    assert text.count("```") == 2
    cells = [re.split(r"(?<!\\)\|", line) for line in text.splitlines() if line.startswith("|")]
    assert {len(row) for row in cells} == {6}


@pytest.mark.parametrize("text", [NASTY, "|" * 9, "\\", "``", "a\\|", " "])
def test_a_code_span_is_one_span_in_one_cell(text):
    shown = code(text)

    assert re.fullmatch(r"(`[^`\n]+`)?", shown)
    assert not re.search(r"(?<!\\)(\\\\)*\|", shown)


def test_a_comment_of_any_number_of_changes_fits():
    steps = [
        step("delete", BUCKET, f"{number}-{'n' * 500}", dataLoss="x", diffReasons=["p" * 500])
        for number in range(5_000)
    ]
    text = comment([preview_of({"version": 1, "steps": steps})] * 2)

    assert len(text) <= CHARACTERS_MAX
    assert "**5000 changes destroy data.**" in text
    assert "more: the run has them all." in text


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"steps": None, "diagnostics": 3, "stack": []},
        {"steps": [None, 1, {}, {"op": 3}, {"op": "create"}, {"op": "delete", "urn": "x", "oldState": 3}]},
        {"steps": [step("update", "t", "n", diffReasons=[1, None], replaceReasons="x")], "error": "x"},
        {"version": 1, "diagnostics": [1, {"severity": "error"}, {"severity": "error", "message": 3}]},
    ],
)
def test_a_document_of_other_kinds_is_read_as_far_as_it_goes(document):
    assert comment([preview_of(document)]).startswith(MARKER)


def test_a_folder_has_two_previews_and_nothing_else_of_it_is_read(tmp_path):
    (tmp_path / "aws.json").write_text(json.dumps(PULUMIS))
    (tmp_path / "evil.json").write_text("{half")
    found = read_previews([tmp_path])

    assert [preview.embedded for preview in found] == [False]


def test_every_file_that_is_no_preview_is_named_at_once(tmp_path):
    folder = tmp_path / "previews"
    folder.mkdir()
    (tmp_path / "outside.json").write_text(json.dumps(PULUMIS))
    (folder / "embedded.json").symlink_to(tmp_path / "outside.json")
    os.mkfifo(folder / "aws.json")
    (tmp_path / "long.json").write_bytes(b" " * (BYTES_MAX + 1))
    (tmp_path / "deep.json").write_bytes(b"[" * 500_000)
    (tmp_path / "list.json").write_text("[]")
    names = ["long.json", "deep.json", "list.json", "missing.json"]
    with pytest.raises(UsageError) as refused:
        read_previews([folder, *(tmp_path / name for name in names)])

    for name in ("embedded.json", *names):
        assert name in str(refused.value)
    assert "longer than 5,000,000 bytes" in str(refused.value)


def test_the_summary_of_the_job_gets_the_markdown(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(PULUMIS))
    (tmp_path / "summary.md").write_text("before\n")
    environment = {"PATH": os.environ["PATH"], "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    ended = subprocess.run([TAP, "changes", "p.json", "--summary"], cwd=tmp_path, env=environment, check=False)

    assert ended.returncode == 0
    assert (tmp_path / "summary.md").read_text() == "before\n" + comment([preview_of(PULUMIS)])


def test_a_summary_that_can_not_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(PULUMIS))
    environment = {"PATH": os.environ["PATH"], "GITHUB_STEP_SUMMARY": str(tmp_path / "nowhere" / "summary.md")}
    command = [TAP, "changes", "p.json", "--summary"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)

    assert ended.returncode == 2
    assert "can not be written: No such file or directory" in ended.stderr
