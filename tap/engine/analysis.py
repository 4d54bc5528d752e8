"""Has the policy packs judge: each resource after its check and before its step, all of them at the end of the run.

As Pulumi's step generator does it: first every pack may remedy the inputs, one after another, then every pack judges
what came of it. A mandatory violation stops an update before the resource is touched; a preview goes on, and fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tap.engine.analyzer import Analyzer, AnalyzerError, Enforcement, Subject, Violation
from tap.engine.errors import GenerationError
from tap.engine.events import Diagnostic, PacksLoaded, PolicyRemedied, PolicyViolated, Reporter
from tap.engine.generator import StepGenerator
from tap.engine.known import Registration, Remedy
from tap.engine.model import STACK_TYPE, Resource
from tap.engine.providers import urn_of
from tap.engine.registration import MonitorClosedError
from tap.engine.run_status import RunStatus
from tap.engine.values import Properties


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A registration, and the resource that it wants, after the packs have seen it; None where nobody looks at it."""

    registration: Registration
    new: Resource | None


class Analysis:
    """The policy packs of one run."""

    def __init__(self, analyzers: Sequence[Analyzer], status: RunStatus, reporter: Reporter, *, dry_run: bool) -> None:
        self.deciding = asyncio.Lock()
        """Held from a registration's claim to its steps: what a pack is asked in between must find no one else's
        decisions made meanwhile. Without packs nobody ever waits for it."""
        self._analyzers = analyzers
        self._status = status
        self._reporter = reporter
        self._dry_run = dry_run
        if analyzers:
            reporter.report(PacksLoaded(tuple(one.pack for one in analyzers)))

    async def judged(self, generator: StepGenerator, registration: Registration, new: Resource | None) -> Judged:
        """Have a resource judged whose inputs are checked.

        Raises GenerationError where it may not be made, ProviderError, MonitorClosedError where the run is over.
        """
        if new is None or not self._analyzers or not (registration.targeted or registration.recreating):
            return Judged(registration, new)
        try:
            remedied = await self._remedied(generator, registration, new)
            if remedied is not new.inputs:
                inputs = generator.rechecked(registration, new.inputs, remedied)
                registration = replace(registration, remedy=Remedy(new.inputs, inputs))
                new = replace(new, inputs=inputs)
            violations = await self._violations(_subject(generator, registration, new))
        except AnalyzerError as error:
            raise GenerationError(Diagnostic("error", str(error), new.urn, error.hint)) from error
        if self._told(violations) and not self._dry_run:
            raise GenerationError  # why, was said
        return Judged(registration, new)

    async def _remedied(self, generator: StepGenerator, registration: Registration, new: Resource) -> Properties:
        for analyzer in self._analyzers:
            subject = _subject(generator, registration, new)
            for remediation in await self._status.unless_closed(analyzer.remediate(subject)):
                if remediation.problem:
                    said = Violation(
                        remediation.pack, remediation.policy, Enforcement.ADVISORY, remediation.problem, new.urn
                    )
                    self._reporter.report(PolicyViolated(said))
                elif remediation.properties is not None:
                    self._reporter.report(PolicyRemedied(remediation, new.urn))
                    new = replace(new, inputs=remediation.properties)
        return new.inputs

    async def _violations(self, subject: Subject) -> list[Violation]:
        found: list[Violation] = []
        for analyzer in self._analyzers:
            # Whatever URN a pack names: it was asked about this resource.
            answers = await self._status.unless_closed(analyzer.analyze(subject))
            found += [replace(violation, urn=subject.resource.urn) for violation in answers]
        return found

    async def judge_stack(self, generator: StepGenerator, done: Mapping[str, Resource]) -> None:
        """At the end of a run that went well: all that was registered, with its outputs. May fail the run."""
        known = generator.known
        goals = {urn: known.registered[urn] for urn in done if urn in known.registered}
        subjects = [
            Subject(done[urn], done[urn].outputs, goal, _provider_of(generator, done[urn]))
            for urn, goal in goals.items()
        ]
        stack = next((urn for urn, resource in done.items() if resource.type == STACK_TYPE), "")
        try:
            for analyzer in self._analyzers:
                found = await self._status.unless_closed(analyzer.analyze_stack(subjects))
                self._told([replace(each, urn=each.urn if each.urn in goals else stack) for each in found])
        except AnalyzerError as error:
            self._status.stop(Diagnostic("error", str(error), stack, error.hint))
        except MonitorClosedError:
            pass  # cancelled: what stopped the run was said then

    def _told(self, violations: Sequence[Violation]) -> bool:
        """Say them; whether one of them is mandatory."""
        for violation in violations:
            self._reporter.report(PolicyViolated(violation))
        if mandatory := any(violation.level is Enforcement.MANDATORY for violation in violations):
            self._status.policy_violated()
        return mandatory


def _subject(generator: StepGenerator, registration: Registration, new: Resource) -> Subject:
    return Subject(new, new.inputs, registration.goal, _provider_of(generator, new))


def _provider_of(generator: StepGenerator, resource: Resource) -> Resource | None:
    urn = urn_of(resource.provider) if resource.provider else ""
    return generator.known.news.get(urn) or generator.known.olds.get(urn)
