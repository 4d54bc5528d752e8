"""Assets carry the hash of their content, so that a changed file is a changed resource."""

from __future__ import annotations

import hashlib

import pytest

from tap.engine.model import Goal
from tap.engine.registration import RefusedError
from tap.engine.values import Archive, Asset, Secret
from tap.program.assets import with_hashed_assets

CONTENT = b"some bytes"
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def hashed(tmp_path):
    (tmp_path / "a.txt").write_bytes(CONTENT)
    (tmp_path / "a.tar.gz").write_bytes(CONTENT)
    (tmp_path / "folder").mkdir()

    def hashed(value):
        goal = Goal("fake:index:Thing", "a", custom=True, inputs={"value": value})
        return with_hashed_assets(goal, str(tmp_path)).inputs["value"]

    return hashed


@pytest.mark.parametrize(
    "value", [Asset(text=CONTENT.decode()), Asset(path="a.txt"), Archive(path="a.tar.gz")], ids=repr
)
def test_an_asset_gets_the_hash_of_its_content(hashed, value):
    found = hashed({"list": [Secret(value)]})["list"][0].value

    assert found.hash == HASH
    assert (found.path, type(found)) == (value.path, type(value))


def test_a_hash_that_is_there_already_stays(hashed):
    assert hashed(Asset(path="gone.txt", hash="known")) == Asset(path="gone.txt", hash="known")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Asset(path="gone.txt"), "failed to open asset file 'gone.txt': No such file or directory"),
        (Asset(uri="https://example.com/a"), "does not support assets at an address ('https://example.com/a')"),
        (Archive(path="folder"), "does not support archives of folders ('folder')"),
        (Archive(assets={"a": Asset(text="x")}), "does not support archives of several assets"),
    ],
)
def test_what_can_not_be_hashed_is_refused_by_name(hashed, value, text):
    with pytest.raises(RefusedError) as refused:
        hashed(value)

    assert str(refused.value).startswith("fake:index:Thing resource 'a': ")
    assert text in str(refused.value)
