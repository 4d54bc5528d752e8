"""The runner's rules, played on small workflows: conditions, failures that count and that do not, outputs, refusals."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rehearsal.errors import NotRehearsedError
from rehearsal.play import Run, play
from rehearsal.stage import Stage
from rehearsal.workflow import read_workflow
from tests.integration.project import processes_of

HEAD = "name: W\non: push\njobs:\n"


@pytest.fixture
def stage(tmp_path) -> Stage:
    root = tmp_path / "clone"
    root.mkdir()
    identity = ("-c", "user.name=ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false")
    for arguments in (("init", "--quiet"), (*identity, "commit", "--quiet", "--allow-empty", "--message", "first")):
        subprocess.run(["git", *arguments], cwd=root, check=True)
    return Stage(root, "http://127.0.0.1:1/secret", {"make test": "not now"})


def played(stage: Stage, jobs: str, lines: list[str] | None = None) -> Run:
    path = stage.root.parent / "workflow.yml"
    path.write_text(HEAD + jobs)
    return play(read_workflow(path), stage, (lines if lines is not None else []).append)


def test_after_a_failure_only_what_asks_for_it_is_run(stage):
    run = played(
        stage,
        """
  a:
    steps:
      - run: exit 3
      - run: echo not reached
      - run: echo told
        if: failure()
      - run: echo ever
        if: always()
""",
    )

    assert run.results == {"a": "failure"}
    assert run.outcomes("a") == {
        "exit 3": "failure",
        "echo not reached": "skipped",
        "echo told": "success",
        "echo ever": "success",
    }


def test_a_failure_that_may_be_is_none_of_the_job(stage):
    run = played(
        stage,
        """
  a:
    outputs: {outcome: "${{ steps.x.outcome }}", conclusion: "${{ steps.x.conclusion }}"}
    steps:
      - {id: x, run: "false", continue-on-error: true}
      - run: echo reached
  b:
    needs: a
    steps:
      - {run: 'echo "$TOLD"', env: {TOLD: "${{ needs.a.outputs.outcome }} ${{ needs.a.outputs.conclusion }}"}}
""",
    )

    assert run.results == {"a": "success", "b": "success"}
    assert run.outcomes("a")["echo reached"] == "success"
    assert run.steps[-1].output == "failure success\n"


def test_jobs_wait_for_what_they_need_and_are_skipped_with_it(stage):
    run = played(
        stage,
        """
  last: {needs: [middle], steps: [{run: echo}]}
  rescue: {needs: middle, if: "always() && needs.middle.result == 'skipped'", steps: [{run: echo}]}
  alarm: {needs: middle, if: failure(), steps: [{run: echo}]}
  middle: {needs: first, steps: [{run: echo}]}
  first: {steps: [{run: exit 1}]}
""",
    )

    assert run.results == {
        "first": "failure",
        "middle": "skipped",
        "last": "skipped",
        "rescue": "success",
        "alarm": "success",
    }


def test_a_step_has_the_runners_variables_and_nothing_of_whoever_rehearses(stage, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    run = played(
        stage, "  a: {env: {A: job, B: job}, steps: [{run: env, env: {B: '${{ secrets.SLACK_WEBHOOK_URL }}'}}]}"
    )
    lines = run.steps[0].output.splitlines()

    assert {"A=job", "B=http://127.0.0.1:1/secret", "GITHUB_ACTIONS=true", "GITHUB_ACTOR=ann"} <= set(lines)
    assert not [line for line in lines if line.startswith("AWS_")]


def test_the_first_command_of_a_script_that_fails_ends_it(stage):
    assert played(stage, '  a: {steps: [{run: "false\\necho reached"}]}').steps[0].output == ""


def test_a_step_that_hangs_fails_and_leaves_nothing_behind(stage):
    script = "sleep 61.25 & echo $! > child; wait"
    run = played(stage, f"  a: {{steps: [{{run: '{script}', timeout-minutes: 0.008}}]}}")

    assert run.results == {"a": "failure"}
    assert "it did not end within 0.48 s" in run.steps[0].output
    assert processes_of(stage.root) == {}


def test_what_is_left_out_is_said_to_be(stage):
    lines: list[str] = []
    run = played(stage, "  a: {steps: [{run: make test}]}", lines)

    assert run.steps[0].stood_in_for == "not now"
    assert "  stood in   make test: not now" in lines


def test_a_checkout_removes_what_git_does_not_know_and_keeps_what_it_ignores(stage):
    (stage.root / ".git" / "info" / "exclude").write_text(".tap\n")
    (stage.root / ".tap").write_text("state")
    (stage.root / "left.json").write_text("{}")
    played(stage, "  a: {steps: [{uses: actions/checkout@0123}]}")

    assert {path.name for path in stage.root.iterdir()} == {".git", ".tap"}


@pytest.mark.parametrize(
    ("jobs", "named"),
    [
        ("  a: {strategy: {matrix: {x: [1]}}, steps: []}", "job 'a': strategy"),
        ("  a: {steps: [{run: echo, working-directory: x}]}", "job 'a', step 1: working-directory"),
        ("  a: {steps: [{run: echo, shell: python}]}", "shell 'python'"),
        ("  a: {steps: [{run: touch played}, {uses: acme/deploy@v1}]}", "nothing stands in for acme/deploy"),
        ("  a: {needs: b, steps: []}\n  b: {needs: a, steps: []}", "need each other"),
        ("  a: {if: \"github.ref_name == 'x' && matrix.y\", steps: []}", "'matrix.y'"),
        ("defaults: {}\n  ", "defaults"),
    ],
)
def test_what_the_rehearsal_does_not_know_is_refused_by_name(stage, jobs, named):
    text = jobs if jobs.startswith("  ") else "  a: {steps: []}\n" + jobs.strip()
    with pytest.raises(NotRehearsedError) as refused:
        played(stage, text)

    assert named in str(refused.value)
    assert not Path(stage.root / "played").exists()
