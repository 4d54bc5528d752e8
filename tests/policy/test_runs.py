"""What policy packs do to a run: in which order they are asked, what a violation stops, and packs that break."""

import json
from pathlib import Path

import pytest

from tap.engine.analyzer import AnalyzerError
from tap.errors import UsageError
from tap.program import pack_process, policy_packs
from tests.policy.judged import JUDGING, Judged, project_for, run

GREEN, RED, GREY = {"color": "green"}, {"color": "red"}, {"color": "grey"}


NOTHING_PAINTED = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def no_paint(args, report_violation):
    if args.props.get("color") == "painted":
        report_violation("it is painted")

PolicyPack("other", [ResourceValidationPolicy("no-paint", "Nothing is painted.", no_paint, EnforcementLevel.MANDATORY)])
"""


@pytest.fixture
def project(tmp_path):
    return project_for(tmp_path / "project")


def pack_of(folder: Path, text: str) -> str:
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(text)
    return str(folder)


def test_a_mandatory_violation_stops_an_update_before_the_resource_is_made(project):
    told = run(project, {"a-good": GREEN, "bad": RED, "c-after": GREEN})

    assert told.outcome.violated
    assert not told.outcome.succeeded
    assert told.heard.violations == ["mandatory no-red bad: red is too loud"]
    assert told.heard.errors == ["update failed"]
    assert told.created() == {"a-good": "green"}
    assert set(told.state) == {"a-good"}


def test_a_preview_goes_on_after_a_violation_and_tells_the_others(project):
    password = {"color": "blue", "password": "hunter2-hunter2"}
    told = run(project, {"bad": RED, "worse": RED, "leaking": password}, preview=True)

    assert told.outcome.violated
    assert told.heard.violations == [
        "mandatory no-red bad: red is too loud",
        "advisory no-secret leaking: the password is [secret]",
        "mandatory no-red worse: red is too loud",
    ]
    assert told.heard.errors == ["preview failed"]
    assert told.created() == {}


def test_a_remedy_is_what_is_made_and_stays_so_also_through_a_replacement(project):
    first = run(project, {"one": GREY | {"fixed": 1}})
    again = run(project, {"one": GREY | {"fixed": 1}})
    replaced = run(project, {"one": GREY | {"fixed": 2}})

    assert first.outcome.succeeded
    assert first.heard.remedied == ["paint one"]
    assert first.created() == {"one": "painted"}
    assert first.state["one"]["color"] == "painted"
    assert again.outcome.changed is False
    assert replaced.created() == {"one": "painted"}
    assert replaced.state["one"] == {"color": "painted", "fixed": 2}


def test_what_is_imported_is_judged_too(project):
    project.cloud.entries["bad-1"] = {"name": "bad", "inputs": RED}
    told = run(project, {"bad": RED | {"import": "bad-1"}, "later": GREEN})

    assert told.outcome.violated
    assert told.heard.violations == ["mandatory no-red bad: red is too loud"]
    assert told.created() == {}


def test_every_pack_is_asked_the_remedies_of_all_before_the_judgement_of_any(project, tmp_path):
    other = pack_of(tmp_path / "other", NOTHING_PAINTED)
    told = run(project, {"one": GREY}, preview=True, policy_packs=(other, JUDGING))

    assert told.heard.remedied == ["paint one"]
    assert told.heard.violations == ["mandatory no-paint one: it is painted"]


def test_the_stack_is_judged_at_the_end_with_its_outputs(project):
    four = dict.fromkeys(("a", "b", "c", "d"), GREEN)
    told = run(project, four)

    assert told.outcome.violated
    assert told.heard.violations == ["mandatory too-many judged-dev: 4 things, 4 with outputs"]
    assert set(told.created()) == set(four)


def test_levels_and_properties_come_from_the_configuration(project, tmp_path):
    config = tmp_path / "levels.json"
    config.write_text(
        '{"all": "advisory", "paint": "disabled", "too-many": {"enforcementLevel": "mandatory", "most": 1}}'
    )
    told = run(project, {"a": RED, "b": GREY}, preview=True, policy_pack_configs=(str(config),))

    assert told.heard.violations == [
        "advisory no-red a: red is too loud",
        "mandatory too-many judged-dev: 2 things, 2 with outputs",
    ]
    assert told.heard.remedied == []


def test_a_configuration_that_can_not_be_is_told_whole_before_anything_is_done(project, tmp_path):
    config = tmp_path / "levels.json"
    config.write_text(json.dumps({"no-rid": "advisory", "too-many": {"most": "few", "least": 1}}))
    with pytest.raises(UsageError) as raised:
        run(project, {"a": GREEN}, policy_pack_configs=(str(config),))
    config.write_text('{"no-red": "loud", "all": 3}')
    with pytest.raises(UsageError) as level:
        run(project, {"a": GREEN}, policy_pack_configs=(str(config),))
    with pytest.raises(UsageError) as count:
        run(project, {"a": GREEN}, policy_pack_configs=(str(config), str(config)))

    assert str(raised.value).splitlines() == [
        f"policy pack {JUDGING}: no-rid: the pack has no such policy; did you mean 'no-red'?",
        f"policy pack {JUDGING}: too-many.most: a value of type integer is expected, found 'few'",
        f"policy pack {JUDGING}: too-many.least: the policy has no such property",
    ]
    expected = "one of advisory, mandatory, remediate, disabled is expected"
    assert str(level.value) == f"{config}: no-red: {expected}, found 'loud'\n{config}: all: {expected}, found 3"
    assert "must match the number" in str(count.value)
    assert project.cloud.calls == []


@pytest.mark.parametrize(
    ("color", "reason"),
    [
        ("broken", "no idea of colours"),
        ("dead", "its process ended with exit code 3"),
        ("hanging", "no answer within 1 seconds"),
    ],
)
def test_a_pack_that_breaks_on_a_resource_fails_the_run_by_name_and_nothing_is_made(
    project, monkeypatch, color, reason
):
    if color == "hanging":
        monkeypatch.setattr(policy_packs, "ANSWER_SECONDS_MAX", 1.0)
    told: Judged = run(project, {"one": {"color": color}})
    (error,) = told.heard.errors

    assert error.startswith("policy pack judging failed on urn:pulumi:dev::judged::fake:index:Thing::one: ")
    assert reason in error
    assert told.created() == {}
    assert not told.outcome.violated


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module_anywhere", "No module named 'no_such_module_anywhere'"),
        ("print('hello')", "ended with exit code 0: hello"),
        ("import time\ntime.sleep(60)", "said no port within 3 seconds"),
    ],
)
def test_a_pack_that_does_not_start_is_one_error_before_anything_is_done(project, tmp_path, monkeypatch, text, reason):
    if "60" in text:
        monkeypatch.setattr(pack_process, "START_SECONDS_MAX", 3.0)
    pack = pack_of(tmp_path / "pack", text)
    with pytest.raises(AnalyzerError) as raised:
        run(project, {"a": GREEN}, policy_packs=(pack,))

    assert str(raised.value).startswith(f"policy pack {pack} failed to start: ")
    assert reason in str(raised.value)
    assert project.cloud.calls == []


def test_a_folder_that_is_no_pack_and_a_runtime_that_is_not_ours_are_refused_by_name(project, tmp_path):
    with pytest.raises(UsageError) as missing:
        run(project, {}, policy_packs=(str(tmp_path),))
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: nodejs\nmain: index.ts\n")
    with pytest.raises(UsageError) as foreign:
        run(project, {}, policy_packs=(str(tmp_path),))

    assert str(missing.value) == f"no policy pack found at {tmp_path}: there is no PulumiPolicy.yaml"
    assert "the embedded engine runs policy packs in python, found 'nodejs'" in str(foreign.value)
    assert "main: the embedded engine runs __main__.py beside PulumiPolicy.yaml, found 'index.ts'" in str(foreign.value)
