"""What the settings of a bucket have in common: S3 keeps each as one document, put, read and deleted as a whole."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from tap.aws.compare import equal_in_meaning
from tap.aws.resource_type import Aws, Client, Found, Made, ResourceType, Wanted
from tap.aws.validation import Problems, length, matches
from tap.aws.waits import retry

Document = dict[str, Any]
"""The parameters of the setting's put call, without those that say which bucket."""

_BUSY_SECONDS_MAX: Final = 60.0
"""How long S3 may refuse (409) because another setting of the same bucket is being changed."""

_NOT_YET_SECONDS_MAX: Final = 60.0
"""How long IAM may take to tell S3 of a new role."""


class BucketSetting(ResourceType):
    """A document of a bucket. The id is the bucket's name, with `,<account>` behind it where an owner is expected."""

    not_yet: ClassVar[tuple[str, str]] = ("", "")
    """(code, part of the message) with which S3 refuses what refers to something that is too new for it to know."""

    kept: ClassVar[frozenset[str]] = frozenset()
    """Inputs that are not part of the document: S3 does not tell them, so they are copied from what is wanted."""

    @abstractmethod
    def document(self, want: Wanted) -> Document:
        """What is put for these inputs. Pure."""

    @abstractmethod
    def found(self, document: Document) -> Found:
        """The outputs that such a document means, without the bucket. Pure."""

    @abstractmethod
    def put(self, s3: Client, where: Mapping[str, str], document: Document, want: Wanted) -> None: ...

    @abstractmethod
    def get(self, s3: Client, where: Mapping[str, str]) -> Document | None:
        """What S3 has, in the shape of what is put; None where it has nothing."""

    @abstractmethod
    def delete(self, s3: Client, where: Mapping[str, str], have: Wanted) -> None: ...

    def validate(self, want: Wanted) -> Problems:
        return [
            *length(want, "bucket", 1, 63),
            *matches(want, "expectedBucketOwner", r"\d{12}", "an account id of 12 digits"),
        ]

    def make(self, aws: Aws, want: Wanted, mark: str) -> str | Made:
        return self.put_new(aws, want)

    def put_new(self, aws: Aws, want: Wanted) -> Made:
        """S3 takes the document whole or not at all: accepted, it is what there is."""
        id = _id_of(want)
        document = self.document(want)
        self._put(aws, id, document, want)
        return Made(id, self._outputs(id, document, want))

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [_id_of(want)]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        document = self.get(aws.client("s3"), _where(id))
        return None if document is None else self._outputs(id, document, want)

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        told = self.supported - self.kept - {"bucket", "expectedBucketOwner"} - (self.computed - want.keys())
        if not all(equal_in_meaning(self, key, want.get(key), have.get(key)) for key in told):
            self._put(aws, id, self.document(want), want)

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        self._while_busy(aws, id, lambda: self.delete(aws.client("s3"), _where(id), have))

    def _put(self, aws: Aws, id: str, document: Document, want: Wanted) -> None:
        code, saying = self.not_yet

        def put() -> None:
            self._while_busy(aws, id, lambda: self.put(aws.client("s3"), _where(id), document, want))

        what = f"what the {self.token} of bucket {id} refers to"
        retry(aws, put, codes={code}, saying=saying, what=what, seconds_max=_NOT_YET_SECONDS_MAX)

    def _while_busy(self, aws: Aws, id: str, call: Callable[[], None]) -> None:
        retry(aws, call, codes={"OperationAborted"}, what=f"bucket {id} to be free", seconds_max=_BUSY_SECONDS_MAX)

    def _outputs(self, id: str, document: Document, want: Wanted) -> Found:
        bucket, _, owner = id.partition(",")
        told = {"bucket": bucket} | ({"expectedBucketOwner": owner} if "expectedBucketOwner" in self.supported else {})
        return {**self.found(document), **told, **{key: want[key] for key in self.kept if key in want}}


def _id_of(want: Wanted) -> str:
    return ",".join(str(want[key]) for key in ("bucket", "expectedBucketOwner") if want.get(key))


def _where(id: str) -> dict[str, str]:
    bucket, _, owner = id.partition(",")
    return {"Bucket": bucket} | ({"ExpectedBucketOwner": owner} if owner else {})
