"""Which types hold data that is gone for good when the resource is deleted or replaced, and what is lost."""

from __future__ import annotations

from tap.engine.model import Op, Step

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

_DELETING = frozenset({Op.DELETE, Op.DELETE_REPLACED, Op.REPLACE})


def data_loss(step: Step) -> str:
    """What the step destroys, in words that stand out; "" for nothing, as for what is retained on delete."""
    if step.op not in _DELETING or step.old is None or step.old.retain_on_delete:
        return ""
    lost = HOLDS_DATA.get(step.old.type)
    if lost is None:
        return ""
    verb = "DELETES DATA" if step.op is Op.DELETE else "REPLACING DELETES DATA"
    return f"{verb}: {lost}"
