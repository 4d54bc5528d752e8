"""What counts as encrypted, and with whose key. Pure."""

from __future__ import annotations

BUCKET_ALGORITHMS = frozenset({"AES256", "aws:kms", "aws:kms:dsse"})
"""What S3 knows as server-side encryption (`SSEAlgorithm`)."""

AWS_MANAGED_ALIAS = "alias/aws/"


def is_bucket_encryption(algorithm: str | None) -> bool:
    """Whether that `SSEAlgorithm` encrypts a bucket's objects."""
    return algorithm in BUCKET_ALGORITHMS


def is_customer_key(key: str | None) -> bool:
    """Whether that key id, key ARN, alias or alias's ARN is a customer's key: there is one, and it is not AWS's own.

    An AWS-managed key has a policy that nobody can change: CloudWatch can not use `alias/aws/sns`, and drops an alarm's
    notification silently.
    """
    return bool(key) and not str(key).rpartition(":")[2].startswith(AWS_MANAGED_ALIAS)


ENCRYPTED_BY_FLAG = {
    "aws:ebs/volume:Volume": "encrypted",
    "aws:efs/fileSystem:FileSystem": "encrypted",
    "aws:rds/instance:Instance": "storageEncrypted",
    "aws:rds/cluster:Cluster": "storageEncrypted",
}
"""Type -> the property that encrypts it. These are stored in clear where it is not set."""
