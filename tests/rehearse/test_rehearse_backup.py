"""Backup under rehearsal: what its scenarios change and count, and what a Prometheus is told of Jobs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from redismanifests.judge.review import review
from redismanifests.prove.rehearse.alerts.states import exposed
from redismanifests.prove.rehearse.bench.backup.kept import Kept, drill_for, drill_of, with_retention
from redismanifests.prove.toycluster.job import Job
from redismanifests.prove.toycluster.objects import Objects

PROFILES = Path(__file__).resolve().parents[1] / "profiles"
OLD, NEW = "20261129T030000Z-0123abcd", "20261130T030000Z-4567cdef"


def _objects() -> Objects:
    return Objects.of([item.manifest for item in review(PROFILES / "restored.yaml").accepted().objects])


def test_a_drill_of_one_backup_has_settings_of_its_own() -> None:
    given = _objects()
    drill = drill_of(given)
    assert drill
    changed, own = drill_for(given, drill, OLD)
    (volume,) = (
        each["configMap"]["name"]
        for each in own["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"]
        if "configMap" in each
    )
    settings = changed.named("ConfigMap", volume)
    assert settings
    assert f"RESTORE_ID={OLD} " in settings["data"]["restore-settings.sh"]
    assert changed.items[:-1] == given.items
    assert drill == drill_of(given)


def test_only_the_backup_gets_another_retention() -> None:
    given = _objects()
    changed = with_retention(given, count=3, least=2)
    other = [(a, b) for a, b in zip(given.items, changed.items, strict=True) if a != b]
    assert [before["metadata"]["name"] for before, _ in other] == ["redis-backup-config"]
    ((_, after),) = other
    assert after["data"]["settings.sh"].endswith("KEEP_COUNT=3\nKEEP_LEAST=2\n")


def test_what_has_no_manifest_is_not_listed_and_one_byte_is_changed(tmp_path: Path) -> None:
    for backup, files in ((OLD, ("dump.rdb.bin", "manifest.json.bin")), (NEW, ("dump.rdb.bin",))):
        folder = tmp_path / "shop" / "redis" / backup
        folder.mkdir(parents=True)
        for file in files:
            (folder / file).write_bytes(bytes(9))
    chain = tmp_path / "shop" / "redis.segments" / "redis-0" / "20261130T030000Z"
    chain.mkdir(parents=True)
    (chain / "manifest.json.bin").write_bytes(b"")
    kept = Kept(tmp_path)
    assert (kept.ids, kept.dumps) == ((OLD,), {OLD, NEW})
    before = kept.sum_of(OLD)
    assert kept.sum_of(OLD) == before
    kept.change_byte(OLD)
    assert kept.sum_of(OLD) != before
    assert (kept.place / OLD / "dump.rdb.bin").read_bytes() == bytes((0, 0, 0, 0, 1, 0, 0, 0, 0))


def test_prometheus_is_told_of_jobs_as_by_kube_state_metrics() -> None:
    drill, backup = "redis-backup-drill", "redis-backup"
    jobs = [
        Job(drill, f"{drill}-1", 100.0, 110.0),
        Job(drill, f"{drill}-2", 200.0, 210.0, "it is damaged"),
        Job(backup, f"{backup}-3", 300.0),
    ]
    cluster = SimpleNamespace(site=SimpleNamespace(objects=_objects()), jobs=jobs)
    told = dict(line.rsplit(" ", 1) for line in exposed(cluster, 50.0))  # type: ignore[arg-type]
    own = 'namespace="shop",cronjob='
    assert told[f'kube_cronjob_status_last_successful_time{{{own}"{drill}"}}'] == "110"
    assert f'kube_cronjob_status_last_successful_time{{{own}"{backup}"}}' not in told
    assert told[f'kube_cronjob_created{{{own}"{backup}"}}'] == "50"
    of = 'namespace="shop",job_name='
    assert told[f'kube_job_complete{{{of}"{drill}-1",condition="true"}}'] == "1"
    assert told[f'kube_job_failed{{{of}"{drill}-2",condition="true"}}'] == "1"
    assert told[f'kube_job_created{{{of}"{backup}-3"}}'] == "300"
    assert not [name for name in told if "condition" in name and f"{backup}-3" in name]
