"""Old sides that are not the usual one: accounts, Valkey, before 6.2, managed services, TLS."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.moving.cut import UnfinishedError, cut
from redismanifests.prove.moving.sides import Phase, facts, obstacles
from startup.conftest import REDIS, SENTINELS
from startup.engines import lines as servers
from startup.test_processes import until

from .conftest import (
    OLD_PASSWORD,
    REFUSED,
    Application,
    LocalPod,
    Move,
    OldSide,
    ended,
    in_time,
    profile_of,
    silent,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.release]

RIGHTS = (
    "+psync",
    "+replconf",
    "+ping",
    "+info",
    "+config|get",
    "+config|set",
    "+client|pause",
    "+client|unpause",
)
"""What docs/moving.md says that the account needs."""


@contextmanager
def moving(root: Path, *, program: str = "", user: str = "", lines: tuple[str, ...] = ()) -> Iterator[Move]:
    """A move from such an old side."""
    password = OLD_PASSWORD if user else ""
    chosen = program or "redis-server"
    old = OldSide(root, password=password, user=user, lines=lines, program=chosen)
    move = Move(root, old, program=program)
    try:
        yield move
    finally:
        ended(move)
        old.end()


def account(*rights: str) -> str:
    """A line of redis.conf with an account of its own."""
    password = OLD_PASSWORD.replace("\\", "\\\\").replace('"', '\\"')
    return f'user mover on ">{password}" {" ".join(rights)}'


def cut_off(move: Move) -> None:
    """A cut while an application writes: nothing that was acknowledged is lost."""
    move.started()
    with Application(move) as application:
        until(lambda: len(application.acknowledged) > 100)
        done = in_time(move, lambda: cut(LocalPod(move), profile_of(move), 10_000, silent))
        assert done.master == move.addresses["redis-0"]
        until(lambda: application.moved)
    assert application.lost() == []
    assert facts(LocalPod(move), profile_of(move)).phase is Phase.CUT
    assert REFUSED in move.old.cli("SET", "a", "1")


def reasons(move: Move) -> str:
    """What is in the way of a cut, with the first pod alone."""
    move.start("redis-0")
    until(lambda: move.info("redis-0", "role") == "slave")
    return "; ".join(obstacles(facts(LocalPod(move), profile_of(move)), 1))


def test_an_account_with_the_documented_rights_is_enough(tmp_path: Path) -> None:
    with moving(tmp_path, user="mover", lines=(account(*RIGHTS),)) as move:
        cut_off(move)


def test_an_account_that_may_not_pause_gives_the_cut_up_by_name_and_the_old_side_goes_on(
    tmp_path: Path,
) -> None:
    with moving(tmp_path, user="mover", lines=(account(*RIGHTS[:-2]),)) as move:
        move.start(*REDIS)
        until(move.all_follow)
        with pytest.raises(UnfinishedError, match=r"did not pause: NOPERM.*the old side goes on"):
            cut(LocalPod(move), profile_of(move), 4000, silent)
        assert move.old.cli("SET", "a", "1") == "OK"
        assert facts(LocalPod(move), profile_of(move)).phase is Phase.FOLLOWING


def test_an_old_master_that_cannot_hold_writes_refuses_them_from_the_beginning(tmp_path: Path) -> None:
    with moving(tmp_path, lines=('rename-command CLIENT ""',)) as move:
        cut_off(move)


def test_valkey_moves_to_valkey(tmp_path: Path) -> None:
    found = [path for line, path in servers().items() if line.startswith("valkey-")]
    if not found:
        pytest.skip("no Valkey here: tools/fetch_engines.py fetches it")
    with moving(tmp_path, program=found[0]) as move:
        cut_off(move)
        side = facts(LocalPod(move), profile_of(move)).old
        assert side is not None
        assert side.version.startswith(("8.", "9."))


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (('rename-command CONFIG ""',), "does not let this account read and set min-replicas-to-write"),
        (('rename-command PSYNC ""', 'rename-command SYNC ""'), "the link of the first pod"),
    ],
)
def test_a_managed_service_that_keeps_a_command_back_is_named_before_a_cut(
    tmp_path: Path, lines: tuple[str, ...], named: str
) -> None:
    with moving(tmp_path, lines=lines) as move:
        assert named in reasons(move)
        with pytest.raises(RedismanifestsError, match="the cut was not begun"):
            cut(LocalPod(move), profile_of(move), 4000, silent)
        assert move.old.cli("SET", "a", "1") == "OK"


def test_an_old_side_with_tls_alone_does_not_answer_and_is_left_as_it_is(tmp_path: Path) -> None:
    key, certificate = f"{tmp_path}/key", f"{tmp_path}/crt"
    self_signed = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    made = subprocess.run(
        ["openssl", *self_signed, "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=old"],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    with moving(tmp_path) as move:
        move.old.end()
        tls = ("port 0", "tls-port 7000", f"tls-cert-file {certificate}", f"tls-key-file {key}")
        move.old.run(
            "tls", move.old.host, 7000, *tls, f"tls-ca-cert-file {certificate}", "tls-auth-clients no"
        )
        assert "does not answer" in reasons(move)
        with pytest.raises(RedismanifestsError, match="the cut was not begun"):
            cut(LocalPod(move), profile_of(move), 4000, silent)


def test_a_cut_that_is_killed_between_the_refusal_and_the_end_of_the_pause_is_completed(move: Move) -> None:
    move.start(*REDIS)
    until(move.all_follow)
    assert move.old.cli("SET", "before", "1") == "OK"
    for step in ("pause 9000", "equal 3", "promote", "refuse"):
        assert "failed" not in move.step(*step.split())
    move.kill("redis-0")
    move.start("redis-0")
    assert REFUSED in move.old.cli("SET", "held", "1"), "answered at the end of the pause, and not taken"
    until(lambda: move.info("redis-0", "role") == "master")
    assert facts(LocalPod(move), profile_of(move)).phase is Phase.CUT
    move.start(*SENTINELS)
    done = cut(LocalPod(move), profile_of(move), 5000, silent)
    assert done.master == move.addresses["redis-0"]
    assert move.cli("redis-0", "GET", "before") == "1"
    assert facts(LocalPod(move), profile_of(move)).same


def test_a_write_that_a_late_refusal_let_through_keeps_the_old_side_right(move: Move) -> None:
    """On a machine with far too much work the pause ends before the refusal: 406 writes were once lost so."""
    move.start(*REDIS)
    until(move.all_follow)
    for step in ("pause 3000", "equal 1", "promote"):
        assert "failed" not in move.step(*step.split())
    assert move.old.cli("SET", "late", "1") == "OK", "the pause is over"
    assert "refused" in move.step("refuse")
    said = move.step("unchanged")
    assert said.startswith("failed the old master may have taken writes after its pause had ended")
    assert move.old.cli("SET", "later", "1") == "OK"
    pod, profile = LocalPod(move), profile_of(move)
    with pytest.raises(UnfinishedError, match="took writes after this side was promoted"):
        cut(pod, profile, 4000, silent)
    assert move.old.cli("GET", "late") == "1"


def test_a_promotion_waits_for_writes_that_came_when_the_pause_was_over(move: Move) -> None:
    move.start(*REDIS)
    until(move.all_follow)
    assert "failed" not in move.step("equal", "1")
    assert move.old.cli("SET", "late", "1") == "OK"
    for step in ("promote", "refuse", "unchanged"):
        assert "failed" not in move.step(step)
    assert move.cli("redis-0", "GET", "late") == "1"
