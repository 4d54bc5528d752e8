"""EC2: security groups, with their rules written inline (`ec2_security_rules` has the rules of their own)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tap.aws.ec2_resource import Ec2Resource
from tap.aws.names import wanted_name
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, Wanted
from tap.aws.tags import EC2_TAG_ACTIONS, ec2_tag_specifications, from_list, sync_ec2_tags
from tap.aws.waits import once_unused

_PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_SOURCES = {
    "cidrBlocks": ("IpRanges", "CidrIp"),
    "ipv6CidrBlocks": ("Ipv6Ranges", "CidrIpv6"),
    "prefixListIds": ("PrefixListIds", "PrefixListId"),
    "securityGroups": ("UserIdGroupPairs", "GroupId"),
}
_ACTIONS = EC2_TAG_ACTIONS | {
    "ec2:DescribeSecurityGroups", "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress",
}  # fmt: skip

Atom = tuple[str, int, int, str, str, str]
"""One permission with one source: (protocol, from port, to port, kind of source, source, description)."""


def _atoms(rules: Iterable[Wanted]) -> set[Atom]:
    atoms: set[Atom] = set()
    for rule in rules:
        protocol = _PROTOCOLS.get(str(rule["protocol"]).lower(), str(rule["protocol"]).lower())
        ports = (0, 0) if protocol == "-1" else (rule.get("fromPort") or 0, rule.get("toPort") or 0)
        sources = [(kind, source) for kind in _SOURCES for source in rule.get(kind) or ()]
        sources += [("self", "")] if rule.get("self") else []
        atoms |= {(protocol, *ports, kind, source, rule.get("description") or "") for kind, source in sources}
    return atoms


def _found_atoms(permissions: Iterable[Any], group: str) -> set[Atom]:
    atoms: set[Atom] = set()
    for permission in permissions:
        head = (permission["IpProtocol"], permission.get("FromPort") or 0, permission.get("ToPort") or 0)
        head = (head[0], 0, 0) if head[0] == "-1" else head
        for kind, (ranges, name) in _SOURCES.items():
            for each in permission.get(ranges, ()):
                own = kind == "securityGroups" and each[name] == group
                source = ("self", "") if own else (kind, each[name])
                atoms.add((*head, *source, each.get("Description") or ""))
    return atoms


def _permissions(atoms: Iterable[Atom], group: str) -> list[dict[str, Any]]:
    permissions = []
    for protocol, first, last, kind, source, description in sorted(atoms):
        ranges, name = _SOURCES["securityGroups" if kind == "self" else kind]
        entry = {name: source or group, **({"Description": description} if description else {})}
        ports = {} if protocol == "-1" else {"FromPort": first, "ToPort": last}
        permissions.append({"IpProtocol": protocol, **ports, ranges: [entry]})
    return permissions


def _rules(atoms: set[Atom], wanted: Iterable[Wanted] | None) -> list[Found]:
    """The permissions as rules: as the program grouped them, where they mean the same; else by ports and text."""
    if wanted is not None and _atoms(wanted) == atoms:
        return [{**_rule(str(rule["protocol"]), 0, 0, ""), **rule} for rule in wanted]
    grouped: dict[tuple[str, int, int, str], Found] = {}
    for protocol, first, last, kind, source, description in sorted(atoms):
        head = (protocol, first, last, description)
        rule = grouped.setdefault(head, _rule(*head))
        if kind == "self":
            rule["self"] = True
        else:
            rule[kind].append(source)
    return list(grouped.values())


def _rule(protocol: str, first: int, last: int, description: str) -> Found:
    head = {"protocol": protocol, "fromPort": first, "toPort": last, "description": description, "self": False}
    return {**head, **{kind: [] for kind in _SOURCES}}


class _Group(Ec2Resource):
    """What a security group and a VPC's default one have in common."""

    set_properties = frozenset({"ingress", "egress"})
    schema_version = 1
    gone = frozenset({"InvalidGroup.NotFound"})

    def canonical(self, property: str, value: Any) -> Any:
        if property in ("ingress", "egress") and isinstance(value, list):
            return [list(atom) for atom in sorted(_atoms(value))]
        return value

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        group = aws.client("ec2").describe_security_groups(GroupIds=[id])["SecurityGroups"][0]
        return _found_group(aws, group, want)

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        calls = {
            "ingress": (ec2.revoke_security_group_ingress, ec2.authorize_security_group_ingress),
            "egress": (ec2.revoke_security_group_egress, ec2.authorize_security_group_egress),
        }
        for direction, (revoke, authorize) in calls.items():
            if direction not in want:
                continue  # the rules are resources of their own
            old, new = _atoms(have.get(direction, ())), _atoms(want[direction])
            if old - new:
                revoke(GroupId=id, IpPermissions=_permissions(old - new, id))
            if new - old:
                authorize(GroupId=id, IpPermissions=_permissions(new - old, id))
        sync_ec2_tags(ec2, id, have, want)


def _found_group(aws: Aws, group: Any, want: Wanted) -> Found:
    id, owner = group["GroupId"], group["OwnerId"]
    return {
        "arn": f"arn:{aws.partition}:ec2:{aws.region}:{owner}:security-group/{id}",
        "name": group["GroupName"],
        "namePrefix": want.get("namePrefix", ""),
        "description": group["Description"],
        "ownerId": owner,
        "vpcId": group.get("VpcId", ""),
        "ingress": _rules(_found_atoms(group.get("IpPermissions", ()), id), want.get("ingress")),
        "egress": _rules(_found_atoms(group.get("IpPermissionsEgress", ()), id), want.get("egress")),
        "revokeRulesOnDelete": want.get("revokeRulesOnDelete", False),
        "tags": from_list(group.get("Tags")),
    }


def _revoke_all(ec2: Client, group: Any, *, ingress: bool = True) -> None:
    """AWS says what to revoke in the form in which it takes it."""
    if ingress and group.get("IpPermissions"):
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group.get("IpPermissionsEgress"):
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])


class SecurityGroup(_Group):
    token = "aws:ec2/securityGroup:SecurityGroup"
    supported = frozenset({"name", "namePrefix", "description", "vpcId", "ingress", "egress", "revokeRulesOnDelete"})
    replace_on = frozenset({"name", "namePrefix", "description", "vpcId"})
    defaults = {"description": "Managed by Pulumi"}
    name = GeneratedName("name", 255)
    settles = frozenset({"egress"})
    timeouts = {"create": 600, "delete": 900}
    actions = _ACTIONS | {"ec2:CreateSecurityGroup", "ec2:DeleteSecurityGroup"}

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        if str(want.get("name", "")).startswith("sg-"):
            return [("name", f"{want['name']!r}: the name of a security group can not begin with sg-")]
        return []

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        network = {"VpcId": want["vpcId"]} if "vpcId" in want else {}
        answer = aws.client("ec2").create_security_group(
            GroupName=wanted_name(want, mark),
            Description=want["description"],
            **network,
            **ec2_tag_specifications("security-group", want),
        )
        return str(answer["GroupId"])

    def settle(self, aws: Aws, id: str) -> Found | None:
        """AWS lets everything out of a new group; the real provider takes that away, always."""
        ec2 = aws.client("ec2")
        group = ec2.describe_security_groups(GroupIds=[id])["SecurityGroups"][0]
        _revoke_all(ec2, group, ingress=False)
        return _found_group(aws, {**group, "IpPermissionsEgress": []}, {})

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        ec2 = aws.client("ec2")
        if have.get("revokeRulesOnDelete"):
            _revoke_all(ec2, ec2.describe_security_groups(GroupIds=[id])["SecurityGroups"][0])
        once_unused(aws, id, lambda: ec2.delete_security_group(GroupId=id))


class DefaultSecurityGroup(_Group):
    """The group that every VPC has: adopted and emptied, and let go again as it is."""

    token = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    supported = frozenset({"vpcId", "ingress", "egress", "revokeRulesOnDelete"})
    replace_on = frozenset({"vpcId"})
    marked_by_tag = False
    settles = frozenset({"ingress", "egress"})
    actions = _ACTIONS

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        ec2 = aws.client("ec2")
        network = want.get("vpcId") or self._default_vpc(ec2)
        filters = [{"Name": "vpc-id", "Values": [network]}, {"Name": "group-name", "Values": ["default"]}]
        return str(ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        """A creation only finds what its VPC has had from the start."""
        return []

    def settle(self, aws: Aws, id: str) -> Found | None:
        ec2 = aws.client("ec2")
        group = ec2.describe_security_groups(GroupIds=[id])["SecurityGroups"][0]
        _revoke_all(ec2, group)
        return _found_group(aws, {**group, "IpPermissions": [], "IpPermissionsEgress": []}, {})

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        """AWS keeps it as long as its VPC."""

    def _default_vpc(self, ec2: Client) -> str:
        filters = [{"Name": "is-default", "Values": ["true"]}]
        return str(ec2.describe_vpcs(Filters=filters)["Vpcs"][0]["VpcId"])
