"""Where the stack is, and the ARNs that follow from it before anything exists. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """One account's corner of one region. `partition` is aws, aws-cn, aws-us-gov, ..."""

    partition: str
    dns_suffix: str
    account_id: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def log_group_arn(self, name: str) -> str:
        return self.arn("logs", f"log-group:{name}")

    def alarm_arn(self, name: str) -> str:
        return self.arn("cloudwatch", f"alarm:{name}")

    def topic_arn(self, name: str) -> str:
        return self.arn("sns", name)

    def bucket_arn(self, name: str) -> str:
        """Buckets are named in no region and no account."""
        return f"arn:{self.partition}:s3:::{name}"

    @property
    def root_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    @property
    def logs_service(self) -> str:
        """CloudWatch Logs' principal, the one service here that has a name of its own in each region."""
        return f"logs.{self.region}.{self.dns_suffix}"
