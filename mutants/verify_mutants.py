"""Bugs of verify: what is wrong is called right."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_PROVED: Final = "README, Verify: what it did not see never passes"
_POLICIES: Final = "README, Verify: it judges the policies, not only the flags"
_FOR_A_TIME: Final = "README, Verify: an exception that has expired no longer excuses"

_OF_POLICIES: Final = "tests/verify/test_policies.py"
_OF_EXCEPTIONS: Final = "tests/verify/test_exceptions.py"
_OF_THE_UNSEEN: Final = "tests/verify/test_unseen.py"

VERIFY: Final[tuple[Mutant, ...]] = (
    Mutant(
        "denial-overlooked",
        "tap/verify/policies/evaluation.py",
        "    if denied := _first(denying, holds=True):\n",
        "    if (denied := _first(denying, holds=True)) and not allowing:\n",
        "a policy that denies is said to allow",
        _POLICIES,
        (_OF_POLICIES,),
    ),
    Mutant(
        "puzzling-condition-taken-for-met",
        "tap/verify/policies/conditions.py",
        '        return unknown(f"the condition operator {operator} is not judged")\n',
        "        return YES\n",
        "a policy that nobody understood is said to allow",
        _POLICIES,
        (_OF_POLICIES,),
    ),
    Mutant(
        "unknown-key-taken-for-absent",
        "tap/verify/policies/conditions.py",
        '        return unknown(f"what {key} is in the request is not known")\n',
        "        return NO\n",
        "a denial that may well apply is passed over",
        _POLICIES,
        (_OF_POLICIES,),
    ),
    Mutant(
        "wildcard-reaches-over-colons",
        "tap/verify/policies/matching.py",
        "    return len(have) == len(want) == 6 and all(",
        "    return fits(arn, pattern) or all(",
        "a condition on an ARN is said to be met by another account's",
        _POLICIES,
        (_OF_POLICIES,),
    ),
    Mutant(
        "a-part-taken-for-the-whole",
        "tap/verify/policies/evaluation.py",
        "    if not named and in_part and not statement.allows:\n",
        "    if False:\n",
        "a bucket of which a part is denied is said to replicate as a whole",
        _POLICIES,
        (_OF_POLICIES,),
    ),
    Mutant(
        "unseen-fact-taken-for-none",
        "tap/verify/facts/seen.py",
        "        if self.unseen:\n            raise CannotTellError(self.unseen)\n",
        "",
        "a bucket whose policy was not seen is judged as one without",
        _PROVED,
        (_OF_THE_UNSEEN,),
    ),
    Mutant(
        "doubts-pass",
        "tap/verify/judgement.py",
        '        because += tuple(Unseen(rule.areas[0], "", doubt.subject, doubt.why) for doubt in doubts)\n',
        "",
        "a rule that could not tell is said to hold",
        _PROVED,
        (_OF_THE_UNSEEN,),
    ),
    Mutant(
        "exceptions-for-ever",
        "tap/verify/exceptions.py",
        "    current = [each for each in exemptions if each.until >= today]\n",
        "    current = list(exemptions)\n",
        "what was accepted for a week is never heard of again",
        _FOR_A_TIME,
        (_OF_EXCEPTIONS,),
    ),
    Mutant(
        "blindness-excused",
        "tap/verify/exceptions.py",
        "if not one.subject or not _may_stay(",
        "if not _may_stay(",
        "an area that nobody saw is accepted",
        _PROVED,
        (_OF_EXCEPTIONS,),
    ),
)
