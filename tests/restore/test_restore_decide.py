"""Where a restored volume leads: exactly where an empty one would, and it follows no one who holds nothing."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from .conftest import ADDRESSES, Restore, Store, make_restore

if TYPE_CHECKING:
    from pathlib import Path

SELF, ONE, TWO = (ADDRESSES[f"redis-{n}"] for n in range(3))
SENTINELS = [ADDRESSES[f"redis-sentinel-{n}"] for n in range(3)]


@pytest.fixture
def restored(tmp_path: Path) -> Restore:
    restore = make_restore(tmp_path, Store(tmp_path))
    (restore.data / "restored").write_text("{}")
    return restore


def decide(restore: Restore, *facts: str, waited: int = 6) -> str:
    lines = (
        f"self {SELF} 0", *(f"member {each}" for each in (SELF, ONE, TWO)), "sentinels 3", f"waited {waited}",
        "volume data", "storage claim", "last none", "promotion no", "person none", *facts,
    )  # fmt: skip
    text = '. "$CONFIG_DIR/redis-decide.sh"; redis_decide'
    done = subprocess.run(
        ["dash", "-c", f"CONFIG_DIR={restore.pod.config}; . $CONFIG_DIR/lib.sh; {text}"],
        input="\n".join(lines) + "\n", env=restore.pod.env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not done.stderr
    return done.stdout.strip()


def named(address: str) -> list[str]:
    return [f"sentinel {each} 4 {address} master 5000 2 2 100" for each in SENTINELS]


EMPTY = (f"peer {ONE} replica 0 {SELF} down -1", f"peer {TWO} replica 0 {SELF} down -1")


def test_it_leads_when_every_other_member_runs_and_holds_nothing(restored: Restore) -> None:
    assert decide(restored, *EMPTY).startswith("master first start")


def test_it_waits_while_another_member_is_silent(restored: Restore) -> None:
    assert decide(restored, EMPTY[0], f"peer {TWO} silent").startswith("wait")


def test_it_never_leads_over_members_with_newer_data_who_followed_this_address(restored: Restore) -> None:
    followers = (f"peer {ONE} replica 500 {SELF} down -1", f"peer {TWO} replica 500 {SELF} down -1")
    for waited in (6, 20, 70, 500):
        assert not decide(restored, *followers, waited=waited).startswith("master")
        assert not decide(restored, *named(SELF), *followers, waited=waited).startswith("master")
    # The plain rule would, for a volume that a person filled.
    (restored.data / "restored").unlink()
    assert decide(restored, *followers).startswith("master")


def test_it_follows_who_holds_data(restored: Restore) -> None:
    facts = (*named(ONE), f"peer {ONE} master 500 1 9000", f"peer {TWO} replica 500 {ONE} up 0")
    assert decide(restored, *facts).startswith(f"replica {ONE}")


@pytest.mark.parametrize("waited", [6, 59, 60, 61, 99, 100, 400])
def test_it_follows_no_one_who_holds_nothing_and_asks_a_person(restored: Restore, waited: int) -> None:
    for facts in (
        (*named(ONE), f"peer {ONE} master 0 1 0", f"peer {TWO} replica 0 {ONE} up 0"),
        (*named(ONE), f"peer {ONE} silent", f"peer {TWO} replica 0 {ONE} down -1"),
    ):
        action = decide(restored, *facts, waited=waited)
        assert action.startswith("wait" if waited < 60 else "help"), action
    if waited >= 60:
        assert "delete the claims of the Sentinels" in action


def test_it_asks_for_no_promotion_of_an_empty_replica(restored: Restore) -> None:
    action = decide(restored, *named(SELF), f"peer {ONE} replica 0 {SELF} down 70", waited=70)
    assert action.split()[0] in ("wait", "help"), action


def test_a_person_may_insist(restored: Restore) -> None:
    assert decide(restored, "person master").startswith("master a person")


def test_after_its_first_start_it_is_a_volume_like_any_other(restored: Restore) -> None:
    (restored.data / "redis.conf").write_text("appendonly yes\n")
    followers = (f"peer {ONE} replica 500 {SELF} down -1", f"peer {TWO} replica 500 {SELF} down -1")
    assert decide(restored, "last master", *followers).startswith("master I was it last")
