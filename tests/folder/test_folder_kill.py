"""A run that is killed leaves the old state or the new one, and the next run works and cleans up."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING

from folder_states import (
    FOREIGN,
    A,
    B,
    at_line,
    contents,
    die,
    fork,
    lines_that_change,
    put,
    sha256sum_agrees,
    siblings,
)

from redismanifests.render import output as folder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OLD, NEW = {**A, **FOREIGN}, {**B, **FOREIGN}


def fresh_old_state(target: Path) -> None:
    shutil.rmtree(target.parent, ignore_errors=True)
    put(target, FOREIGN)
    folder.write(target, A)


def next_run_succeeds(target: Path) -> None:
    folder.write(target, A)
    assert contents(target) == OLD
    assert sha256sum_agrees(target)
    assert siblings(target) == []


def write_killed_at(number: int, target: Path, files: dict[str, bytes]) -> None:
    def run() -> None:
        with at_line(number, die):
            folder.write(target, files)

    _, status = os.waitpid(fork(run), 0)
    assert status == signal.SIGKILL


def test_a_kill_at_every_step_of_a_run_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "room" / "rendered"
    fresh_old_state(target)
    steps = lines_that_change(target.parent, lambda: folder.write(target, B))
    assert len(steps) > 30
    seen = []
    for step in steps:
        fresh_old_state(target)
        write_killed_at(step, target, B)
        seen.append(contents(target))
        assert seen[-1] in (OLD, NEW), step
        assert sha256sum_agrees(target), step
        next_run_succeeds(target)
    assert OLD in seen
    assert NEW in seen


def test_a_kill_at_every_step_of_a_first_run_leaves_no_folder_or_a_whole_one(tmp_path: Path) -> None:
    target = tmp_path / "room" / "rendered"
    target.parent.mkdir()
    for step in lines_that_change(target.parent, lambda: folder.write(target, B)):
        shutil.rmtree(target)
        write_killed_at(step, target, B)
        assert not target.exists() or contents(target) == B, step
        folder.write(target, B)
        assert contents(target) == B
        assert siblings(target) == []


def test_a_kill_at_every_step_of_overwriting_is_finished_by_the_next_overwriting(tmp_path: Path) -> None:
    target = tmp_path / "room" / "rendered"
    edited = {**A, "redis.yaml": b"edited\n", "gone.yaml": b"edited\n", "fresh.yaml": b"foreign\n"}

    def edited_state() -> None:
        fresh_old_state(target)
        put(target, edited)

    edited_state()
    for step in lines_that_change(target.parent, lambda: folder.write(target, B, overwrite=True)):
        edited_state()

        def run(number: int = step) -> None:
            with at_line(number, die):
                folder.write(target, B, overwrite=True)

        os.waitpid(fork(run), 0)
        assert contents(target) in ({**edited, **FOREIGN}, NEW), step
        folder.write(target, B, overwrite=True)
        assert contents(target) == NEW
        assert siblings(target) == []


def test_a_kill_without_an_atomic_exchange_loses_nothing_and_the_next_run_restores_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "sunos5")
    target = tmp_path / "room" / "rendered"
    fresh_old_state(target)
    missing = 0
    for step in lines_that_change(target.parent, lambda: folder.write(target, B)):
        fresh_old_state(target)
        write_killed_at(step, target, B)
        if target.exists():
            assert contents(target) in (OLD, NEW), step
            assert sha256sum_agrees(target), step
        else:
            missing += 1
        next_run_succeeds(target)
    assert missing == 2, "two exchanges, each with a moment between two renames"


def test_a_kill_at_every_step_of_the_clean_up_is_cleaned_up_by_the_next_run(tmp_path: Path) -> None:
    target = tmp_path / "room" / "rendered"
    fresh_old_state(target)
    for first in lines_that_change(target.parent, lambda: folder.write(target, B))[::7]:
        fresh_old_state(target)
        write_killed_at(first, target, B)
        state = contents(target)
        cleaning = NEW if state == NEW else OLD
        files = B if cleaning == NEW else A
        for second in lines_that_change(target.parent, lambda files=files: folder.write(target, files)):
            fresh_old_state(target)
            write_killed_at(first, target, B)
            write_killed_at(second, target, files)
            assert contents(target) == cleaning, (first, second)
            assert sha256sum_agrees(target), (first, second)
            next_run_succeeds(target)


def test_two_hundred_kills_at_random_moments_leave_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "room" / "rendered"
    old = {**{f"object-{n}.yaml": f"old {n}\n".encode() * 200 for n in range(25)}, **A}
    new = {**{f"object-{n}.yaml": f"new {n}\n".encode() * 200 for n in range(5, 30)}, **B}
    put(target, FOREIGN)
    folder.write(target, old)
    states = [{**old, **FOREIGN}, {**new, **FOREIGN}]
    moments = random.Random(8)
    seen = [0, 0]
    littered = 0

    def alternate(first: dict[str, bytes], second: dict[str, bytes]) -> None:
        while True:
            folder.write(target, first)
            folder.write(target, second)

    for number in range(200):
        start, other = (old, new) if number % 2 else (new, old)
        folder.write(target, start)
        child = fork(lambda states=(other, start): alternate(*states))
        time.sleep(moments.uniform(0.003, 0.030))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert contents(target) in states
        assert sha256sum_agrees(target)
        seen[states.index(contents(target))] += 1
        littered += bool(siblings(target))
        folder.write(target, start)
        assert contents(target) == {**start, **FOREIGN}
        assert siblings(target) == []
    assert min(seen) > 20
    assert littered > 20, "the kills did not meet runs at work"
