"""Plays a workflow: its jobs, steps, conditions, variables and outputs, with the runner's own rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from rehearsal.errors import NotRehearsedError
from rehearsal.expressions import Context, condition, interpolate
from rehearsal.shell import run_script
from rehearsal.stage import STAND_INS, SWAPS, Stage
from rehearsal.workflow import Job, Step, Workflow, read_action

_LOCAL = "$/"
"""By which GitHub is told that an action is the repository's own."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What became of a step. outcome: success, failure or skipped, before continue-on-error is applied."""

    job: str
    shown: str
    outcome: str
    output: str = ""
    stood_in_for: str = ""


@dataclass
class Run:
    """What became of a workflow. results: job -> success, failure or skipped."""

    results: dict[str, str] = field(default_factory=dict)
    steps: list[Played] = field(default_factory=list)

    def outcomes(self, job: str) -> dict[str, str]:
        """Command -> outcome, of the steps of a job that were played."""
        return {step.shown: step.outcome for step in self.steps if step.job == job and not step.stood_in_for}


def play(workflow: Workflow, stage: Stage, tell: Tell) -> Run:
    """Raises NotRehearsedError, before anything is played, for an action that nothing stands in for."""
    _require_known(step for job in workflow.jobs for step in job.steps)
    run = Run()
    needs: dict[str, dict[str, object]] = {}
    for job in workflow.jobs:
        needed = {name: needs[name] for name in job.needs}
        base: Context = {"github": stage.github, "vars": {}, "secrets": stage.secrets, "needs": needed}
        results = _results(job, workflow, run)
        status = _status(failed="failure" in results, succeeded=all(each == "success" for each in results))
        if condition(job.condition, {**base, "env": workflow.env}, status):
            approved = f" (environment {job.environment}; its approval is given here)" if job.environment else ""
            tell(f"{job.id}{approved}")
            player = _Player(job.id, stage, run, tell, base)
            result = player.play_job(job, workflow.env)
            outputs = {name: interpolate(text, player.context, player.status) for name, text in job.outputs.items()}
        else:
            result, outputs = "skipped", {}
        tell(f"{job.id}: {result}\n")
        run.results[job.id] = result
        needs[job.id] = {"result": result, "outputs": outputs}
    return run


@dataclass
class _Player:
    """Plays the steps of one job. failed: a step without continue-on-error has failed."""

    job: str
    stage: Stage
    run: Run
    tell: Tell
    base: Context
    env: dict[str, str] = field(default_factory=dict)
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    @property
    def context(self) -> Context:
        return {**self.base, "env": self.env, "steps": self.steps, "inputs": self.inputs}

    @property
    def status(self) -> Mapping[str, bool]:
        return _status(failed=self.failed, succeeded=not self.failed)

    def play_job(self, job: Job, env: Mapping[str, str]) -> str:
        for given in (env, job.env):
            self.env |= {name: self._filled(text) for name, text in given.items()}
        for step in job.steps:
            self._play(step)
        return "failure" if self.failed else "success"

    def _play(self, step: Step) -> None:
        if not condition(step.condition, self.context, self.status):
            self._note(Played(self.job, _swapped(step.shown), "skipped"), step)
        elif step.run:
            self._note(self._run(step), step)
        elif step.action.startswith(_LOCAL):
            self._play_action(step)
        else:
            if step.action == "actions/checkout":
                self.stage.check_out()
            for text in step.given.values():
                self._filled(text)  # refused if it holds what is not known, though nothing needs it here
            self._note(Played(self.job, step.action, "success", stood_in_for=STAND_INS[step.action]), step)

    def _play_action(self, step: Step) -> None:
        steps, defaults = read_action(self.stage.root / step.action.removeprefix(_LOCAL))
        outside = self.inputs
        self.inputs = defaults | {name: self._filled(text) for name, text in step.given.items()}
        for inner in steps:
            self._play(inner)
        self.inputs = outside

    def _run(self, step: Step) -> Played:
        script = self._filled(step.run).strip()
        if script in self.stage.left_out:
            return Played(self.job, script, "success", stood_in_for=self.stage.left_out[script])
        script = _swapped(script)
        own = {name: self._filled(text) for name, text in step.env.items()}
        environment = self.stage.environment() | self.env | own
        ended_well, output = run_script(script, self.stage.root, environment, step.minutes * 60)
        return Played(self.job, script, "success" if ended_well else "failure", output)

    def _note(self, played: Played, step: Step) -> None:
        self.run.steps.append(played)
        if step.id:
            conclusion = "success" if step.may_fail and played.outcome == "failure" else played.outcome
            self.steps[step.id] = {"outcome": played.outcome, "conclusion": conclusion}
        self.failed = self.failed or (played.outcome == "failure" and not step.may_fail)
        self.tell(f"  {_line(played)}")

    def _filled(self, text: str) -> str:
        return interpolate(text, self.context, self.status)


def _swapped(script: str) -> str:
    for text, instead in SWAPS.items():
        script = script.replace(text, instead)
    return script


def _line(played: Played) -> str:
    if played.stood_in_for:
        return f"stood in   {played.shown}: {played.stood_in_for}"
    return f"{played.outcome:<10} {played.shown}"


def _require_known(steps: Iterable[Step]) -> None:
    unknown = {step.action for step in steps if step.uses and not step.action.startswith(_LOCAL)} - STAND_INS.keys()
    if unknown:
        raise NotRehearsedError(f"nothing stands in for {', '.join(sorted(unknown))}")


def _results(job: Job, workflow: Workflow, run: Run) -> list[str]:
    """Of all the jobs before this one: a status function looks back through all of them."""
    jobs = {each.id: each for each in workflow.jobs}
    before = list(job.needs)
    for name in before:
        before += [each for each in jobs[name].needs if each not in before]
    return [run.results[name] for name in before]


def _status(*, failed: bool, succeeded: bool) -> dict[str, bool]:
    """Nobody cancels a rehearsal."""
    return {"success": succeeded, "failure": failed, "cancelled": False, "always": True}
