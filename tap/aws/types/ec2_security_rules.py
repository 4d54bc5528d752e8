"""EC2: the rules of security groups as resources of their own."""

from __future__ import annotations

from typing import Any, ClassVar

from tap.aws.ec2_resource import Ec2Resource
from tap.aws.resource_type import Aws, Client, Found, Made, Wanted
from tap.aws.tags import EC2_TAG_ACTIONS, ec2_tag_specifications, from_list, sync_ec2_tags

_PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_SOURCES = {
    "cidrIpv4": ("IpRanges", "CidrIp", "CidrIpv4"),
    "cidrIpv6": ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
    "prefixListId": ("PrefixListIds", "PrefixListId", "PrefixListId"),
    "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId", "ReferencedGroupId"),
}
_ACTIONS = EC2_TAG_ACTIONS | {"ec2:DescribeSecurityGroupRules", "ec2:ModifySecurityGroupRules"}


class _Rule(Ec2Resource):
    """A rule of one source; which way it goes is all in which the two types differ."""

    direction: ClassVar[str]
    supported = frozenset({"securityGroupId", "ipProtocol", "fromPort", "toPort", "description", *_SOURCES})
    replace_on = frozenset({"securityGroupId"})
    plugin_framework = True
    gone = frozenset({"InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"})

    def validate(self, want: Wanted) -> list[tuple[str, str]]:
        sources = [source for source in _SOURCES if source in want]
        problems = []
        if len(sources) != 1:
            problems.append(("", f"a rule needs exactly one of {', '.join(_SOURCES)}, not {sources}"))
        if self.canonical("ipProtocol", want["ipProtocol"]) in ("tcp", "udp") and not {"fromPort", "toPort"} <= {*want}:
            problems.append(("fromPort", f"a rule for {want['ipProtocol']} needs fromPort and toPort"))
        return problems

    def replaces(self, before: Wanted, want: Wanted) -> frozenset[str]:
        """AWS changes a source, but not its kind."""
        return frozenset(source for source in _SOURCES if (source in want) != bool(before.get(source)))

    def canonical(self, property: str, value: Any) -> Any:
        if property == "ipProtocol" and isinstance(value, str):
            return _PROTOCOLS.get(value.lower(), value.lower())
        return value

    def make(self, aws: Aws, want: Wanted, mark: str) -> Made:
        authorize = getattr(aws.client("ec2"), f"authorize_security_group_{self.direction}")
        answer = authorize(
            GroupId=want["securityGroupId"],
            IpPermissions=[self._permission(want)],
            **ec2_tag_specifications("security-group-rule", want),
        )
        rule = answer["SecurityGroupRules"][0]
        return Made(rule["SecurityGroupRuleId"], {**_found_rule(aws, rule, want), "tags": dict(want.get("tags", {}))})

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        answer = aws.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[id])
        rule = answer["SecurityGroupRules"][0]
        if rule.get("ReferencedGroupInfo") and not rule.get("Description"):
            rule["Description"] = self._description_in_group(aws.client("ec2"), rule)
        return _found_rule(aws, rule, want)

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        ec2 = aws.client("ec2")
        source = next(source for source in _SOURCES if source in want)
        rule = {"IpProtocol": self.canonical("ipProtocol", want["ipProtocol"]), _SOURCES[source][2]: want[source]}
        rule |= {"FromPort": want.get("fromPort", -1), "ToPort": want.get("toPort", -1)}
        if want.get("description") or have.get("description"):
            rule["Description"] = want.get("description", "")
        if any(have.get(key) != want.get(key) for key in self.supported):
            ec2.modify_security_group_rules(
                GroupId=want["securityGroupId"],
                SecurityGroupRules=[{"SecurityGroupRuleId": id, "SecurityGroupRule": rule}],
            )
        sync_ec2_tags(ec2, id, have, want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        revoke = getattr(aws.client("ec2"), f"revoke_security_group_{self.direction}")
        revoke(GroupId=have["securityGroupId"], SecurityGroupRuleIds=[id])

    def _permission(self, want: Wanted) -> dict[str, Any]:
        source = next(source for source in _SOURCES if source in want)
        ranges, name, _ = _SOURCES[source]
        entry = {name: want[source], **({"Description": want["description"]} if want.get("description") else {})}
        ports = {"FromPort": want["fromPort"]} if "fromPort" in want else {}
        ports |= {"ToPort": want["toPort"]} if "toPort" in want else {}
        return {"IpProtocol": self.canonical("ipProtocol", want["ipProtocol"]), **ports, ranges: [entry]}

    def _description_in_group(self, ec2: Client, rule: Any) -> str:
        """moto forgets the description of a rule that refers to a group, and tells it with the group."""
        group = ec2.describe_security_groups(GroupIds=[rule["GroupId"]])["SecurityGroups"][0]
        for permission in group["IpPermissionsEgress" if rule["IsEgress"] else "IpPermissions"]:
            ports = (permission.get("FromPort", -1), permission.get("ToPort", -1))
            if permission["IpProtocol"] == rule["IpProtocol"] and ports == (rule["FromPort"], rule["ToPort"]):
                for pair in permission["UserIdGroupPairs"]:
                    if pair["GroupId"] == rule["ReferencedGroupInfo"]["GroupId"]:
                        return str(pair.get("Description", ""))
        return ""


def _found_rule(aws: Aws, rule: Any, want: Wanted) -> Found:
    id, owner = rule["SecurityGroupRuleId"], rule.get("GroupOwnerId", aws.account_id)
    return {
        "arn": f"arn:{aws.partition}:ec2:{aws.region}:{owner}:security-group-rule/{id}",
        "securityGroupRuleId": id,
        "securityGroupId": rule["GroupId"],
        "ipProtocol": want.get("ipProtocol", rule["IpProtocol"])
        if _PROTOCOLS.get(str(want.get("ipProtocol")).lower()) == rule["IpProtocol"]
        else rule["IpProtocol"],
        "fromPort": _port(rule, "FromPort", want.get("fromPort")),
        "toPort": _port(rule, "ToPort", want.get("toPort")),
        "cidrIpv4": rule.get("CidrIpv4"),
        "cidrIpv6": rule.get("CidrIpv6"),
        "prefixListId": rule.get("PrefixListId"),
        "referencedSecurityGroupId": (rule.get("ReferencedGroupInfo") or {}).get("GroupId"),
        "description": rule.get("Description") or None,
        "tags": from_list(rule.get("Tags")),
    }


def _port(rule: Any, name: str, wanted: int | None) -> int | None:
    """AWS answers -1 for a port that was never given."""
    port: int | None = rule.get(name)
    return wanted if port in (None, -1) and wanted in (None, -1) else port


class SecurityGroupIngressRule(_Rule):
    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    direction = "ingress"
    actions = _ACTIONS | {"ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"}


class SecurityGroupEgressRule(_Rule):
    token = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    direction = "egress"
    actions = _ACTIONS | {"ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"}
