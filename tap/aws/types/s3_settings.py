"""S3: the settings of a bucket that are a few values each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from tap.aws.bucket_setting import BucketSetting, Document
from tap.aws.compare import normalised_json
from tap.aws.errors import code_of
from tap.aws.resource_type import Client, Found, Wanted
from tap.aws.schema import Kind, type_schema
from tap.aws.shapes import Spelling, from_aws, to_aws
from tap.aws.validation import Problems, one_of
from tap.engine.provider import ProviderError

_NEVER_VERSIONED: Final = "Disabled"
"""Terraform's word for a bucket whose versioning nobody ever touched: S3 has no such status, nor a way back to it."""


class BucketVersioning(BucketSetting):
    token = "aws:s3/bucketVersioning:BucketVersioning"
    supported = frozenset({"bucket", "expectedBucketOwner", "mfa", "versioningConfiguration"})
    replace_on = frozenset({"bucket", "expectedBucketOwner"})
    kept = frozenset({"mfa"})
    computed = frozenset({"versioningConfiguration.mfaDelete"})
    gone = frozenset({"NoSuchBucket"})
    actions = frozenset({"s3:GetBucketVersioning", "s3:PutBucketVersioning"})

    def document(self, want: Wanted) -> Document:
        wanted = want["versioningConfiguration"]
        mfa_delete = {"MFADelete": wanted["mfaDelete"]} if wanted.get("mfaDelete") else {}
        return {"VersioningConfiguration": {"Status": wanted["status"], **mfa_delete}}

    def found(self, document: Document) -> Found:
        configuration = document["VersioningConfiguration"]
        status, mfa_delete = configuration.get("Status", _NEVER_VERSIONED), configuration.get("MFADelete", "")
        return {"versioningConfiguration": {"status": status, "mfaDelete": mfa_delete}}

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        if document["VersioningConfiguration"]["Status"] == _NEVER_VERSIONED:
            _refuse_unversioning(where["Bucket"], self.get(s3, where))
        else:
            mfa = {"MFA": want["mfa"]} if want.get("mfa") else {}
            s3.put_bucket_versioning(**where, **document, **mfa)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        answer = s3.get_bucket_versioning(**where)
        return {"VersioningConfiguration": {key: answer[key] for key in ("Status", "MFADelete") if key in answer}}

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        """S3 can not take versioning away again: suspended is the nearest."""
        if (have.get("versioningConfiguration") or {}).get("status") == _NEVER_VERSIONED:
            return
        try:
            s3.put_bucket_versioning(**where, VersioningConfiguration={"Status": "Suspended"})
        except ClientError as error:
            if code_of(error) != "InvalidBucketState" or "Object Lock" not in str(error):
                raise  # under an object lock versioning can not even be suspended: it ends with the bucket

    def validate(self, want: Wanted) -> Problems:
        return [
            *super().validate(want),
            *one_of(want, "versioningConfiguration.status", {"Enabled", "Suspended", _NEVER_VERSIONED}),
            *one_of(want, "versioningConfiguration.mfaDelete", {"Enabled", "Disabled"}),
        ]


def _refuse_unversioning(bucket: str, document: Document) -> None:
    status = document["VersioningConfiguration"].get("Status", _NEVER_VERSIONED)
    if status != _NEVER_VERSIONED:
        raise ProviderError(
            f"versioningConfiguration.status of bucket {bucket} can not go from {status} to {_NEVER_VERSIONED}",
            hint="use Suspended",
            code="InvalidBucketState",
        )


class BucketServerSideEncryptionConfiguration(BucketSetting):
    """Deleted, S3 goes back to its own default (AES256): a bucket is never without."""

    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    supported = frozenset({"bucket", "expectedBucketOwner", "rules"})
    replace_on = frozenset({"bucket", "expectedBucketOwner"})
    set_properties = frozenset({"rules", "rules.blockedEncryptionTypes"})
    computed = frozenset({"rules.blockedEncryptionTypes"})
    gone = frozenset({"NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError"})
    actions = frozenset({"s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"})

    _spelling = Spelling({"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"})

    def document(self, want: Wanted) -> Document:
        rules = to_aws(type_schema(self.token).outputs["rules"], want["rules"], self._spelling)
        for rule in rules:
            if "BlockedEncryptionTypes" in rule:
                rule["BlockedEncryptionTypes"] = {"EncryptionType": rule["BlockedEncryptionTypes"]}
        return {"ServerSideEncryptionConfiguration": {"Rules": rules}}

    def found(self, document: Document) -> Found:
        rules = [
            {**rule, "BlockedEncryptionTypes": rule.get("BlockedEncryptionTypes", {}).get("EncryptionType")}
            for rule in document["ServerSideEncryptionConfiguration"]["Rules"]
        ]
        return {"rules": from_aws(type_schema(self.token).outputs["rules"], rules, self._spelling)}

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        s3.put_bucket_encryption(**where, **document)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        return dict(s3.get_bucket_encryption(**where))

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        s3.delete_bucket_encryption(**where)

    def validate(self, want: Wanted) -> Problems:
        algorithms = {"AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"}
        path = "rules.applyServerSideEncryptionByDefault.sseAlgorithm"
        return [*super().validate(want), *one_of(want, path, algorithms)]


_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


class BucketPublicAccessBlock(BucketSetting):
    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    supported = frozenset({"bucket", "skipDestroy", *_BLOCKS})
    replace_on = frozenset({"bucket"})
    kept = frozenset({"skipDestroy"})
    gone = frozenset({"NoSuchBucket", "NoSuchPublicAccessBlockConfiguration"})
    actions = frozenset({"s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"})

    _spelling = Spelling()

    def document(self, want: Wanted) -> Document:
        blocks = {self._spelling.of(block): want.get(block, False) for block in _BLOCKS}
        return {"PublicAccessBlockConfiguration": blocks}

    def found(self, document: Document) -> Found:
        blocks = document["PublicAccessBlockConfiguration"]
        return {block: blocks.get(self._spelling.of(block), False) for block in _BLOCKS}

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        s3.put_public_access_block(**where, **document)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        return dict(s3.get_public_access_block(**where))

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        if not have.get("skipDestroy"):
            s3.delete_public_access_block(**where)


class BucketOwnershipControls(BucketSetting):
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    supported = frozenset({"bucket", "rule"})
    replace_on = frozenset({"bucket"})
    gone = frozenset({"NoSuchBucket", "OwnershipControlsNotFoundError"})
    actions = frozenset({"s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"})

    def document(self, want: Wanted) -> Document:
        return {"OwnershipControls": {"Rules": [{"ObjectOwnership": want["rule"]["objectOwnership"]}]}}

    def found(self, document: Document) -> Found:
        return {"rule": {"objectOwnership": document["OwnershipControls"]["Rules"][0]["ObjectOwnership"]}}

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        s3.put_bucket_ownership_controls(**where, **document)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        return dict(s3.get_bucket_ownership_controls(**where))

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        s3.delete_bucket_ownership_controls(**where)

    def validate(self, want: Wanted) -> Problems:
        allowed = {"BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"}
        return [*super().validate(want), *one_of(want, "rule.objectOwnership", allowed)]


class BucketPolicy(BucketSetting):
    token = "aws:s3/bucketPolicy:BucketPolicy"
    supported = frozenset({"bucket", "policy"})
    replace_on = frozenset({"bucket"})
    json_properties = frozenset({"policy"})
    gone = frozenset({"NoSuchBucket", "NoSuchBucketPolicy"})
    actions = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})
    not_yet = ("MalformedPolicy", "Invalid principal")
    """A role that was made a moment ago is not known to S3 yet."""

    def document(self, want: Wanted) -> Document:
        return {"Policy": want["policy"]}

    def found(self, document: Document) -> Found:
        return {"policy": normalised_json(document["Policy"])}

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        s3.put_bucket_policy(**where, **document)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document:
        return {"Policy": s3.get_bucket_policy(**where)["Policy"]}

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        s3.delete_bucket_policy(**where)


class BucketLogging(BucketSetting):
    token = "aws:s3/bucketLogging:BucketLogging"
    supported = frozenset(
        {"bucket", "expectedBucketOwner", "targetBucket", "targetGrants", "targetObjectKeyFormat", "targetPrefix"}
    )
    replace_on = frozenset({"bucket", "expectedBucketOwner"})
    set_properties = frozenset({"targetGrants"})
    computed = frozenset({"targetGrants.grantee.displayName"})
    gone = frozenset({"NoSuchBucket"})
    actions = frozenset({"s3:GetBucketLogging", "s3:PutBucketLogging"})

    _spelling = Spelling({"id": "ID", "uri": "URI"}, meaningful_when_empty=frozenset({"targetPrefix"}))

    def document(self, want: Wanted) -> Document:
        told = {key: value for key, value in want.items() if key.startswith("target")}
        return {"BucketLoggingStatus": {"LoggingEnabled": to_aws(self._kind, told, self._spelling)}}

    def found(self, document: Document) -> Found:
        enabled: Found = from_aws(self._kind, document["BucketLoggingStatus"]["LoggingEnabled"], self._spelling)
        return enabled

    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None:
        s3.put_bucket_logging(**where, **document)

    def get(self, s3: Client, where: Mapping[str, str]) -> Document | None:
        enabled = s3.get_bucket_logging(**where).get("LoggingEnabled")
        return {"BucketLoggingStatus": {"LoggingEnabled": enabled}} if enabled else None

    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None:
        s3.put_bucket_logging(**where, BucketLoggingStatus={})

    @property
    def _kind(self) -> Kind:
        outputs: Mapping[str, Any] = type_schema(self.token).outputs
        return {"object": {key: shape for key, shape in outputs.items() if key.startswith("target")}}
