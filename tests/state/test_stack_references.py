"""Other stacks by name, and the provider that reads them for a program."""

import pytest

from tap.engine.builtin import BuiltinProvider
from tap.engine.model import Resource
from tap.engine.provider import ProviderError
from tap.engine.values import Secret
from tap.state.stack_references import stack_of, stack_outputs
from tests.state.support import PASSPHRASE, finish, store_in, thing

REFERENCE = "urn:pulumi:dev::golden::pulumi:pulumi:StackReference::other"
OUTPUTS = {"plain": 1, "deep": {"inner": [Secret("canary")]}, "hidden": Secret("canary")}
STACK = Resource(
    "urn:pulumi:other::golden::pulumi:pulumi:Stack::golden-other", False, "pulumi:pulumi:Stack", outputs=OUTPUTS
)


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """Nothing here writes."""
    root = tmp_path_factory.mktemp("stacks")
    finish(store_in(root, stack="other"), STACK)
    finish(store_in(root, stack="destroyed"))
    return BuiltinProvider(lambda name: stack_outputs(root, "golden", name, environ=PASSPHRASE))


def read(provider, name):
    return provider.read(REFERENCE, name, {"name": name}, {"name": name})


@pytest.mark.parametrize("name", ["other", "organization/other", "organization/golden/other"])
def test_the_outputs_of_another_stack_are_read_and_secrets_stay_secret(provider, name):
    found = read(provider, name)

    assert found.id == name
    assert found.outputs == {"name": name, "outputs": OUTPUTS, "secretOutputNames": ["deep", "hidden"]}


def test_a_function_reads_them_too(provider):
    assert provider.invoke("pulumi:pulumi:readStackOutputs", {"name": "other"}) == {"name": "other", "outputs": OUTPUTS}


def test_a_stack_without_resources_has_no_outputs(provider):
    assert read(provider, "destroyed").outputs["outputs"] == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("organization/golden/nosuch", 'unknown stack "organization/golden/nosuch"'),
        ("organization/elsewhere/other", 'unknown stack "organization/elsewhere/other"'),
        ("acme/golden/other", "organization name must be 'organization'"),
        ("a/b/c/d", "could not parse stack reference 'a/b/c/d'"),
        ("", "could not parse stack reference ''"),
        (
            "organization/golden/..",
            "reading the outputs of stack 'organization/golden/..': '..' is no valid stack name",
        ),
    ],
)
def test_a_stack_that_can_not_be_read_is_named(provider, name, text):
    with pytest.raises(ProviderError) as refused:
        read(provider, name)

    assert str(refused.value).startswith(text)


def test_without_the_passphrase_it_is_said_whose_it_is(tmp_path):
    finish(store_in(tmp_path, stack="other"), STACK)

    with pytest.raises(ProviderError, match=r"reading the outputs of stack 'other': .*passphrase"):
        stack_outputs(tmp_path, "golden", "other", environ={})


def test_other_types_and_functions_of_the_package_are_refused_by_name(provider):
    with pytest.raises(ProviderError, match="does not manage resources of the type 'pulumi:pulumi:Stash'"):
        provider.create("urn:pulumi:dev::golden::pulumi:pulumi:Stash::x", {}, 0, preview=False)
    with pytest.raises(ProviderError, match="has no function 'pulumi:pulumi:nope'"):
        provider.invoke("pulumi:pulumi:nope", {})
    assert provider.check("urn:pulumi:dev::golden::pulumi:pulumi:Stash::x", {}, {}, b"").failures != ()


def test_names_are_taken_apart():
    assert stack_of("dev", "shop") == ("shop", "dev")
    assert stack_of("organization/other/dev", "shop") == ("other", "dev")


def test_the_made_up_thing_is_no_stack(tmp_path):
    finish(store_in(tmp_path, stack="other"), thing("a"))

    assert stack_outputs(tmp_path, "golden", "other", environ=PASSPHRASE) == {}
