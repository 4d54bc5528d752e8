"""What the embedded engine does besides: its second look at each deletion, and the release's own modules."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tap.delivery.engines.embedded import _Keeping
from tap.engine.provider import FindsCreations, ProviderError
from tests.cli.conftest import Tap
from tests.delivery.repositories import git, repository_in

BUCKET = "urn:pulumi:dev::tap::a:b:C$aws:s3/bucket:Bucket::data"
ROUTE = "urn:pulumi:dev::tap::aws:ec2/route:Route::route"

OWN_PACKAGE = """
import pulumi
from tap.stack import edition
pulumi.export("edition", edition.NAME)
"""


@dataclass
class Cloud:
    """A provider that only deletes, and finds."""

    deleted: list[str] = field(default_factory=list)
    region: str = "us-east-1"

    def delete(self, urn, id, inputs, outputs, timeout) -> None:
        self.deleted.append(urn)

    def find_created(self, urn, inputs, mark) -> str:
        return f"{urn} found"


def test_what_holds_data_is_not_deleted_unless_it_was_named_whatever_was_previewed():
    cloud = Cloud()
    keeping = _Keeping(cloud, frozenset())
    keeping.delete(ROUTE, "r", {}, {}, 0)
    with pytest.raises(ProviderError, match="holds data"):
        keeping.delete(BUCKET, "data", {}, {}, 0)
    _Keeping(cloud, frozenset({BUCKET})).delete(BUCKET, "data", {}, {}, 0)

    assert cloud.deleted == [ROUTE, BUCKET]


def test_everything_else_of_the_provider_is_as_it_was():
    keeping = _Keeping(Cloud(), frozenset())

    assert keeping.region == "us-east-1"
    assert isinstance(keeping, FindsCreations)
    assert keeping.find_created(ROUTE, {}, None) == f"{ROUTE} found"


def test_a_release_runs_with_its_own_modules_also_with_those_of_the_package_tap(tmp_path):
    """The stack's parts are in the package `tap`, as the tool is: of them the release's own have to be run."""
    root = repository_in(tmp_path / "project", Pulumi_yaml="name: shop\nruntime: python\n", Pulumi_local_yaml="{}\n")
    package = root / "tap" / "stack"
    package.mkdir(parents=True)
    for name in (root / "tap" / "__init__.py", package / "__init__.py"):
        name.touch()
    (package / "edition.py").write_text('NAME = "first"\n')
    (root / "__main__.py").write_text(OWN_PACKAGE)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A")
    tap = Tap(root)
    try:
        first = tap.python("-P", "-m", "tap.cli.main", "deploy", "--json")
        (package / "edition.py").write_text('raise RuntimeError("a bad release")\n')
        git(root, "commit", "--quiet", "--all", "--message", "B")
        (root / "Pulumi.local.yaml").write_text("{}\n")
        second = tap.python("-P", "-m", "tap.cli.main", "up")
        back = tap.python("-P", "-m", "tap.cli.main", "rollback", "--json")
        outputs = tap.python("-P", "-m", "tap.cli.main", "outputs", "edition")
    finally:
        tap.python("-P", "-m", "tap.cli.main", "local", "stop")

    assert first.returncode == 0, first.stdout
    assert second.returncode == 1
    assert back.returncode == 0, back.stdout
    assert outputs.stdout == "first\n"
