"""Pulumi.yaml: found from below, read, and all its problems told at once."""

import pytest

from tap.errors import UsageError
from tap.project.project import find_project, read_project


def project_file(folder, text):
    path = folder / "Pulumi.yaml"
    path.write_text(text)
    return path


def problems(path):
    with pytest.raises(UsageError) as raised:
        read_project(path)
    return str(raised.value).splitlines()


def test_the_project_is_found_from_a_folder_below_it(tmp_path):
    project_file(tmp_path, "name: p\nruntime: python\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)

    project = find_project(below)

    assert (project.root, project.name, project.main, project.virtualenv) == (tmp_path, "p", ".", "")


def test_what_pulumi_yaml_says_is_kept(tmp_path):
    path = project_file(
        tmp_path,
        """
name: tap-stack
description: words
main: infra/
stackConfigDir: stacks
runtime:
  name: python
  options: {toolchain: pip, virtualenv: .venv}
config:
  aws:region: us-east-1
  zones: {type: integer, default: 3}
  token: {type: string, secret: true}
  nested: {value: {a: 1}}
""",
    )

    project = read_project(path)

    assert (project.name, project.description, project.main) == ("tap-stack", "words", "infra/")
    assert (project.virtualenv, project.stack_config_directory) == (".venv", "stacks")
    assert list(project.config) == ["aws:region", "tap-stack:zones", "tap-stack:token", "tap-stack:nested"]
    assert project.config["tap-stack:zones"].default == 3
    assert project.config["tap-stack:token"].secret
    assert not project.config["tap-stack:token"].has_default
    assert project.config["tap-stack:nested"].default == {"a": 1}


def test_without_a_project_the_error_is_pulumis_and_says_where_it_looked(tmp_path):
    with pytest.raises(UsageError) as raised:
        find_project(tmp_path)

    assert str(raised.value) == f"no Pulumi.yaml project file found (searching upwards from {tmp_path})"
    assert raised.value.exit_code == 2


def test_all_problems_are_told_at_once_each_with_its_place(tmp_path):
    path = project_file(tmp_path, "name: a/b\nmain: [x]\nruntime: nodejs\nconfig:\n  k: {type: text}\n  l: {a: 1}\n")

    found = problems(path)

    assert found[0].startswith(f"{path}: name: 'a/b' is no valid project name")
    assert found[1:] == [
        f"{path}: main: a text is expected, found ['x']",
        f"{path}: runtime: the embedded engine runs programs in python, found 'nodejs'",
        f"{path}: config.k.type: 'text' is none of array, boolean, integer, number, object, string",
        f"{path}: config.l: unknown keys a; a mapping as a value goes under 'value'",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "name: the project's name is missing"),
        ("- a\n", "a mapping is expected, found list"),
        ("name: [\n", "line 2, column 1"),
        ("name: a\nname: b\n", "these keys are there twice: name"),
        ("name: \x00\n", "is no YAML"),
        ("name: 5\nruntime: python\n", "name: a text is expected, found 5"),
        ("name: p\nruntime: {name: python, options: 3}\n", "runtime.options: a mapping is expected, found 3"),
        ("name: p\nruntime: python\nconfig: 3\n", "config: a mapping is expected, found 3"),
        ("a: &x [*x]\n? {b: c}\n: d\n", "unhashable"),
        ("name: !!python/object:os.system a\n", "could not determine a constructor"),
    ],
)
def test_a_file_of_another_shape_is_one_error_that_names_file_and_place(tmp_path, text, problem):
    path = project_file(tmp_path, text)

    found = problems(path)

    assert all(line.startswith(str(path)) for line in found)
    assert problem in "\n".join(found)


def test_a_file_that_is_no_text_is_an_error_too(tmp_path):
    path = tmp_path / "Pulumi.yaml"
    path.write_bytes(b"\xff\xfe\x00name")

    assert str(path) in problems(path)[0]
