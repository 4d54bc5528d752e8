"""The drills of `tap rollback`: deploy A, break it in each of the ways that hurt others, roll back, see that it is A.

Run in a process of its own (`python -m tests.delivery.drills`), which prints a verdict a line: it forks the embedded
AWS as A has left it, and the runs of `tap`, which a process with the threads of a test run must not do.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from soak.forked_tap import tap
from soak.kill_points import Kind, Point, install
from soak.world import Scene, Workshop, World, worlds
from tap.state.lock_files import this_process
from tests.delivery.drill_place import Place, commit, difference, git, said
from tests.delivery.drill_program import (
    FAILING_CREATE,
    GATEWAY,
    NEW_BUCKET,
    PROGRAM,
    RAISES,
    SAID_TO_BE_TAP_STACK,
    edited,
    more,
)
from tests.integration.inventory import Inventory, inventory, named
from tests.integration.project import ACCOUNT_ID, SMALL

APP_BUCKET = f"tap-app-local-{ACCOUNT_ID}-us-east-1"
VPC = "urn:pulumi:local::tap::aws:ec2/vpc:Vpc::vpc"
FRESH = "urn:pulumi:local::tap::aws:s3/bucket:Bucket::fresh"

DRILLS: dict[str, tuple[int, Callable[[Place], None]]] = {}
"""Name -> the number of the pitfall, and the drill."""


def drill(pitfall: int) -> Callable[[Callable[[Place], None]], Callable[[Place], None]]:
    def add(play: Callable[[Place], None]) -> Callable[[Place], None]:
        DRILLS[play.__name__] = pitfall, play
        return play

    return add


# -- the drills --------------------------------------------------------------------------------------------------------


@drill(1)
def a_killed_job_leaves_its_lock_and_what_it_had_made(place: Place) -> None:
    place.commit(more(GATEWAY))
    point = Point(Kind.CALL, "ec2 AttachInternetGateway", 1)
    ended = place.run("deploy", before=partial(install, place.root, kill_at=point))
    locks = list((place.root / ".tap" / ".pulumi" / "locks").rglob("*.json"))

    assert ended.killed
    assert len(locks) == 1
    assert (place.result["result"], place.result["stage"]) == ("failed", "up")
    assert place.result["error"]["name"] == "not_ended"
    place.require_back_at_a()
    assert not locks[0].exists()


@drill(2)
def the_lock_of_a_live_process_is_left_alone_and_nothing_is_touched(place: Place) -> None:
    place.deploy_badly(more(FAILING_CREATE))
    folder = place.root / ".tap" / ".pulumi" / "locks" / "organization" / "tap" / "local"
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "of-the-pulumi-cli.json"
    here = this_process()
    lock.write_text(
        json.dumps({"pid": os.getpid(), "username": "ada", "hostname": here.hostname, "timestamp": here.timestamp})
    )
    state = (place.root / ".tap" / ".pulumi" / "stacks" / "tap" / "local.json").read_bytes()
    place.roll_back(code=1)

    assert (place.result["error"]["name"], place.result["stage"]) == ("state_locked", "unlock")
    assert lock.exists()
    assert (place.root / ".tap" / ".pulumi" / "stacks" / "tap" / "local.json").read_bytes() == state
    lock.unlink()
    place.require_back_at_a()


@drill(3)
def an_update_whose_end_nobody_knows_is_looked_up(place: Place) -> None:
    place.commit(edited("retention_in_days=7", "retention_in_days=30"))
    point = Point(Kind.ANSWER, "logs PutRetentionPolicy", 1)
    ended = place.run("deploy", before=partial(install, place.root, kill_at=point))

    assert ended.killed
    assert "updating" in [each["type"] for each in _pending(place)]
    place.require_back_at_a()
    assert _pending(place) == []


@drill(4)
def what_a_killed_job_created_without_knowing_is_found_and_removed(place: Place) -> None:
    place.commit(more(GATEWAY))
    point = Point(Kind.ANSWER, "ec2 CreateInternetGateway", 1)
    ended = place.run("deploy", before=partial(install, place.root, kill_at=point))

    assert ended.killed
    assert "drill-gateway" in json.dumps(inventory(place.world.account)["us-east-1 internet gateway"])
    place.require_back_at_a()


@drill(5)
def the_old_program_runs_with_the_tools_of_today(place: Place) -> None:
    described = (place.root / "Pulumi.yaml").read_text()
    environment = next(line.split(": ", 1)[1] for line in described.splitlines() if "virtualenv" in line)
    then, now = place.root / ".venv-then", place.root / ".venv-now"
    then.symlink_to(environment)
    (place.root / "Pulumi.yaml").write_text(described.replace(environment, ".venv-then"))
    (place.root / "requirements.txt").write_text("pulumi==3.0.0\n")
    place.a = place.commit(PROGRAM, "A, with its own environment")
    # Somebody has been there by hand: a deploy mends that, too.
    place.world.account.client("logs").put_retention_policy(logGroupName="/drill/logs", retentionInDays=30)
    ended = place.run("deploy")
    assert ended.code == 0, said(ended)
    then.unlink()
    now.symlink_to(environment)
    (place.root / "Pulumi.yaml").write_text(described.replace(environment, ".venv-now"))
    place.deploy_badly(more(FAILING_CREATE))

    place.require_back_at_a()


@drill(6)
def a_predecessor_deleted_first_is_made_again_though_its_successor_failed(place: Place) -> None:
    place.deploy_badly(edited('cidr_block="10.1.1.0/24"', 'cidr_block="192.168.0.0/24"'))

    assert "drill-subnet" not in json.dumps(inventory(place.world.account)["us-east-1 subnet"])
    place.require_back_at_a()


@drill(7)
def a_successor_that_collides_with_the_name_of_its_predecessor(place: Place) -> None:
    place.deploy_badly(edited('path="/first/"', 'path="/second/"', GATEWAY).replace("# role", "opts=successor_first,"))

    place.require_back_at_a()


@drill(8)
def data_that_came_with_the_new_version_is_not_deleted_unless_named(place: Place) -> None:
    place.deploy_badly(more(NEW_BUCKET))
    place.put_object("drill-fresh")
    between = named(inventory(place.world.account))
    place.roll_back(code=5)

    assert FRESH in place.result["error"]["message"]
    assert place.result["stage"] == "gate"
    assert difference(between, named(inventory(place.world.account))) == []
    place.roll_back("--allow-data-loss", FRESH, code=12)  # the bucket is not empty, and nothing empties it by force
    assert place.object("drill-fresh") == b"precious"
    place.roll_back("--allow-data-loss", FRESH, code=2)
    assert place.result["error"]["name"] == "rollback_tried"


@drill(9)
def a_network_is_replaced_neither_on_the_way_there_nor_back_unless_named(place: Place) -> None:
    other = edited('cidr_block="10.1.0.0/16"', 'cidr_block="10.2.0.0/16"', FAILING_CREATE)
    place.deploy_badly(other.replace("10.1.1.0/24", "10.2.1.0/24"), 5)
    assert VPC in place.result["error"]["message"]
    place.require_a()
    assert place.run("deploy", "--allow-data-loss", VPC, "--allow-data-loss", FRESH).code == 2  # FRESH: nothing of it
    assert place.run("deploy", "--allow-data-loss", VPC).code == 1
    place.roll_back(code=5)

    place.require_back_at_a("--allow-data-loss", VPC, network_made_again=True)


@drill(10)
def the_release_that_was_recorded_is_gone_back_to_whatever_branch_and_tag_say(place: Place) -> None:
    place.commit(more(RAISES), "never deployed: HEAD~1 is not the last good one")
    git(place.root, "tag", "--force", "good")
    git(place.root, "branch", "--force", "released")
    place.deploy_badly(more(FAILING_CREATE))
    git(place.root, "checkout", "--quiet", "--orphan", "squashed")
    commit(place.root, "all of it, squashed")

    place.require_back_at_a()
    place.roll_back(code=2)
    assert place.result["error"]["name"] == "nothing_to_roll_back"


@drill(11)
def a_rollback_that_fails_says_so_in_its_own_words_and_code(place: Place) -> None:
    outside = place.root.parent / "needed"
    outside.write_text("there")
    place.a = place.commit(f"open({str(outside)!r})\n{PROGRAM}", "A needs what is not in the repository")
    assert place.run("deploy").code == 0
    outside.unlink()
    b = place.commit(more(FAILING_CREATE))
    assert place.run("deploy").code == 1
    ended = place.roll_back(code=12)
    error = ended.document["error"]
    (backup,) = (place.root / ".tap" / "rollbacks").iterdir()

    assert error["message"].startswith("ROLLBACK FAILED: ")
    assert str(backup) in error["hint"]
    assert "hunter2" not in backup.read_text() + json.dumps(ended.document)
    assert (place.result["commit"], place.result["previousCommit"]) == (b, place.a)
    assert (place.result["result"], place.result["stage"], place.result["error"]["code"]) == ("failed", "preview", 12)
    assert [entry["kind"] for entry in place.releases()] == ["release", "release", "rollback"]
    assert len(git(place.root, "worktree", "list").splitlines()) == 1


@drill(11)
def a_stack_that_is_back_but_does_not_hold_what_it_should_is_told_as_such(place: Place) -> None:
    place.a = place.commit(more(SAID_TO_BE_TAP_STACK), "A, which nobody has verified")
    assert place.run("deploy").code == 0
    place.deploy_badly(more(SAID_TO_BE_TAP_STACK, FAILING_CREATE))
    error = place.roll_back(code=12).document["error"]

    assert f"is back at {place.a[:10]}, but does not pass `tap verify`" in error["message"]
    assert "`tap verify` says what mends it" in error["hint"]
    assert (place.result["stage"], place.releases()[-1]["succeeded"]) == ("verify", False)
    place.require_a()


@drill(12)
def what_is_told_of_a_failure_does_not_hide_it(place: Place) -> None:
    b = place.commit(more(FAILING_CREATE))
    ended = place.run("deploy", "--result", "/proc/nowhere/result.json")
    assert (ended.code, ended.document["error"]["name"]) == (2, "configuration_error"), said(ended)
    place.require_a()
    place.deploy_badly(more(FAILING_CREATE, "# again\n"))

    assert (place.result["kind"], place.result["result"], place.result["stage"]) == ("deploy", "failed", "up")
    assert place.result["error"]["code"] == 1
    assert "192.168.0.0/24" in place.result["error"]["message"]
    assert place.result["commit"] != b
    assert (place.result["previousCommit"], place.result["author"]) == (place.a, "Ada")
    place.require_back_at_a()


@drill(0)
def a_rehearsal_plays_it_all_elsewhere_and_touches_nothing(place: Place) -> None:
    b = place.commit(more(GATEWAY))
    state = (place.root / ".tap" / ".pulumi" / "stacks" / "tap" / "local.json").read_bytes()
    ended = tap(place.root, "rollback", "--rehearse", "--yes", "--json", "--result", str(place.result_path))
    stages = [stage["stage"] for stage in ended.document["stages"]]

    assert ended.code == 0, said(ended)
    assert stages == ["prepare", "release", "break", "refresh", "preview", "gate", "up", "check", "smoke"]
    assert (place.result["commit"], place.result["previousCommit"]) == (b, place.a)
    assert place.result["changes"]["delete"] == 1
    assert (place.root / ".tap" / ".pulumi" / "stacks" / "tap" / "local.json").read_bytes() == state
    assert [entry["kind"] for entry in place.releases()] == ["release"]
    place.require_a()


def the_whole_stack_killed_on_its_way_to_another_zone(place: Place) -> None:
    config = place.root / "Pulumi.local.yaml"
    zones = {"tap:availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"], "tap:s3_gateway_endpoint": True}
    config.write_text(yaml.safe_dump({"config": yaml.safe_load(config.read_text())["config"] | zones}))
    commit(place.root, "another zone")
    point = Point(Kind.ANSWER, "ec2 CreateSubnet", 2)
    ended = place.run("deploy", before=partial(install, place.root, kill_at=point))

    assert ended.killed
    back = place.roll_back()
    assert back.document["stages"][-2]["stage"] == "verify"
    place.require_a()


def _pending(place: Place) -> list[dict[str, Any]]:
    export = tap(place.root, "state", "export", "--stack", "local")
    return export.document["deployment"].get("pending_operations") or []


# -- all of them -------------------------------------------------------------------------------------------------------


def deployed(workshop: Workshop, scene: Scene, name: str, before: Inventory) -> tuple[Any, str]:
    """A scene in which A is released, and A's commit. before: is filled with what is in the cloud then."""
    shutil.copy(Path(__file__).parents[2] / ".gitignore", scene.folder / ".gitignore")
    with (scene.folder / ".gitignore").open("a") as file:
        file.write(".venv-*\n")
    git(scene.folder, "init", "--quiet", "--initial-branch", "main")
    a = commit(scene.folder, "A")

    def release(world: World) -> None:
        place = Place(world, a, {})
        ended = place.run("deploy")
        assert ended.code == 0, said(ended)
        (recorded,) = place.releases()
        assert (recorded["commit"], recorded["outputs"].get("password", "[secret]")) == (a, "[secret]"), recorded
        before.update(named(inventory(world.account)))

    return workshop.after(scene, name, release), a


def play(
    workshop: Workshop, scene: Scene, a: str, before: Inventory, act: Callable[[Place], None], bucket: str
) -> dict[str, Any]:
    began = time.monotonic()
    problem = ""
    with workshop.world(scene) as world:
        place = Place(world, a, before, bucket)
        place.put_object()
        try:
            act(place)
        except Exception:
            problem = traceback.format_exc()
    return {"drill": act.__name__, "problem": problem, "seconds": time.monotonic() - began}


def main(names: list[str]) -> int:
    """Play these, or all."""
    scenes = {
        "small": ({"__main__.py": PROGRAM}, None, [act for _, act in DRILLS.values()], "drill-data"),
        "whole": (None, SMALL, [the_whole_stack_killed_on_its_way_to_another_zone], APP_BUCKET),
    }
    failed = False
    with worlds() as workshop:
        for kind, (program, config, acts, bucket) in scenes.items():
            chosen = [act for act in acts if not names or act.__name__ in names]
            if not chosen:
                continue
            before: Inventory = {}
            coming, a = deployed(workshop, workshop.scene(kind, program, config), f"{kind}-a", before)
            with coming as scene:
                for act in chosen:
                    verdict = play(workshop, scene, a, before, act, bucket)
                    failed |= bool(verdict["problem"])
                    print(json.dumps(verdict), flush=True)  # noqa: T201  - what this program is for
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
