"""Identity: who runs what a platform assigns its users to, and that a deployment fails over under them."""

from __future__ import annotations

import copy
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from test_rehearse_matrix import below

from notheld import why
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.rehearse import run
from redismanifests.prove.toycluster.pods.identity import ASSIGNED, assign_ids, unassigned

if TYPE_CHECKING:
    from pathlib import Path

NON_ROOT = {"runAsNonRoot": True}


def spec(whole: dict[str, Any] | None, *own: dict[str, Any] | None) -> dict[str, Any]:
    first, *others = [{"name": str(n), "securityContext": each} for n, each in enumerate(own)]
    return {"securityContext": whole, "containers": others, "initContainers": [first]}


@pytest.mark.parametrize(
    "pod",
    [
        spec(None, None, None),
        spec({}, {}, {}),
        spec({"runAsNonRoot": False}, None, None),
        spec(NON_ROOT | {"runAsUser": 999}, None, None),
        spec(NON_ROOT, {"runAsUser": 1}, {"runAsUser": 2}),
        spec({"runAsUser": 5}, NON_ROOT, NON_ROOT),
    ],
)
def test_a_pod_that_names_its_users_or_may_be_root_stays_as_it_is(pod: dict[str, Any]) -> None:
    before = copy.deepcopy(pod)
    assert not unassigned(pod)
    assign_ids(pod)
    assert pod == before


@pytest.mark.parametrize(
    ("pod", "users", "group"),
    [
        (spec(NON_ROOT, None, {"a": 1}), [ASSIGNED, ASSIGNED], ASSIGNED),
        (spec(NON_ROOT, {"runAsUser": 5}, None), [5, ASSIGNED], ASSIGNED),
        (spec(NON_ROOT | {"fsGroup": 7}, None, None), [ASSIGNED, ASSIGNED], 7),
        (spec(None, NON_ROOT, None), [ASSIGNED, ASSIGNED], ASSIGNED),
    ],
)
def test_what_is_left_open_is_assigned_and_what_is_named_stays(
    pod: dict[str, Any], users: list[int], group: int
) -> None:
    assert unassigned(pod)
    assign_ids(pod)
    containers = (*pod["initContainers"], *pod["containers"])
    assert [each["securityContext"]["runAsUser"] for each in containers] == users
    assert pod["securityContext"]["fsGroup"] == group


class Owners:
    """The ids of every server below this process, looked at again and again: real, effective, of the file system."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str, str]] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Owners:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.3):
            for process in below(os.getpid()):
                with suppress(OSError):
                    self._look(process)

    def _look(self, process: Path) -> None:
        program = (process / "exe").readlink().name
        if "redis-" in program or "exporter" in program:
            lines = (process / "status").read_text().splitlines()
            facts = dict(line.split(":", 1) for line in lines if ":" in line)
            self.found.add(tuple(facts[key].strip() for key in ("Uid", "Gid", "Groups")))  # type: ignore[arg-type]


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "scenario", ["master-killed", pytest.param("both-rolled", marks=pytest.mark.release)]
)
@pytest.mark.parametrize(
    "more", ["", "auth: {mode: password}\ntls: {enabled: true}\n"], ids=["open", "closed"]
)
def test_a_deployment_fails_over_and_rolls_under_an_assigned_user(more: str, scenario: str) -> None:
    text = f"name: redis\nnamespace: shop\nplatform: openshift\n{more}"
    objects = [item.manifest for item in review_of(source_from_text("profile.yaml", text)).accepted().objects]
    with Owners() as owners:
        result = run(objects, scenario)
    assert result.held, why(result)
    assert any(f"user and fsGroup {ASSIGNED}, group 0" in each for each in result.not_carried)
    if os.geteuid() == 0:
        user, group = "\t".join([str(ASSIGNED)] * 4), "\t".join("0000")
        ours = {each for each in owners.found if each[0] == user}
        assert ours == {(user, group, str(ASSIGNED))}
        print(owners.found)
