"""Pulumi's passphrase secrets manager: vectors of other programs, and where the passphrase comes from."""

import os
import stat
from pathlib import Path

import pytest

from tap.errors import StateError
from tap.state.passphrase import DamagedSecretError, PassphraseCrypter, PassphraseError, derive_key
from tap.state.passphrase_source import find_passphrase
from tests.state.support import finish, store_in, thing

RECORDED_SALT = "v1:I6hhHCzterg=:v1:PM/UGwkdMnMabBdW:YFdhzO1bhNs972APNYpaaPl0OyRAUg=="
VECTORS = [
    ("password", "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ=="),
    ("correct horse battery staple", "v1:7zYbSEVWKZw=:v1:EIKc93uAODE5Qeab:k67m1pCk7vx1+7/NfOlMt8ppjyOwOg=="),
    ("pw", RECORDED_SALT),
]


@pytest.mark.parametrize(("passphrase", "salt"), VECTORS)
def test_the_state_of_another_program_opens_with_its_passphrase(passphrase, salt):
    crypter = PassphraseCrypter(lambda: passphrase, salt)

    assert crypter.decrypt(crypter.encrypt("any text")) == "any text"


def test_a_recorded_ciphertext_is_decrypted():
    crypter = PassphraseCrypter(lambda: "pw", RECORDED_SALT)

    assert crypter.decrypt("v1:w9IsoxubUordntq4:sfIj+8azn3y189GOJ5ILynyKKUI+hhYXaA==") == '"hunter2"'


def test_a_wrong_passphrase_is_said_in_pulumis_words():
    crypter = PassphraseCrypter(lambda: "wrong", RECORDED_SALT, context="getting stack configuration: ")

    with pytest.raises(PassphraseError) as raised:
        crypter.decrypt("v1:w9IsoxubUordntq4:sfIj+8azn3y189GOJ5ILynyKKUI+hhYXaA==")

    assert str(raised.value) == "getting stack configuration: incorrect passphrase"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" in raised.value.hint
    assert raised.value.exit_code == 1


def test_a_new_stack_gets_a_state_at_its_first_secret_and_another_program_can_open_it():
    first = PassphraseCrypter(lambda: "pw")

    assert first.provider is None

    ciphertext = first.encrypt("hello")
    salt = first.provider["state"]["salt"]

    assert first.provider["type"] == "passphrase"
    assert salt != RECORDED_SALT
    assert PassphraseCrypter(lambda: "pw", salt).decrypt(ciphertext) == "hello"


def test_the_passphrase_is_not_asked_for_before_a_secret_is_met():
    asked = []

    def ask():
        asked.append(True)
        return "pw"

    crypter = PassphraseCrypter(ask, RECORDED_SALT)

    assert crypter.provider["state"]["salt"] == RECORDED_SALT
    assert not asked

    crypter.encrypt("a")
    crypter.encrypt("b")

    assert asked == [True]


def test_one_text_has_another_ciphertext_each_time():
    crypter = PassphraseCrypter(lambda: "pw", RECORDED_SALT)

    assert crypter.encrypt("a") != crypter.encrypt("a")


@pytest.mark.parametrize(
    "ciphertext",
    ["", "v1", "v1:a:b", "v2:w9IsoxubUordntq4:sfIj", "v1:w9IsoxubUordntq4:sfIj+8azn3y189GOJ5ILynyKKUI+hhYXaQ==", None],
)
def test_a_damaged_ciphertext_is_an_error_of_its_own(ciphertext):
    crypter = PassphraseCrypter(lambda: "pw", RECORDED_SALT)

    with pytest.raises(DamagedSecretError):
        crypter.decrypt(ciphertext)


@pytest.mark.parametrize("salt", ["v1", "v1:I6hhHCzterg=", "v2:I6hhHCzterg=:v1:a:b", "v1:###:v1:a:b", "nonsense"])
def test_a_malformed_salt_is_an_error_that_says_its_form(salt):
    with pytest.raises(PassphraseError, match="v1:<salt>"):
        PassphraseCrypter(lambda: "pw", salt).encrypt("a")


def test_a_key_is_derived_once_in_a_process():
    before = derive_key.cache_info().hits

    PassphraseCrypter(lambda: "pw", RECORDED_SALT).encrypt("a")
    PassphraseCrypter(lambda: "pw", RECORDED_SALT).encrypt("a")

    assert derive_key.cache_info().hits >= before + 1


def test_the_variable_comes_before_the_file_and_may_be_empty(tmp_path):
    file = tmp_path / "file"
    file.write_text("from file\n")
    both = {"PULUMI_CONFIG_PASSPHRASE": "", "PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}

    assert find_passphrase(both, tmp_path / "own", may_create=True) == ""
    assert find_passphrase({"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}, tmp_path / "own", may_create=True) == (
        "from file"
    )
    assert not (tmp_path / "own").exists()


def test_without_any_a_new_stack_gets_a_passphrase_of_its_own_that_stays(tmp_path):
    own = tmp_path / ".tap" / "passphrase"

    created = find_passphrase({}, own, may_create=True)

    assert len(created) >= 40
    assert find_passphrase({}, own, may_create=False) == created
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    assert [path.name for path in own.parent.iterdir()] == ["passphrase"]
    assert find_passphrase({"PULUMI_CONFIG_PASSPHRASE_FILE": str(own)}, tmp_path / "other", may_create=False) == created


def test_without_any_a_stack_that_has_secrets_is_refused_in_pulumis_words(tmp_path):
    with pytest.raises(PassphraseError) as raised:
        find_passphrase({}, tmp_path / "own", may_create=False)

    assert str(raised.value) == (
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables"
    )


def test_a_passphrase_file_that_is_missing_or_no_text_is_named(tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    for name in ("missing", "binary"):
        with pytest.raises(StateError, match=name):
            find_passphrase({"PULUMI_CONFIG_PASSPHRASE_FILE": str(tmp_path / name)}, tmp_path / "own", may_create=True)


def test_a_draft_that_a_killed_run_left_is_swept_once_there_is_a_passphrase(tmp_path):
    store = store_in(tmp_path, environ={})
    draft = tmp_path / ".tap" / ".passphrase.0123456789abcdef.draft"
    draft.parent.mkdir()
    draft.write_text("never used")

    finish(store, thing("a"))

    assert draft.exists()

    passphrase = find_passphrase({}, store.paths.passphrase, may_create=True)
    finish(store, thing("b"))

    assert not draft.exists()
    assert store.paths.passphrase.read_text().strip() == passphrase


def test_a_run_whose_draft_was_swept_takes_the_passphrase_of_the_run_that_was_first(tmp_path, monkeypatch):
    own = tmp_path / "passphrase"

    def another_is_first(draft, _path):
        Path(draft).unlink()
        own.write_text("of the first\n")
        raise FileNotFoundError(2, "No such file or directory", draft)

    monkeypatch.setattr(os, "link", another_is_first)

    assert find_passphrase({}, own, may_create=True) == "of the first"
    assert list(tmp_path.iterdir()) == [own]
