"""Pulumi.<stack>.yaml: what the program is told of it, and what is refused."""

import json

import pytest

from tap.errors import StackNotFoundError, UsageError
from tap.project.project import read_project
from tap.project.stack_config import list_stacks, load_stack_config, require_stack
from tap.state.passphrase import PassphraseCrypter, PassphraseError
from tap.state.store import StateStore

SALT = "v1:I6hhHCzterg=:v1:PM/UGwkdMnMabBdW:YFdhzO1bhNs972APNYpaaPl0OyRAUg=="


def encrypted(text):
    return PassphraseCrypter(lambda: "pw", SALT).encrypt(text)


@pytest.fixture
def load(tmp_path):
    """Reads the config of the stack `dev` of the project `p` from these two texts."""

    def load(stack_yaml, project_yaml="", environ=None):
        (tmp_path / "Pulumi.yaml").write_text("name: p\nruntime: python\n" + project_yaml)
        if stack_yaml is not None:
            (tmp_path / "Pulumi.dev.yaml").write_text(stack_yaml)
        project = read_project(tmp_path / "Pulumi.yaml")
        environ = {"PULUMI_CONFIG_PASSPHRASE": "pw"} if environ is None else environ
        return load_stack_config(project, "dev", StateStore(tmp_path, "p", "dev", environ=environ))

    return load


def problems(load, *arguments):
    with pytest.raises(UsageError) as raised:
        load(*arguments)
    return [line.partition("Pulumi.dev.yaml: ")[2] for line in str(raised.value).splitlines()]


def test_values_are_texts_and_everything_else_is_json(load):
    config = load("""
config:
  aws:region: us-east-1
  short: x
  old:config:key: y
  number: 7
  half: 0.5
  flag: true
  zones: [b, a]
  tags: {b: 1, a: {"é": null}}
  empty: ""
  nothing:
""")

    assert config.values == {
        "aws:region": "us-east-1",
        "p:short": "x",
        "old:key": "y",
        "p:number": "7",
        "p:half": "0.5",
        "p:flag": "true",
        "p:zones": '["b","a"]',
        "p:tags": '{"a":{"é":null},"b":1}',
        "p:empty": "",
        "p:nothing": "null",
    }
    assert config.secret_keys == ()


def test_what_yaml_1_1_took_for_something_else_stays_the_text_that_it_is(load):
    config = load("config: {a: yes, b: 12:30:00, c: 2026-11-23, d: off, e: 0o17, f: 1_000, g: 012345678901}\n")

    assert list(config.values.values()) == ["yes", "12:30:00", "2026-11-23", "off", "0o17", "1_000", "012345678901"]


def test_encrypted_values_are_opened_and_their_keys_are_secret(load):
    config = load(f"""
encryptionsalt: {SALT}
config:
  p:password: {{secure: "{encrypted("hunter2")}"}}
  p:nested: {{user: me, keys: [{{secure: "{encrypted("k1")}"}}]}}
  p:plain: a
""")

    assert config.values == {
        "p:password": "hunter2",
        "p:nested": '{"keys":["k1"],"user":"me"}',
        "p:plain": "a",
    }
    assert config.secret_keys == ("p:password", "p:nested")
    assert "hunter2" not in repr(config)
    assert "hunter2" not in json.dumps(config.as_written)
    assert config.as_written["p:plain"] == "a"
    assert list(config.as_written["p:password"]) == ["secure"]


def test_a_wrong_or_missing_passphrase_is_said_in_pulumis_words(load):
    text = f'encryptionsalt: {SALT}\nconfig: {{p:a: {{secure: "{encrypted("x")}"}}}}\n'

    with pytest.raises(PassphraseError) as wrong:
        load(text, "", {"PULUMI_CONFIG_PASSPHRASE": "wrong"})
    with pytest.raises(PassphraseError) as missing:
        load(text, "", {})

    assert str(wrong.value) == "getting stack configuration: get stack secrets manager: incorrect passphrase"
    assert str(missing.value).endswith(
        "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables"
    )


def test_a_config_without_secrets_needs_no_passphrase(load):
    assert load(f"encryptionsalt: {SALT}\nconfig: {{a: b}}\n", "", {}).values == {"p:a": "b"}


def test_the_projects_defaults_stand_where_the_stack_says_nothing(load):
    config = load(
        "config: {zones: 2}\n",
        "config: {zones: {type: integer, default: 3}, aws:region: eu-west-1, tags: {value: {a: b}}}\n",
    )

    assert config.values == {"p:zones": "2", "aws:region": "eu-west-1", "p:tags": '{"a":"b"}'}


def test_what_the_project_calls_secret_is_secret_and_stays_out_of_the_history(load):
    config = load("config: {token: t0ken}\n", "config: {token: {type: string, secret: true}}\n")

    assert config.secret_keys == ("p:token",)
    assert config.as_written == {}


def test_all_problems_are_told_at_once_each_with_its_place(load):
    found = problems(
        load,
        f"""
encryptionsalt: [x]
environment: [shared]
config:
  zones: many
  short: a
  p:short: b
  secret: {{secure: "{encrypted("x")}"}}
  pulumi:disable-default-providers: aws
""",
        "config: {zones: {type: integer}, needed: {type: string}}\n",
    )

    assert found == [
        "encryptionsalt: a text is expected, found list",
        "config.p:short: p:short is there twice, with and without its namespace",
        "environment: the embedded engine imports no Pulumi ESC environments: give the values in config",
        "config.p:zones: Pulumi.yaml declares the type integer, found 'many'",
        "config.p:needed: Pulumi.yaml declares this key, with the type string and no default: give it",
        "config.pulumi:disable-default-providers: a list of packages is expected, found 'aws'",
        "encryptionsalt: it is missing, but these are encrypted: p:secret",
    ]


def test_another_secrets_provider_is_refused_only_if_it_is_needed(load):
    provider = "secretsprovider: awskms://alias/x\n"

    assert load(provider + "config: {a: b}\n").values == {"p:a": "b"}
    assert problems(load, provider + 'config: {a: {secure: "v1:a:b"}}\n') == [
        "secretsprovider: 'awskms://alias/x' is not supported for p:a: only passphrase is"
    ]


def test_a_damaged_ciphertext_names_its_key(load):
    found = problems(load, f'encryptionsalt: {SALT}\nconfig: {{a: {{secure: "v1:AAAA:AAAA"}}, b: {{secure: "x"}}}}\n')

    assert [line.split(" ")[0] for line in found] == ["config.p:a:", "config.p:b:"]


@pytest.mark.parametrize("text", ["[]", "config: [a]", "config: {a: b", "config: {a: 1, a: 2}", "config: {a: 1.0e999}"])
def test_a_file_of_another_shape_is_an_error(load, text):
    assert problems(load, text)


def test_the_default_providers_that_are_disabled_are_told(load):
    assert load("config: {'pulumi:disable-default-providers': ['*']}").disabled_default_providers == ("*",)
    assert load("config: {}").disabled_default_providers == ()


def test_a_stack_without_file_and_state_does_not_exist_and_with_one_of_them_it_does(load, tmp_path):
    with pytest.raises(StackNotFoundError) as raised:
        load(None)
    assert str(raised.value) == "no stack named 'dev' found"
    assert raised.value.exit_code == 6

    checkpoint = StateStore(tmp_path, "p", "dev").paths.checkpoint
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text('{"version":3,"checkpoint":{"stack":"organization/p/dev"}}')

    assert load(None).values == {}
    assert load("config: {a: b}").values == {"p:a": "b"}


def test_the_stacks_are_those_with_a_file_or_a_state(load, tmp_path):
    load("")
    (tmp_path / "Pulumi.prod.yaml").write_text("")
    checkpoint = StateStore(tmp_path, "p", "old").paths.checkpoint
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text("{}")
    project = read_project(tmp_path / "Pulumi.yaml")

    assert list_stacks(project) == ("dev", "old", "prod")
    require_stack(project, "old", StateStore(tmp_path, "p", "old"))
