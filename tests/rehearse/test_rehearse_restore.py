"""Restore: deployments with `restore.from` are rehearsed without the store that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from redismanifests.judge.review import review
from redismanifests.prove.rehearse.bench.backup.restore import (
    LEFT_OUT,
    from_own_backup,
    restores,
    without_restore,
)
from redismanifests.prove.rehearse.bench.subject import not_simulated, of_profile, playable
from redismanifests.prove.toycluster.objects import Objects

PROFILES = Path(__file__).resolve().parents[1] / "profiles"


def _objects(name: str) -> Objects:
    return Objects.of([item.manifest for item in review(PROFILES / f"{name}.yaml").accepted().objects])


def _init_containers(objects: Objects) -> dict[str, dict[str, object]]:
    (redis,) = [item for item in objects.of_kind("StatefulSet") if "sentinel" not in item["metadata"]["name"]]
    spec = redis["spec"]["template"]["spec"]
    return {each["name"]: each for each in spec.get("initContainers", ())}


def test_without_its_restore_a_deployment_is_as_its_profile_without_restore() -> None:
    given = _objects("network-policy")
    left = without_restore(given)
    assert restores(given)
    assert not restores(left)
    assert _init_containers(given).keys() - _init_containers(left).keys() == {
        "restore-fetch",
        "restore-place",
    }
    assert without_restore(left) == left


def test_what_restores_from_another_deployment_restores_its_own_newest_backup() -> None:
    given = _objects("network-policy")
    changed = from_own_backup(given)
    backup = next(each for each in given.of_kind("CronJob") if each["metadata"]["name"] == "redis-backup")
    (upload,) = backup["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    environment = _init_containers(changed)["restore-fetch"]["env"]
    assert isinstance(environment, list)
    assert [each["name"] for each in environment[:2]] == ["POD_NAME", "POD_NAMESPACE"]
    assert environment[2:] == upload["env"]
    assert "redis-old" not in str(environment)


def test_the_restored_backup_is_the_newest_where_the_profile_names_one() -> None:
    named = _objects("restore")
    assert "20261130T031700Z-0123abcd" in _text(named)
    # Its own backups: those of a deployment that makes some.
    (backup,) = _objects("backup").of_kind("CronJob")
    changed = _text(from_own_backup(Objects((*named.items, backup), named.namespace)))
    assert "RESTORE_ID=newest" in changed
    assert "20261130T031700Z-0123abcd" not in changed


def _text(objects: Objects) -> str:
    return json.dumps(objects.items)


@pytest.mark.usefixtures("machine")
def test_a_rendered_folder_restores_like_its_profile() -> None:
    subject = of_profile(PROFILES / "restored.yaml", ())
    played = playable(subject)
    assert played.notes == ()
    assert played.objects == subject.objects


def test_that_a_restore_is_left_out_is_said_before_anything_starts() -> None:
    assert LEFT_OUT in not_simulated(playable(of_profile(PROFILES / "network-policy.yaml", ())))
    assert LEFT_OUT not in not_simulated(playable(of_profile(PROFILES / "backup.yaml", ())))
