"""`tap destroy` leaves an account as empty as a fresh one, whatever has come into the buckets meanwhile."""

from __future__ import annotations

from tests.integration.inventory import inventory
from tests.integration.project import ACCOUNT_ID, Project, steps


def test_nothing_is_left_after_destroy_not_even_of_full_buckets(project: Project):
    aws = project.start_aws()
    fresh = inventory(aws)
    project.succeed("up")
    app, backup = f"tap-app-local-{ACCOUNT_ID}-us-east-1", f"tap-backup-local-{ACCOUNT_ID}-us-west-2"
    s3, elsewhere = aws.client("s3"), aws.client("s3", "us-west-2")
    for text in (b"one", b"two"):
        s3.put_object(Bucket=app, Key="versions", Body=text)
        elsewhere.put_object(Bucket=backup, Key="deleted", Body=text)
    elsewhere.delete_object(Bucket=backup, Key="deleted")
    s3.create_multipart_upload(Bucket=app, Key="unfinished")
    versions = s3.list_object_versions(Bucket=app)["Versions"]
    count = len(project.ids())
    document = project.document("destroy")
    kms = aws.client("kms")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]

    assert len(versions) == 2
    assert set(steps(document).values()) == {"delete"}
    assert document["changeSummary"] == {"delete": count + 3}
    assert inventory(aws) == fresh
    assert [each["KeyState"] for each in keys if each["KeyManager"] == "CUSTOMER"] == ["PendingDeletion"] * 2
    assert project.state().get("resources", []) == []
    assert project.document("destroy")["changeSummary"] == {}
