"""The security groups and their rules: groups first and empty, then one resource per rule."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from tap.stack.scope import Scope
from tap.stack.security_rules import GroupRole, Rule

_COMPONENT = "security"


def empty_group(scope: Scope, role: GroupRole, description: str, vpc_id: pulumi.Input[str]) -> aws.ec2.SecurityGroup:
    """A group without rules of its own: inline ones and rule resources would wipe each other."""
    name = f"{role}-sg"
    return aws.ec2.SecurityGroup(
        scope.names.of(name),
        description=description,
        vpc_id=vpc_id,
        tags=scope.tags(name, _COMPONENT),
        opts=scope.options(keep=True),
    )


def emptied_default_group(scope: Scope, vpc_id: pulumi.Input[str]) -> aws.ec2.DefaultSecurityGroup:
    """The group that AWS gives every VPC, adopted, and its let-everything rules taken away."""
    return aws.ec2.DefaultSecurityGroup(
        scope.names.of("default-sg"),
        vpc_id=vpc_id,
        ingress=[],
        egress=[],
        tags=scope.tags("default-sg", _COMPONENT),
        opts=scope.options(),
    )


def add_rule(scope: Scope, rule: Rule, groups: Mapping[GroupRole, aws.ec2.SecurityGroup]) -> None:
    kind = aws.vpc.SecurityGroupIngressRule if rule.direction == "in" else aws.vpc.SecurityGroupEgressRule
    ipv6 = rule.cidr is not None and ":" in rule.cidr
    kind(
        scope.names.of(rule.key),
        security_group_id=groups[rule.group].id,
        ip_protocol="-1" if rule.port is None else "tcp",
        from_port=rule.port,
        to_port=rule.port,
        cidr_ipv4=None if ipv6 else rule.cidr,
        cidr_ipv6=rule.cidr if ipv6 else None,
        referenced_security_group_id=groups[rule.peer].id if rule.peer else None,
        description=rule.key,
        tags=scope.tags(rule.key, _COMPONENT),
        opts=scope.options(),
    )
