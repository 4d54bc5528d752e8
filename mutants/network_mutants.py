"""Bugs in `tap verify`, its frame and its network half: what it would call right although it is not."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_SEEN: Final = "what was not seen never passes"
_WALK: Final = "who reaches whom is what the real network decides"
_READS: Final = "verify calls what it declares, and only reads"

_RULES: Final = "tests/verify/test_rules.py"
_PATHS: Final = "tests/verify/test_explanation.py"

NETWORK: Final[tuple[Mutant, ...]] = (
    Mutant(
        "blind-area-passes",
        "tap/verify/judgement.py",
        "        if because:\n            not_judged.append",
        "        if False:\n            not_judged.append",
        "a rule passes that nobody could judge",
        _SEEN,
        (_RULES,),
    ),
    Mutant(
        "refused-call-is-not-noted",
        "tap/verify/reader.py",
        "            self.unseen.append(Unseen(self._area, action, subject, _why(code, error)))\n",
        "            pass\n",
        "without the permission to look, everything looks right",
        _SEEN,
        ("tests/verify/test_seeing.py",),
    ),
    Mutant(
        "answers-are-not-asked-for",
        "tap/verify/reach/path.py",
        "            yield self._acl_answer(target, egress=True, peer=one)\n",
        "",
        "network ACLs are taken for stateful",
        _WALK,
        (_RULES, _PATHS),
    ),
    Mutant(
        "main-table-is-forgotten",
        "tap/verify/reach/topology.py",
        "self._tables.get(subnet.id) or self._main_tables.get(subnet.vpc)",
        "self._tables.get(subnet.id)",
        "a subnet that lost its table looks cut off, though the main table opens it to the internet",
        _WALK,
        (_RULES,),
    ),
    Mutant(
        "endpoint-is-a-way-out",
        "tap/verify/reach/ways_out.py",
        "        if topology.is_served_by_endpoint(subnet, target.address):\n            continue\n",
        "",
        "a private subnet without a NAT gateway seems to reach the internet, since it reaches S3",
        _WALK,
        (_RULES,),
    ),
    Mutant(
        "lost-zone-keeps-its-gateways",
        "tap/verify/reach/topology.py",
        "blackhole=each.blackhole or each.target in dead",
        "blackhole=each.blackhole",
        "a single NAT gateway seems to survive its zone",
        _WALK,
        (_RULES,),
    ),
    Mutant(
        "acl-entries-in-any-order",
        "tap/verify/reach/matching.py",
        "sorted(acl.entries, key=lambda each: each.number)",
        "acl.entries",
        "an entry that denies is overlooked, or one that allows",
        _WALK,
        ("tests/verify/test_matching.py",),
    ),
    Mutant(
        "action-that-is-not-needed",
        "tap/verify/areas/network.py",
        '        "ec2:DescribeAddresses",\n',
        '        "ec2:DescribeAddresses",\n        "ec2:DescribeInstances",\n',
        "the policy that --permissions prints allows more than is used",
        _READS,
        ("tests/verify/test_seeing.py",),
    ),
)
