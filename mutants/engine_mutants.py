"""Bugs in the engine: what is decided, in which order it is done, and what is recorded of it."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_DURABLE: Final = "invariant 1: intent on the disk before the call, outcome before the answer"
_PULUMI: Final = "it behaves as Pulumi does"
_NOTHING_LOST: Final = "nothing is lost: the cloud holds what the state says"
_CLEAR: Final = "invariant 8: secrets are laid open only in memory"

_GOLDEN: Final = "tests/engine/golden"
_WRITE_AHEAD: Final = "tests/engine/test_write_ahead.py"
_BEHAVIOURS: Final = "tests/engine/test_behaviours.py"
_PROPERTIES: Final = "tests/engine/test_properties.py"

ENGINE: Final[tuple[Mutant, ...]] = (
    Mutant(
        "intent-written-after-the-call",
        "tap/engine/executor.py",
        "        key = await self.recorder.begin(operation) if operation is not None else None\n        try:\n"
        "            done = await self._apply(step, operation.mark if operation is not None else None)\n",
        "        try:\n            done = await self._apply(step, operation.mark if operation is not None else None)\n"
        "            key = await self.recorder.begin(operation) if operation is not None else None\n",
        "killed during a creation, nobody knows that it was begun",
        _DURABLE,
        (_WRITE_AHEAD, _GOLDEN),
    ),
    Mutant(
        "intent-not-awaited",
        "tap/engine/recorder.py",
        "        await self.record([Began(key, operation)])\n",
        "        await self.record([Began(key, operation)], durable=False)\n",
        "the call may be made before its intent is on the disk",
        _DURABLE,
        (_WRITE_AHEAD,),
    ),
    Mutant(
        "outcome-not-awaited",
        "tap/engine/executor.py",
        "        await self.recorder.record(changes, durable=step.op not in (Op.SAME, Op.REPLACE))\n",
        "        await self.recorder.record(changes, durable=False)\n",
        "the program goes on to what hangs on a resource that a kill now forgets",
        _DURABLE,
        (_WRITE_AHEAD,),
    ),
    Mutant(
        "failed-write-ignored",
        "tap/engine/recorder.py",
        "            await asyncio.wrap_future(written)\n",
        "            await asyncio.wait([asyncio.wrap_future(written)])\n",
        "with a full disk the run goes on and makes what nobody will remember",
        _DURABLE,
        (_WRITE_AHEAD,),
    ),
    Mutant(
        "unknown-outcome-taken-for-a-failure",
        "tap/engine/executor.py",
        "            if not isinstance(error, OutcomeUnknownError):  # that stays begun: the next run finds out\n",
        "            if True:\n",
        "what a lost call has made after all is looked for by nobody",
        _NOTHING_LOST,
        (_BEHAVIOURS,),
    ),
    Mutant(
        "interrupted-creation-not-looked-up",
        "tap/engine/recovering.py",
        "        if operation.type is OperationType.CREATING and operation.mark is None:\n",
        "        if operation.type is OperationType.CREATING:\n",
        "what a killed run has made is made a second time",
        _NOTHING_LOST,
        (
            "tests/integration/test_interruptions.py"
            "::test_a_tap_that_is_killed_leaves_a_state_from_which_the_next_up_converges",
        ),
    ),
    Mutant(
        "dependents-deleted-last",
        "tap/engine/graph.py",
        "    return batches[::-1]\n",
        "    return batches\n",
        "AWS refuses to delete what is in use; a destroy stops half way",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "dependents-of-a-replacement-deleted-last",
        "tap/engine/replacement.py",
        "        for resource, keys in reversed(condemned):\n",
        "        for resource, keys in condemned:\n",
        "a replacement that is deleted first fails on what still uses it",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "dependents-of-a-replacement-not-deleted",
        "tap/engine/generator.py",
        "        steps = self._cascade.delete_with(urn, old) if delete_first else []\n",
        "        steps: list[Step] = []\n",
        "a replacement that is deleted first fails on what still uses it",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "old-half-deleted-before-the-new-is-made",
        "tap/engine/generator.py",
        "        if not delete_first and not old.pending_replacement:\n            return [\n",
        "        if False:\n            return [\n",
        "a replacement takes down what it could have kept up until the new one stands",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "pending-replacement-noted-before-the-delete",
        "tap/engine/executor.py",
        "        key = await self.recorder.begin(operation) if operation is not None else None\n        try:\n",
        "        key = await self.recorder.begin(operation) if operation is not None else None\n"
        "        if step.op is Op.DELETE_REPLACED and step.old is not None and not step.pending_delete:\n"
        "            await self.recorder.record(self.recorder.changes_of(step))\n"
        "        try:\n",
        "a delete that fails is taken for done: the old one stays in the cloud for ever",
        _NOTHING_LOST,
        (_GOLDEN, _PROPERTIES),
    ),
    Mutant(
        "pending-replacement-not-noted",
        "tap/engine/recorder.py",
        "                    changes.append(Removed(slot) if gone else "
        "Altered(slot, replace(current, pending_replacement=True)))\n",
        "                    changes.append(Removed(slot))\n",
        "a run that ends between the two halves leaves a state that its dependents do not fit",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "replaced-half-forgotten",
        "tap/engine/recorder.py",
        "                    gone = current.pending_replacement or not step.pending_delete\n",
        "                    gone = True\n",
        "killed before the old half is deleted, nobody remembers it",
        _NOTHING_LOST,
        (_GOLDEN,),
    ),
    Mutant(
        "protect-ignored-by-deletes",
        "tap/engine/executor.py",
        "            raise ProviderError(messages.protected_delete(old.urn, preview=self._dry_run))\n",
        "            pass\n",
        "what is protected drops out of the state and is never found again",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "protect-ignored-by-replacements",
        "tap/engine/generator.py",
        "        if new.protect and old.protect:\n",
        "        if False:\n",
        "what is protected is deleted by a replacement",
        _PULUMI,
        (_BEHAVIOURS,),
    ),
    Mutant(
        "protect-of-dependents-ignored",
        "tap/engine/replacement.py",
        "            if resource.protect:\n",
        "            if False:\n",
        "what is protected is deleted because something that it hangs on is replaced",
        _PULUMI,
        (_GOLDEN, _PROPERTIES),
    ),
    Mutant(
        "retain-on-delete-ignored",
        "tap/engine/executor.py",
        " or old.external or old.retain_on_delete:",
        " or old.external:",
        "what should have stayed is deleted",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "read-resource-deleted",
        "tap/engine/executor.py",
        " or old.external or old.retain_on_delete:",
        " or old.retain_on_delete:",
        "what the program only looked at is deleted",
        _PULUMI,
        (_BEHAVIOURS,),
    ),
    Mutant(
        "deleted-with-ignored",
        "tap/engine/executor.py",
        "        return not (old.deleted_with and old.deleted_with in self.going)\n",
        "        return True\n",
        "a destroy fails on what went with its container",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "secret-inputs-forgotten-in-outputs",
        "tap/engine/secrets.py",
        "    secret = {key for key, value in inputs.items() if isinstance(value, Secret)} | "
        '(set(additional) - {"id"})\n',
        '    secret = set(additional) - {"id"}\n    return {key: Secret(v) if key in secret else v for key, v in '
        "outputs.items()}\n",
        "a password comes back from the provider in clear, and into state and output",
        _CLEAR,
        (_GOLDEN,),
    ),
    Mutant(
        "secret-repeated-in-clear-by-the-provider",
        "tap/engine/secrets.py",
        "    return Secret(value) if isinstance(value, str) and (name, value) in secrets else value\n",
        "    return value\n",
        "a secret tag lies on the disk in clear, as one of all tags",
        _CLEAR,
        ("tests/engine/test_repeated_secrets.py",),
    ),
    Mutant(
        "additional-secret-outputs-ignored",
        "tap/engine/secrets.py",
        '| (set(additional) - {"id"})\n',
        "\n",
        "an output that the program calls secret is shown",
        _CLEAR,
        (_GOLDEN,),
    ),
    Mutant(
        "alias-not-applied-to-references",
        "tap/engine/recorder.py",
        "            changes += [Renamed(alias, new.urn) for alias in new.aliases]\n",
        "",
        "after a rename the state refers to what is not there, and can not be read",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "ignore-changes-after-the-check",
        "tap/engine/checker.py",
        "self._check(registration, provider, old.inputs, self._ignored(registration, goal.inputs, old))",
        "self._ignored(registration, self._check(registration, provider, old.inputs, goal.inputs), old)",
        "a value that is ignored fails the check, or changes what is derived from it",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "refresh-keeps-references-to-what-is-gone",
        "tap/engine/refresh.py",
        "        return tuple(name for name in names if name in urns)\n",
        "        return tuple(names)\n",
        "after a refresh the state breaks Pulumi's rules, and can not be written",
        _PULUMI,
        (_BEHAVIOURS,),
    ),
    Mutant(
        "stack-outputs-lost-on-failure",
        "tap/engine/deployment.py",
        "{**old.outputs, **outputs} if self.failed else outputs",
        "outputs",
        "a program that raises takes away outputs that other stacks read",
        _PULUMI,
        (_BEHAVIOURS,),
    ),
    Mutant(
        "half-made-resource-forgotten",
        "tap/engine/executor.py",
        "        except PartialFailureError as error:\n            return Done(self._partial(new, error), error)\n",
        "        except PartialFailureError as error:\n            raise ProviderError(str(error)) from error\n",
        "what was made and did not become ready is made a second time",
        _NOTHING_LOST,
        (_GOLDEN,),
    ),
    Mutant(
        "half-done-update-taken-for-done",
        "tap/engine/executor.py",
        "            partial = replace(self._partial(new, error), inputs=old.inputs)\n",
        "            partial = replace(self._partial(new, error), init_errors=())\n",
        "the next run sees no difference and leaves it half done",
        _PULUMI,
        (_GOLDEN,),
    ),
    Mutant(
        "failed-delete-forgotten",
        "tap/engine/executor.py",
        "            await self.recorder.record(ended(key))\n            self._failed(",
        "            await self.recorder.record([*ended(key), *self.recorder.changes_of(step)])\n"
        "            self._failed(",
        "what could not be deleted is in no state any more",
        _NOTHING_LOST,
        (_GOLDEN,),
    ),
    Mutant(
        "deletes-go-on-under-what-failed",
        "tap/engine/delete_phase.py",
        "            spared |= needed_by(failed, resources)\n",
        "",
        "what a remaining resource needs is deleted under it",
        _PULUMI,
        (_GOLDEN, _PROPERTIES),
    ),
    Mutant(
        "interrupted-creation-forgotten",
        "tap/engine/snapshot.py",
        "        self._carried = tuple(operation for operation in pending if operation.type is "
        "OperationType.CREATING)\n",
        "        self._carried = ()\n",
        "the second run after a kill no longer says that something may have been made",
        _NOTHING_LOST,
        (_GOLDEN,),
    ),
    Mutant(
        "everything-deleted-after-a-failure",
        "tap/engine/deployment.py",
        "            if not self.failed or self.settings.continue_on_error:\n",
        "            if True:\n",
        "what a failed program did not come to is deleted",
        _NOTHING_LOST,
        (_BEHAVIOURS,),
    ),
    Mutant(
        "references-of-a-targeted-run-out-of-order",
        "tap/engine/order.py",
        "    return resources if _is_ordered(resources) else _sorted(resources)\n",
        "    return resources\n",
        "after a targeted run the state breaks Pulumi's rules",
        _PULUMI,
        (
            _BEHAVIOURS,
            "tests/engine/test_decisions.py",
        ),
    ),
)
