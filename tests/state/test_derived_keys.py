"""The key of a project's own passphrase is derived once; the key of anybody else's is never written down."""

import json
import stat

import pytest

from tap.engine.values import Secret
from tap.state.passphrase import PassphraseError, derive_key
from tests.state.support import PASSPHRASE, finish, store_in, thing


@pytest.fixture
def derivations():
    """How many keys were derived since the last call: each call begins as a new process does, with none."""

    def count():
        misses = derive_key.cache_info().misses
        derive_key.cache_clear()
        return misses

    count()
    return count


def secret_of(store):
    (resource,) = store.load().resources
    return resource.outputs["token"].value


def with_secret(root, environ):
    store = store_in(root, environ=environ)
    finish(store, thing("a", outputs={"token": Secret("hunter2")}))
    return store.paths


def test_the_key_of_the_own_passphrase_is_derived_by_the_first_run_only(tmp_path, derivations):
    paths = with_secret(tmp_path, {})
    first = derivations()
    read = secret_of(store_in(tmp_path, environ={}))

    assert (first, derivations()) == (1, 0)
    assert read == "hunter2"
    assert stat.S_IMODE(paths.derived_keys.stat().st_mode) == 0o600
    assert "hunter2" not in paths.derived_keys.read_text()


def test_the_key_of_a_passphrase_from_the_environment_is_not_written_down(tmp_path):
    paths = with_secret(tmp_path, PASSPHRASE)

    assert not paths.derived_keys.exists()


def test_a_kept_key_opens_nothing_for_another_passphrase(tmp_path):
    paths = with_secret(tmp_path, {})
    paths.passphrase.write_text("another\n")
    with pytest.raises(PassphraseError, match="incorrect passphrase"):
        store_in(tmp_path, environ={}).load()


@pytest.mark.parametrize("damage", ["lost", "no JSON", "a list", "no key", "another key", "a short key"])
def test_a_kept_key_that_is_lost_or_damaged_is_derived_anew(tmp_path, damage):
    paths = with_secret(tmp_path, {})
    kept = json.loads(paths.derived_keys.read_text())
    key = {"no key": "?", "another key": "A" * 43 + "=", "a short key": "AAAA"}.get(damage)
    content = {"no JSON": "{", "a list": "[]"}.get(damage)
    if damage == "lost":
        paths.derived_keys.unlink()
    else:
        damaged = {salt: {**entry, "key": key} for salt, entry in kept.items()}
        paths.derived_keys.write_text(content or json.dumps(damaged))

    assert secret_of(store_in(tmp_path, environ={})) == "hunter2"


def test_what_is_prepared_ahead_is_what_the_first_secret_is_encrypted_with(tmp_path, derivations):
    store = store_in(tmp_path, environ={})
    store.prepare_secrets()
    prepared = derivations()
    finish(store, thing("a", outputs={"token": Secret("hunter2")}))

    assert (prepared, derivations()) == (1, 0)
    assert secret_of(store_in(tmp_path, environ={})) == "hunter2"


def test_a_stack_without_a_secret_names_no_provider_though_it_was_prepared(tmp_path):
    store = store_in(tmp_path, environ={})
    store.prepare_secrets()
    finish(store, thing("a"))

    assert store.load().secrets_providers is None
