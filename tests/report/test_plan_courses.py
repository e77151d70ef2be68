"""The plan says what a move, a restore and backups change, and says nothing of them where there are none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from redismanifests.judge.plan import plan
from redismanifests.judge.review import review
from redismanifests.present.documents.plan import plan as document
from redismanifests.present.drawing import WIDTH
from redismanifests.present.writers import Terminal, written

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "name: redis-new\nnamespace: shop\n"
MOVE = "migration: {from: {host: redis-master, port: 6380, secretName: old}}\n"
STORE = "{kind: s3, bucket: backups, prefix: a, secretName: s}"
RESTORE = f"restore: {{from: {{namespace: shop, name: redis, store: {STORE}}}}}\n"
BACKUP = f"backup: {{schedule: 17 * * * *, store: {STORE}, keep: {{count: 7, age: 48h}}"
FULL = (
    f"{BACKUP}, encryption: {{secretName: e}}, segments: {{every: 30s}}, drill: {{schedule: 40 4 * * 1}}}}\n"
)


def _shown(folder: Path, text: str, form: str = "text") -> str:
    (folder / "profile.yaml").write_text(HEAD + text, encoding="utf-8")
    return written(document(plan(review(folder / "profile.yaml"))), form, Terminal())


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_move_is_told_before_what_holds_only_after_it(form: str, tmp_path: Path) -> None:
    text = _in_one_line(_shown(tmp_path, MOVE, form))
    for sentence in (
        "redis-new-0 follows the old master redis-master:6380 with the password in Secret old",
        "redis-new-1 and redis-new-2 follow redis-new-0; none of them takes a write, and none is ready",
        "the 3 Sentinels wait: none knows a master, and there is no failover here",
        "Until redismanifests migrate cut",
        "after it remove migration from the profile",
    ):
        assert sentence in text
    if form == "text":
        assert text.index("Until redismanifests migrate cut") < text.index(
            "Acknowledged writes that are lost"
        )


def test_a_move_of_two_pods_without_a_budget_says_so(tmp_path: Path) -> None:
    more = "redis: {replicas: 2}\ndisruption: {redis: {enabled: false}}\n"
    text = _shown(tmp_path, f"{MOVE.replace(', secretName: old', '')}{more}")
    assert "redis-new-1 follows redis-new-0; none of them" in text
    assert "redis-master:6380 without a password" in text
    assert "a drain waits" not in text


def test_a_restore_names_its_backup_and_the_store(tmp_path: Path) -> None:
    text = _in_one_line(_shown(tmp_path, RESTORE))
    assert "the newest backup of shop/redis, from s3, backups/a/shop/redis: redis-new-0 fetches it" in text
    moment = RESTORE.replace("name: redis,", 'name: redis, until: "2026-11-30T12:00:00Z",')
    assert "the moment 2026-11-30T12:00:00Z of shop/redis" in _in_one_line(_shown(tmp_path, moment))


def test_backups_are_told_with_schedule_store_and_how_long_they_stay(tmp_path: Path) -> None:
    text = _in_one_line(_shown(tmp_path, FULL))
    assert "17 * * * * (Etc/UTC): a dump of a replica goes to s3, backups/a/shop/redis-new" in text
    assert "encrypted; kept the newest 7 and for 48h, 3 in any case" in text
    assert "every 30s each Redis pod ships its appended writes: any second of the last 72h" in text
    assert "40 4 * * 1: the newest one is loaded" in text
    assert "not encrypted; kept" in _shown(tmp_path, f"{BACKUP}}}\n")


def test_without_them_nothing_is_told(tmp_path: Path) -> None:
    text = _shown(tmp_path, "")
    assert not any(title in text for title in ("migrate cut", "What it begins with", "Backups"))
    assert json.loads(_shown(tmp_path, "", "json"))["courses"] == []


def test_lines_fit_the_screen(tmp_path: Path) -> None:
    assert max(map(len, _shown(tmp_path, MOVE + FULL).splitlines())) <= WIDTH
