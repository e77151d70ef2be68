"""What is loaded from a volume: real servers write the files, the scripts choose and convert, a real server loads."""

from __future__ import annotations

import re
import shutil
import signal
import struct
import subprocess
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seldom import SELDOM

from .conftest import REDIS, SENTINELS, Pod, make_pod, require
from .engines import Server, engines

if TYPE_CHECKING:
    from collections.abc import Sequence

ADDRESSES = {pod: f"10.96.0.{i + 10}" for i, pod in enumerate((*REDIS, *SENTINELS))}
ENGINES = tuple(engines())
SOME, MORE = 300, 500
"""Keys of a dump, and of an append-only file: it is told by the number which of both was loaded."""
LOOK = 'look_at_volume; printf "%s\\n" "$VOLUME" "$TROUBLE" "$REMEDY"; exit 0'


def _marks(engine: str) -> list[pytest.MarkDecorator]:
    """CI tries the machine's own server and the newest; those between them are for a release."""
    if engine == ENGINES[0]:
        return []
    return [pytest.mark.slow] if engine == ENGINES[-1] else SELDOM


@pytest.fixture(params=[pytest.param(each, marks=_marks(each), id=Path(each).parts[-3]) for each in ENGINES])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Files:
    """Copies as each engine writes them, made once."""

    def __init__(self, engine: str, root: Path) -> None:
        self.engine, self.root = engine, root
        self.made: dict[str, Path] = {}

    def copy(self, name: str) -> Path:
        """A folder that holds a dump or an append-only file with so many keys: ``dump-300``, ``append-0``."""
        if name not in self.made:
            form, _, keys = name.partition("-")
            folder = self.root / name
            folder.mkdir()
            append = "yes" if form == "append" else "no"
            with Server(self.engine, folder, f"appendonly {append}") as server:
                self.fill(server, int(keys))
                if form == "append":
                    (folder / "dump.rdb").unlink(missing_ok=True)
                else:
                    assert server.call("SAVE") == "OK"
            self.made[name] = folder
        return self.made[name]

    @staticmethod
    def fill(server: Server, keys: int) -> None:
        """Half of them in the base of an append-only file, and half in its increment."""
        for part in (0, 1):
            for n in range(part, keys, 2):
                server.process.poll()
                if n % 100 == part:
                    server.call(
                        "EVAL",
                        "for i=ARGV[1],ARGV[1]+99,2 do redis.call('set','k'..i,'v'..i) end",
                        "0",
                        str(n),
                    )
            if part == 0 and keys and server.number("aof_enabled") == "1":
                server.call("BGREWRITEAOF")
                until(lambda: server.number("aof_rewrite_in_progress") == "0")
                until(lambda: server.number("aof_rewrite_scheduled") == "0")
        assert server.call("DBSIZE") == str(keys)


def until(true: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


_FILES: dict[str, Files] = {}


@pytest.fixture
def files(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Files:
    if engine not in _FILES:
        _FILES[engine] = Files(engine, tmp_path_factory.mktemp("files"))
    return _FILES[engine]


class Volume:
    """A pod with its volume, and what its scripts and its server make of it."""

    def __init__(self, root: Path, engine: str, *, append_only: bool, last: str = "none") -> None:
        self.engine = engine
        self.append_only = "yes" if append_only else "no"
        template = f"appendonly {self.append_only}\nsave 3600 1\nport 6379\n"
        settings = {"SERVER": engine, "APPEND_ONLY": self.append_only}
        self.pod: Pod = make_pod(root, "redis-0", ADDRESSES, template=template, settings=settings)
        self.data = self.pod.data
        if last != "none":
            (self.data / "redis.conf").write_text(f"appendonly {'yes' if last == 'append' else 'no'}\n")

    def put(self, folder: Path) -> None:
        shutil.copytree(folder, self.data, dirs_exist_ok=True)

    def look(self, shell: Sequence[str] = ("dash",)) -> tuple[str, str, str]:
        """VOLUME, TROUBLE and REMEDY."""
        done = self.pod.call('. "$CONFIG_DIR/redis-volume.sh"; ' + LOOK, shell)
        assert done.returncode == 0, done.stderr
        volume, trouble, remedy = done.stdout.split("\n")[:3]
        assert (volume == "unusable") == bool(trouble) == bool(remedy), done
        return volume, trouble, remedy

    def loaded(self) -> tuple[int, str]:
        """What a server with this configuration has when it is up: number of keys and digest."""
        with Server(
            self.engine, self.data, f"appendonly {self.append_only}", socket=self.data / "s"
        ) as server:
            return server.content()


def expected(dump: int | None, append: int | None, last: str) -> int | None:
    """How many keys must be loaded; None where only a person can know."""
    if dump is None or append is None:
        return dump or append or 0
    if last == "dump":
        return None if dump == 0 and append else dump
    if dump == 0 or append == 0:
        return dump or append
    return append if last == "append" else None


COPIES = (None, 0, SOME)
APPENDS = (None, 0, MORE)


@pytest.mark.parametrize("last", ["none", "append", "dump"])
@pytest.mark.parametrize("append_only", [True, False], ids=["on", "off"])
def test_no_start_has_fewer_keys_than_the_copy_that_counts(
    tmp_path: Path, engine: str, files: Files, append_only: bool, last: str
) -> None:
    for dump, append in product(COPIES, APPENDS):
        volume = Volume(tmp_path / f"{dump}-{append}", engine, append_only=append_only, last=last)
        for form, keys in (("dump", dump), ("append", append)):
            if keys is not None:
                volume.put(files.copy(f"{form}-{keys}"))
        case = f"dump {dump}, append-only file {append}"
        before = kept(volume.data)
        said, _, _ = volume.look()
        wanted = expected(dump, append, last)
        if wanted is None:
            assert said == "unusable", case
            assert kept(volume.data) == before, f"{case}: nothing is touched where a person is asked"
            continue
        assert said == ("data" if wanted else "empty"), case
        assert volume.look()[0] == said, f"{case}: a second look says the same"
        assert volume.loaded()[0] == wanted, case


def kept(data: Path) -> dict[str, bytes]:
    """Every file that a server wrote."""
    return {
        str(f.relative_to(data)): f.read_bytes()
        for f in data.rglob("*")
        if f.suffix in (".rdb", ".aof", ".manifest")
    }


def test_a_dump_is_the_base_of_an_append_only_file_with_every_key_and_stays(
    tmp_path: Path, engine: str, files: Files, shell: tuple[str, ...]
) -> None:
    volume = Volume(tmp_path, engine, append_only=True)
    source = files.copy(f"dump-{SOME}")
    with Server(engine, source, "appendonly no", socket=tmp_path / "s") as server:
        content = server.content()
    volume.put(source)
    assert volume.look(shell)[0] == "data"
    assert (volume.data / "dump.rdb").read_bytes() == (source / "dump.rdb").read_bytes()
    assert volume.loaded() == content
    assert volume.loaded() == content, "and after a restart"


def test_an_append_only_file_becomes_a_dump_with_every_key_and_is_kept(
    tmp_path: Path, engine: str, files: Files, shell: tuple[str, ...]
) -> None:
    volume = Volume(tmp_path, engine, append_only=False)
    volume.put(files.copy(f"append-{MORE}"))
    assert volume.look(shell)[0] == "data"
    assert volume.loaded()[0] == MORE
    assert (volume.data / "aside/replaced/appendonlydir/appendonly.aof.manifest").exists()


TOOLS = ("mv", "ln", "mkdir", "rm", "touch", "sync")
KILLER = """#!/bin/sh
n=$(($(cat "{count}" 2>/dev/null || echo 0) + 1)); echo "$n" >"{count}"
[ "$n" != "$KILLED_AT" ] || kill -9 "-$(cut -d ' ' -f 5 /proc/self/stat)"
exec {tool} "$@"
"""


def killed_at(volume: Volume, step: int, tools: Path) -> bool:
    """Look, and be killed with everything one has begun at the step-th change of a file; whether that came."""
    count = tools / "count"
    count.unlink(missing_ok=True)
    env = {**volume.pod.env, "PATH": f"{tools}:{volume.pod.env['PATH']}", "KILLED_AT": str(step)}
    for tool in (*TOOLS, volume.engine):
        file = tools / Path(tool).name
        file.write_text(
            KILLER.format(count=count, tool=shutil.which(tool, path=volume.pod.env["PATH"] + ":/"))
        )
        file.chmod(0o755)
    text = f'set -u; CONFIG_DIR=\'{volume.pod.config}\'; . "$CONFIG_DIR/lib.sh"; . "$CONFIG_DIR/redis-volume.sh"; '
    text += f"SERVER='{tools / Path(volume.engine).name}'; " + LOOK
    done = subprocess.run(
        ["dash", "-c", text], env=env, capture_output=True, check=False, start_new_session=True
    )
    assert done.returncode in (0, -signal.SIGKILL), done
    return done.returncode != 0


@pytest.mark.parametrize(
    ("append_only", "last", "copies", "keys"),
    [
        (True, "none", (f"dump-{SOME}",), SOME),
        (True, "dump", (f"dump-{SOME}", f"append-{MORE}"), SOME),
        (True, "append", (f"dump-{SOME}", "append-0"), SOME),
        (False, "none", (f"append-{MORE}",), MORE),
        (False, "append", (f"append-{MORE}", f"dump-{SOME}"), MORE),
    ],
)
def test_a_conversion_that_is_killed_at_any_step_loses_nothing(
    tmp_path: Path,
    engine: str,
    files: Files,
    append_only: bool,
    last: str,
    copies: tuple[str, ...],
    keys: int,
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    step = 0
    while True:
        step += 1
        volume = Volume(tmp_path / str(step), engine, append_only=append_only, last=last)
        for copy in copies:
            volume.put(files.copy(copy))
        if not killed_at(volume, step, tools):
            break
        assert volume.look()[0] == "data", f"killed at step {step}"
        assert volume.loaded()[0] == keys, f"killed at step {step}"
    assert step > 5, "the conversion has steps"


def damage(data: Path, what: str) -> None:
    folder = data / "appendonlydir"
    increment = max(folder.glob("*.incr.aof"), default=None)
    file = {
        "base": max(folder.glob("*.base.rdb"), default=data),
        "increment": increment or data,
        "garbage at the end": increment or data,
        "end cut off": increment or data,
        "manifest": folder / "appendonly.aof.manifest",
        "manifest cut to nothing": folder / "appendonly.aof.manifest",
        "manifest without its last line": folder / "appendonly.aof.manifest",
        "base gone": max(folder.glob("*.base.rdb"), default=data),
        "dump": data / "dump.rdb",
        "dump cut": data / "dump.rdb",
    }[what]
    text = file.read_bytes()
    middle = len(text) // 2
    if what in ("base", "increment", "dump"):
        file.write_bytes(text[: middle - 32] + bytes(64) + text[middle + 32 :])
    elif what == "garbage at the end":
        file.write_bytes(text + b"garbage\r\n" * 9)
    elif what in ("end cut off",):
        file.write_bytes(text[:-17])
    elif what in ("manifest", "dump cut"):
        file.write_bytes(text[:middle])
    elif what == "manifest cut to nothing":
        file.write_bytes(b"")
    elif what == "manifest without its last line":
        file.write_bytes(b"".join(text.splitlines(keepends=True)[:1]))
    else:
        file.unlink()


DAMAGES = ("base", "increment", "garbage at the end", "manifest", "manifest cut to nothing", "base gone",
           "manifest without its last line")  # fmt: skip


@pytest.mark.parametrize("what", DAMAGES)
def test_an_append_only_file_that_cannot_be_loaded_is_known_and_named(
    tmp_path: Path, engine: str, files: Files, what: str
) -> None:
    volume = Volume(tmp_path, engine, append_only=True, last="append")
    volume.put(files.copy(f"append-{MORE}"))
    damage(volume.data, what)
    (volume.data / "loading").touch()
    before = kept(volume.data)
    said, trouble, remedy = volume.look()
    assert said == "unusable"
    assert "append" in trouble and str(volume.data) in remedy
    assert kept(volume.data) == before


@pytest.mark.parametrize("append_only", [True, False], ids=["on", "off"])
@pytest.mark.parametrize("what", ["dump", "dump cut"])
def test_a_dump_that_cannot_be_loaded_is_known_and_named(
    tmp_path: Path, engine: str, files: Files, what: str, append_only: bool
) -> None:
    volume = Volume(tmp_path, engine, append_only=append_only, last="dump")
    volume.put(files.copy(f"dump-{SOME}"))
    damage(volume.data, what)
    (volume.data / "loading").touch()
    said, trouble, remedy = volume.look()
    assert said == "unusable"
    assert "dump.rdb cannot be loaded" in trouble and str(volume.data / "dump.rdb") in remedy
    assert not (volume.data / "appendonlydir").exists()


def test_an_end_that_is_cut_off_is_loaded_as_redis_loads_it(
    tmp_path: Path, engine: str, files: Files
) -> None:
    volume = Volume(tmp_path, engine, append_only=True, last="append")
    volume.put(files.copy(f"append-{MORE}"))
    damage(volume.data, "end cut off")
    (volume.data / "loading").touch()
    assert volume.look()[0] == "data"
    assert volume.loaded()[0] >= MORE - 100


def test_nothing_is_tried_where_the_last_start_was_seen_to_load(
    tmp_path: Path, engine: str, files: Files
) -> None:
    volume = Volume(tmp_path, engine, append_only=True, last="append")
    volume.put(files.copy(f"append-{MORE}"))
    damage(volume.data, "increment")
    assert volume.look()[0] == "data"


def test_a_server_that_cannot_start_at_all_says_nothing_of_the_files(
    tmp_path: Path, engine: str, files: Files
) -> None:
    volume = Volume(tmp_path, engine, append_only=True, last="append")
    volume.put(files.copy(f"append-{MORE}"))
    (volume.data / "loading").touch()
    conf = volume.pod.config / "redis.conf"
    conf.write_text(conf.read_text() + "no-such-directive yes\n")
    assert volume.look()[0] == "data"


def test_a_dump_put_beside_a_living_append_only_file_is_a_persons_matter(
    tmp_path: Path, engine: str, files: Files
) -> None:
    for age, asked in ((86_400, True), (0, False)):
        volume = Volume(tmp_path / str(age), engine, append_only=True, last="append")
        volume.put(files.copy(f"append-{MORE}"))
        time.sleep(1.1)
        dump = bytearray((files.copy(f"dump-{SOME}") / "dump.rdb").read_bytes())
        place = dump.index(b"\x05ctime\xc2") + 7
        struct.pack_into("<I", dump, place, int(time.time()) - age)
        (volume.data / "dump.rdb").write_bytes(dump)
        said, trouble, _ = volume.look()
        assert (said, "put here after it" in trouble) == (("unusable", True) if asked else ("data", False))


def test_a_full_copy_that_was_not_rewritten_yet_counts(tmp_path: Path, engine: str, files: Files) -> None:
    """Killed between the end of a full copy and the first rewrite, a replica has its keys in the dump only."""
    source = tmp_path / "source"
    shutil.copytree(files.copy(f"dump-{SOME}"), source)
    volume = Volume(tmp_path, engine, append_only=True, last="append")
    volume.put(files.copy(f"append-{MORE}"))
    port = 20_000 + hash(str(tmp_path)) % 9_000
    conf = ("appendonly yes", f"replicaof 127.0.0.1 {port}", "rdb-key-save-delay 100000")
    with (
        Server(
            engine, source, "appendonly no", f"port {port}", "bind 127.0.0.1", "repl-diskless-sync-delay 0"
        ),
        Server(engine, volume.data, *conf, socket=tmp_path / "s") as replica,
    ):
        until(lambda: replica.number("master_link_status") == "up")
        until((volume.data / "appendonlydir/temp-appendonly.aof.incr").exists)
    assert volume.look()[0] == "data"
    assert volume.loaded()[0] == SOME


@pytest.mark.parametrize("name", ["backup.rdb", "old.aof", "bitnami/appendonly.aof.manifest"])
def test_a_copy_under_a_name_that_is_not_read_is_no_empty_volume(tmp_path: Path, name: str) -> None:
    require("redis-server")
    volume = Volume(tmp_path, "redis-server", append_only=True)
    (volume.data / name).parent.mkdir(exist_ok=True)
    (volume.data / name).write_bytes(b"REDIS")
    said, trouble, _ = volume.look()
    assert said == "unusable" and name in trouble


def aside(volume: Volume) -> str:
    done = volume.pod.call('. "$CONFIG_DIR/redis-volume.sh"; look_at_volume; make_way && echo away')
    return done.stdout + done.stderr


def test_copies_that_cannot_be_loaded_are_moved_aside_three_times_and_never_deleted(
    tmp_path: Path, engine: str, files: Files
) -> None:
    volume = Volume(tmp_path, engine, append_only=True, last="append")
    for number in (1, 2, 3):
        volume.put(files.copy(f"append-{MORE}"))
        damage(volume.data, "increment")
        (volume.data / "loading").touch()
        damaged = kept(volume.data / "appendonlydir")
        assert "away" in aside(volume)
        assert not (volume.data / "appendonlydir").exists()
        assert kept(volume.data / f"aside/unusable-{number}/appendonlydir") == damaged
    volume.put(files.copy(f"append-{MORE}"))
    damage(volume.data, "increment")
    heard = aside(volume)
    assert "away" not in heard and re.search(r"help: .*aside/unusable-\*", heard)
    assert (volume.data / "appendonlydir").exists()
