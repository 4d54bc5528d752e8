"""Which types hold data that is gone for good when the resource is deleted or replaced, and what is lost. Pure.

Imports nothing, so that whatever judges a plan can share it: the views, the gate of `tap deploy`, a policy pack.
"""

from __future__ import annotations

HOLDS_DATA = {
    "aws:s3/bucket:Bucket": "every object and version in the bucket",
    "aws:s3/bucketV2:BucketV2": "every object and version in the bucket",
    "aws:kms/key:Key": "the key; whatever it encrypted can not be read again",
    "aws:cloudwatch/logGroup:LogGroup": "every log event in the group",
    "aws:ec2/vpc:Vpc": "the network that everything in it runs on",
    "aws:ec2/eip:Eip": "the public address, which others may have allow-listed",
    "aws:ebs/volume:Volume": "everything on the volume",
    "aws:efs/fileSystem:FileSystem": "every file in the file system",
    "aws:rds/instance:Instance": "the databases on the instance",
    "aws:rds/cluster:Cluster": "the databases in the cluster",
    "aws:dynamodb/table:Table": "every item in the table",
    "aws:secretsmanager/secret:Secret": "every version of the secret",
    "aws:sqs/queue:Queue": "every message in the queue",
}
"""Type -> what is lost."""

DELETING = frozenset({"delete", "delete-replaced", "replace"})
"""The operations, by Pulumi's names, at whose end the old resource is no more."""


def lost_by(op: str, type: str, *, retained: bool) -> str:
    """What the operation destroys of a resource of this type, "" for nothing. retained: it stays when it is deleted."""
    return "" if retained or op not in DELETING else HOLDS_DATA.get(type, "")
