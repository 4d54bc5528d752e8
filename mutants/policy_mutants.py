"""Bugs in what judges and prices: policy packs that are not listened to, a cost that is not told."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_UNSEEN: Final = "a mandatory policy is never passed, nor is what no pack has judged"
_TRUE: Final = "it tells the truth"
_ENDS: Final = "invariant 9: processes that we start end with us"
_RUNS: Final = "tests/policy/test_runs.py"
_RULES: Final = "tests/policy/test_rules.py"
_COMMAND: Final = "tests/policy/test_command.py"
_COST: Final = "tests/cost/test_estimate.py"

POLICY: Final[tuple[Mutant, ...]] = (
    Mutant(
        "policy-violation-only-said",
        "tap/engine/analysis.py",
        "        if self._told(violations) and not self._dry_run:\n"
        "            raise GenerationError  # why, was said\n",
        "        self._told(violations)\n",
        "what a mandatory policy forbids is made all the same",
        _UNSEEN,
        (_RUNS,),
    ),
    Mutant(
        "policy-stack-not-judged",
        "tap/engine/deployment.py",
        "                await requests.analysis.judge_stack(self.generator, requests.outputs.done)\n",
        "                pass\n",
        "what only the whole stack shows is never found",
        _UNSEEN,
        (_RUNS,),
    ),
    Mutant(
        "policy-pack-that-broke-passes",
        "tap/program/policy_packs.py",
        "            if gone_by and error.code() is grpc.StatusCode.UNIMPLEMENTED:\n",
        "            if True:\n",
        "a pack that raises or hangs lets everything pass",
        _UNSEEN,
        (_RUNS,),
    ),
    Mutant(
        "policy-remedy-lost-in-a-replacement",
        "tap/engine/generator.py",
        "            new = replace(new, inputs=remedy.applied_to(anew) if remedy is not None else anew)\n",
        "            new = replace(new, inputs=anew)\n",
        "the replacement is made as the program asked, not as the policy mended it",
        _UNSEEN,
        (_RUNS,),
    ),
    Mutant(
        "policy-message-not-masked",
        "tap/engine/masking.py",
        "                event = PolicyViolated(replace(violation, message=self.mask.masked(violation.message)))\n",
        "                pass\n",
        "a pack that quotes a secret prints it",
        "invariant 8: secrets are laid open only in memory",
        (_RUNS,),
    ),
    Mutant(
        "policy-pack-outlives-a-killed-tap",
        "tap/program/pack_exec.py",
        '    threading.Thread(target=end_with_parent, name="parent-watch", daemon=True).start()\n',
        "",
        "a pack's process stays behind when tap is killed",
        _ENDS,
        (_COMMAND,),
    ),
    Mutant(
        "policy-unknown-value-taken-for-none",
        "policy/policies/values.py",
        "    except UnknownValueError:\n        return UNKNOWN\n\n\ndef at(",
        "    except UnknownValueError:\n        return None\n\n\ndef at(",
        "a preview refuses a log group whose key is only not known yet",
        _TRUE,
        (_RULES,),
    ),
    Mutant(
        "policy-half-of-the-internet-is-nobody",
        "tap/posture/exposure.py",
        "    return network.prefixlen <= 1\n",
        "    return network.prefixlen == 0\n",
        "two rules of half the internet each open SSH to all of it",
        _UNSEEN,
        ("tests/posture/test_exposure.py",),
    ),
    Mutant(
        "cost-unknown-type-is-free",
        "tap/cost/meters.py",
        "    else:\n        raise NotPricedError(kind)\n",
        "",
        "what has no price is in the sum as nothing, and nobody is told",
        _TRUE,
        (_COST,),
    ),
    Mutant(
        "cost-month-of-720-hours",
        "tap/cost/meters.py",
        "HOURS: Final = Decimal(730)\n",
        "HOURS: Final = Decimal(720)\n",
        "README and tap cost say other sums",
        _TRUE,
        (_COST,),
    ),
)
