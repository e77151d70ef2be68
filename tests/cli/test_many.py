"""Many profiles in one run: every core works, and neither output nor files nor memory show how many there are."""

from __future__ import annotations

import os
import resource
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from commandline import PROGRAM, redismanifests
from redismanifests.cli.manifests import many
from redismanifests.cli.manifests.many.spool import Spool
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path

needs_cores = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="one core: run it where this process may use two"
)


def _profiles(folder: Path, count: int) -> Path:
    """Profiles of which some have findings, one is no YAML, and two make objects of one name."""
    folder.mkdir()
    for number in range(count):
        name = "same" if number in (3, 4) else f"orders-{number}"
        text = f"name: {name}\nnamespace: shop-{number % 3 if number not in (3, 4) else 9}\n"
        text += {1: "sentinel: {replicas: 4}\n", 3: "sentinel: {masterName: twice}\n", 5: "redis: [\n"}.get(
            number, ""
        )
        text = text.replace("name: same\n", f"name: same{'-sentinel' * (number == 4)}\n", 1)
        (folder / f"profile-{number:03}.yaml").write_text(text, encoding="utf-8")
    return folder


def _on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@needs_cores
@pytest.mark.parametrize(
    "command", [("check",), ("check", "--format", "json"), ("render", "--stdout"), ("render",)]
)
def test_one_core_and_several_print_and_write_the_same(tmp_path: Path, command: tuple[str, ...]) -> None:
    _profiles(tmp_path / "profiles", many.ENOUGH + 4)
    done = []
    for name, limit in (("one", _on_one_core), ("all", None)):
        place = tmp_path / name
        place.mkdir()
        ran = redismanifests(*command, "../profiles", cwd=place, preexec_fn=limit)
        files = {
            path.relative_to(place): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
        }
        done.append((ran.returncode, ran.stdout, ran.stderr, files))
    assert done[0] == done[1]
    assert done[0][0] in (1, 2)
    assert "RM017" in done[0][1] + done[0][2]
    assert bool(done[0][3]) is (command == ("render",))


@needs_cores
def test_memory_does_not_grow_with_the_profiles(tmp_path: Path) -> None:
    """A profile with the places of its values and its objects is half a megabyte."""
    kib = []
    for count in (many.ENOUGH, many.ENOUGH + 120):
        _profiles(tmp_path / str(count), count)
        for command in (("check",), ("render", "--output", str(tmp_path / f"rendered-{count}"))):
            program = [*PROGRAM, *command, str(tmp_path / str(count))]
            with subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
                _, _, usage = os.wait4(child.pid, 0)
                child.returncode = 0
            kib.append(usage.ru_maxrss)
    few_checked, few_rendered, many_checked, many_rendered = kib
    assert max(many_checked - few_checked, many_rendered - few_rendered) < 120 * 80


def test_renderings_wait_for_each_other_unchanged() -> None:
    spool = Spool()
    texts = (b"", b"a: |\n", b": |\n: |\n", b"a: |\n    one\n  b: |\n    two\n", b"\xff: |\n\0")
    renderings = [{"x.yaml": one, "y.yaml": two} for one in texts for two in texts]
    places = [spool.put(each) for each in renderings]
    assert [spool.get(place) for place in places] == renderings


def test_what_comes_through_a_pipe_is_read_once_and_rendered(tmp_path: Path) -> None:
    _profiles(tmp_path / "profiles", 20)
    script = f'"$@" check <(cat {tmp_path}/profiles/profile-000.yaml) {tmp_path}/profiles/profile-0[12]?.yaml'
    ran = subprocess.run(
        ["bash", "-c", script, "bash", *PROGRAM], check=False, capture_output=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@needs_cores
def test_a_process_that_is_killed_ends_the_run_with_a_reason() -> None:
    with pytest.raises(RedismanifestsError, match="was killed"):
        list(many.each(_killed_at_twenty, range(many.ENOUGH + 1)))


@needs_cores
def test_a_second_step_is_done_where_the_first_was_and_prints_in_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done: dict[int, int] = {}

    def first(number: int) -> int:
        done[number] = os.getpid()
        return number

    def second(number: int, note: str) -> int:
        print(number, note)
        return done[number]

    numbers = range(many.ENOUGH + 30)
    with closing(many.Run(numbers)) as run:
        assert list(run.first(first, second)) == [*numbers]
        assert done == {0: os.getpid()}
        processes = list(run.second({number: f"note {number}" for number in numbers}))
    assert len({*processes}) > 1
    assert capsys.readouterr().out.splitlines() == [f"{number} note {number}" for number in numbers]


@needs_cores
def test_a_process_that_is_killed_in_the_second_step_ends_the_run_with_a_reason() -> None:
    with closing(many.Run(range(many.ENOUGH + 1))) as run:
        list(run.first(abs, lambda number, _: _killed_at_twenty(number)))
        with pytest.raises(RedismanifestsError, match="was killed"):
            list(run.second({}))


def _killed_at_twenty(number: int) -> int:
    if number == 20:
        os.kill(os.getpid(), 9)
    return number


def test_a_full_folder_for_temporary_files_is_named(tmp_path: Path) -> None:
    _profiles(tmp_path / "profiles", 8)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    ran = redismanifests(
        "render",
        tmp_path / "profiles",
        "-o",
        tmp_path / "rendered",
        preexec_fn=little,
        env={"TMPDIR": str(tmp_path)},
    )
    assert ran.returncode == 2
    assert "where renderings wait for each other, cannot be written: File too large" in ran.stderr
    assert "fix: set TMPDIR to a folder with more space" in ran.stderr
    assert not (tmp_path / "rendered").exists()
