"""TapStack: the AWS foundation of the Test Automation Platform, as one Pulumi component.

This file is the table of contents; how each thing is built, and why so, is in tap/stack.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from tap.stack import (
    addressing,
    arguments,
    buckets,
    monitoring,
    network,
    policies,
    replication,
    security_groups,
    security_rules,
)
from tap.stack.backup_region import backup_scope
from tap.stack.naming import Names
from tap.stack.scope import Scope, site_of
from tap.stack.tags import ENVIRONMENT, base_tags


@dataclass(frozen=True)
class TapStackArgs:
    """What can be chosen. Raises InvalidArgsError, a ValueError that names every problem at once.

    What the cost switches cost a month while nothing happens, about, in us-east-1 (AWS's list prices; look them up
    before you budget): a NAT gateway $33 and its public address $4, so that `nat_gateways` "per-az" is $73 with two
    zones, "single" $37 (traffic between zones comes on top, and one zone's failure cuts all off), and "none" $0
    (private subnets then reach S3 and nothing else outside). The S3 gateway endpoint is free. Not switches: the two
    keys $1 each, the alarm $0.10. Logs cost by the gigabyte, flow logs most of all. Fewer gateways in a stack that is
    not disposable means to lift the protection of those that go first (`pulumi state unprotect`).
    """

    environment_suffix: str  # a-z, 0-9 and "-", at most 22; in the name of everything
    vpc_cidr: str = "10.0.0.0/16"
    availability_zones: list[str] = field(default_factory=lambda: ["us-east-1a", "us-east-1b"])
    enable_flow_logs: bool = True
    enable_cross_region_replication: bool = True
    backup_region: str = "us-west-2"
    allowed_cidr: str = "10.0.0.0/8"  # where SSH may come from
    tags: dict[str, str] | None = None
    nat_gateways: str = "per-az"  # or "single" (in the first zone by letter), or "none"
    s3_gateway_endpoint: bool = True
    log_retention_days: int = 90  # one of CloudWatch's own periods
    cpu_alarm_threshold: float = 80.0  # percent
    alarm_email: str | None = None  # AWS asks its owner to confirm
    disposable: bool = False  # True: nothing is protected, buckets are emptied on destroy, keys go after 7 days

    def __post_init__(self) -> None:
        arguments.fill(self)
        arguments.check(self, aws.config.region)


class TapStack(pulumi.ComponentResource):
    """One VPC over several zones with its security groups, three buckets, logs, an alarm and flow logs."""

    def __init__(self, name: str, args: TapStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        effective = arguments.with_config(args)
        super().__init__("tap:stack:TapStack", name, {}, opts)
        self.args = args
        self.environment_suffix = args.environment_suffix
        self.environment = ENVIRONMENT
        self.allowed_cidr = effective.allowed_cidr
        self.replication_region = effective.backup_region
        self.base_tags = base_tags(args.environment_suffix, pulumi.get_stack(), args.tags)
        site = site_of(self)
        arguments.check(effective, site.region)  # it may come from a profile, and was not known any earlier
        self.scope = Scope(self, Names(args.environment_suffix), site, self.base_tags, args.disposable)
        self.s3_endpoint = self.backup_bucket = self.vpc_flow_log = None
        self.zones: dict[str, network.ZoneSubnets] = {}
        self.nat_gateways: dict[str, aws.ec2.NatGateway] = {}
        self.public_subnet_ids: list[pulumi.Output[str]] = []
        self.private_subnet_ids: list[pulumi.Output[str]] = []
        self.security_group_ids: dict[str, pulumi.Output[str]] = {}
        self.s3_bucket_names: dict[str, pulumi.Output[str]] = {}
        self.cloudwatch_log_groups: dict[str, pulumi.Output[str]] = {}

        self._create_vpc()
        self._create_subnets()
        self._create_internet_gateway()
        self._create_nat_gateways()
        self._create_route_tables()
        self._create_security_groups()
        self._create_s3_buckets()
        self._create_iam_roles()
        self._create_monitoring()
        self._create_vpc_flow_logs()

        self.stack_outputs = {
            "vpc_id": self.vpc_id,
            "public_subnet_ids": self.public_subnet_ids,
            "private_subnet_ids": self.private_subnet_ids,
            "security_group_ids": self.security_group_ids,
            "s3_bucket_names": self.s3_bucket_names,
            "cloudwatch_log_groups": self.cloudwatch_log_groups,
        }
        self.register_outputs(self.stack_outputs)

    def _create_vpc(self) -> None:
        self.vpc = aws.ec2.Vpc(
            self.scope.names.of("vpc"),
            cidr_block=self.args.vpc_cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.scope.tags("vpc", network.COMPONENT),
            opts=self.scope.options(keep=True),
        )
        self.vpc_id = self.vpc.id

    def _create_subnets(self) -> None:
        for plan in addressing.plan(self.args.vpc_cidr, self.args.availability_zones):
            self.zones[plan.zone] = network.subnets(self.scope, self.vpc_id, plan)
        self.public_subnet_ids = [pair.public.id for pair in self.zones.values()]
        self.private_subnet_ids = [pair.private.id for pair in self.zones.values()]

    def _create_internet_gateway(self) -> None:
        self.igw = aws.ec2.InternetGateway(
            self.scope.names.of("igw"),
            vpc_id=self.vpc_id,
            tags=self.scope.tags("igw", network.COMPONENT),
            opts=self.scope.options(keep=True),
        )

    def _create_nat_gateways(self) -> None:
        for zone in network.nat_zones(self.args.nat_gateways, self.args.availability_zones):
            self.nat_gateways[zone] = network.nat_gateway(self.scope, zone, self.zones[zone].public, self.igw)

    def _create_route_tables(self) -> None:
        self.public_rt = network.route_table(self.scope, "public-rt", self.vpc_id)
        network.public_routes(self.scope, self.public_rt, self.igw, self.zones)
        self.private_rts = {
            zone: network.route_table(self.scope, f"private-rt-{zone}", self.vpc_id) for zone in self.zones
        }
        shared = next(iter(self.nat_gateways.values()), None)
        for zone, table in self.private_rts.items():
            nat = self.nat_gateways.get(zone, shared)
            network.private_routes(self.scope, zone, table, nat, self.zones[zone].private)
        if self.args.s3_gateway_endpoint:
            self.s3_endpoint = network.s3_endpoint(self.scope, self.vpc_id, list(self.private_rts.values()))

    def _create_security_groups(self) -> None:
        groups = {
            role: security_groups.empty_group(self.scope, role, description, self.vpc_id)
            for role, description in security_rules.GROUPS.items()
        }
        self.web_sg, self.app_sg, self.db_sg, self.ssh_sg = (groups[role] for role in ("web", "app", "db", "ssh"))
        self.default_sg = security_groups.emptied_default_group(self.scope, self.vpc_id)
        for rule in security_rules.rules(self.allowed_cidr):
            security_groups.add_rule(self.scope, rule, groups)
        self.security_group_ids = {role: group.id for role, group in groups.items()}

    def _create_s3_buckets(self) -> None:
        logs = buckets.secure_bucket(self.scope, "logs", "logging", versioned=False, logs_of="app")
        app = buckets.secure_bucket(self.scope, "app", "application-data", versioned=True)
        buckets.log_access(self.scope, app, logs)
        made = [app, logs]
        if self.args.enable_cross_region_replication:
            there = backup_scope(self.scope, self.replication_region)
            backup = buckets.secure_bucket(there, "backup", "backup-replication", versioned=True)
            rule = replication.replicate(self.scope, app, backup)
            buckets.expire(there, backup, after=[rule])
            self.backup_bucket = backup.bucket
            made = [app, backup, logs]
        buckets.expire(self.scope, app)
        self.logs_bucket_lifecycle = buckets.expire(self.scope, logs, days=buckets.LOG_DAYS)
        self.app_bucket, self.logs_bucket = app.bucket, logs.bucket
        self.s3_bucket_names = {one.role: one.bucket.bucket for one in made}

    def _create_iam_roles(self) -> None:
        group = self.scope.names.log_group("infrastructure")
        self.flow_logs_role, self.flow_logs_policy = monitoring.flow_logs_role(self.scope, group)

    def _create_monitoring(self) -> None:
        scope, roles = self.scope, ("application", "infrastructure")
        policy = policies.logs_key(scope.site, [scope.names.log_group(role) for role in roles])
        self.logs_key = monitoring.encryption_key(scope, "logs", "CloudWatch log groups", policy)
        self.app_log_group, self.infra_log_group = (
            monitoring.log_group(scope, role, self.args.log_retention_days, self.logs_key) for role in roles
        )
        self.alarm_topic = monitoring.alarm_topic(scope, self.args.alarm_email)
        self.high_cpu_alarm = monitoring.high_cpu_alarm(scope, self.args.cpu_alarm_threshold, self.alarm_topic)
        self.cloudwatch_log_groups = {
            "application": self.app_log_group.name,
            "infrastructure": self.infra_log_group.name,
        }

    def _create_vpc_flow_logs(self) -> None:
        if self.args.enable_flow_logs:
            self.vpc_flow_log = monitoring.flow_log(
                self.scope, self.vpc_id, self.infra_log_group, self.flow_logs_role, self.flow_logs_policy
            )


# Pipeline: lint -> test -> preview -> deploy -> Slack notification -> rollback on failure. The stages are those of the
# workflow file .github/workflows/deploy.yml, which `make rehearse` plays on the embedded AWS; the deploy ends with
# `tap verify`. The rollback is `pulumi cancel` and a deploy of the last known good commit: `tap rollback`.
