"""Matrix: every way in, with both ways of addressing, on each engine: it starts, fails over, rolls, and no one of ours
is refused anything; and what is secret shows nowhere while it runs.

The whole of it, some forty minutes: ``.venv/bin/pytest -m slow tests/rehearse/test_rehearse_matrix.py``.
The quick part, below a minute and a half, which CI runs: the same with ``-k quick``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from notheld import why
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.rehearse import run
from redismanifests.prove.rehearse.bench.secret import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.rehearse.result import Result

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.usefixtures("machine")]

WAYS_IN = {
    "password": "auth: {mode: password}",
    "acl": """
auth:
  mode: acl
  users:
    - name: shop
      keys: ["shop:*"]
      commands: [+@read, +@write, -@dangerous]
""",
    "tls": "tls: {enabled: true, certManager: {issuer: {name: shop-ca}}}",
    "mutual-tls": "tls: {enabled: true, clients: required}",
    "all": """
auth:
  mode: acl
  users:
    - name: shop
      keys: ["shop:*"]
      commands: [+@read, +@write, -@dangerous]
networkPolicy: {enabled: true}
tls:
  enabled: true
  clients: required
  metrics: true
  certManager: {issuer: {name: shop-ca}}
""",
}
ADDRESSING = ("service", "hostname")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "redismanifests"
ENGINES = {
    "redis-7.0": shutil.which("redis-server"),
    "redis-8.0": next(map(str, _CACHE.glob("engines-redis-8*/bin/redis-server")), None),
    "valkey-8.1": next(map(str, _CACHE.glob("engines-valkey-8*/bin/valkey-server")), None),
}
"""The first on PATH (Debian 12 has 7.0), and those that tools/fetch_engines.py fetches."""
SCENARIOS = ("master-killed", "both-rolled")
"""Each begins with a start from empty volumes."""
SETTLED_TTL_S = 5.0
"""Of the cluster's DNS: with host names and 30 s a failover hangs on what is no longer true (docs/design.md)."""


def rendered(way_in: str, addressing: str, engine: str) -> list[dict[str, Any]]:
    """What a profile with this way in gives."""
    text = f"name: redis\nnamespace: shop\nengine: {engine.partition('-')[0]}\naddressing: {{mode: {addressing}}}\n"
    reviewed = review_of(source_from_text("profile.yaml", f"{text}{WAYS_IN[way_in]}\n"))
    return [item.manifest for item in reviewed.accepted().objects]


class Watcher:
    """Looks at every process below this one, again and again, for what must not show."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.looks = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.looks += 1
            for process in below(os.getpid()):
                with suppress(OSError):
                    self._look(process)

    def _look(self, process: Path) -> None:
        command = _command(process)
        if any(MARK.encode() in word for word in command):
            self.found.add(f"argument of {command[0]!r}")
        for variable in (process / "environ").read_bytes().split(b"\0"):
            if MARK.encode() not in variable:
                continue
            # The one exception: redis-cli, and the timeout that ends it, for the moment of one question. (The clients
            # of the newer engines are scripts here, which start them through a loader of their own.)
            # Read again: between the two it may have become another program.
            command = _command(process)
            program = Path(os.fsdecode((process / "exe").readlink())).name
            asks = (
                any(word.endswith((b"redis-cli", b"valkey-cli")) for word in command) or program == "timeout"
            )
            if not variable.startswith(b"REDISCLI_AUTH=") or not asks:
                self.found.add(f"variable {variable.partition(b'=')[0].decode()} of {program}: {command[:4]}")


def _command(process: Path) -> list[bytes]:
    """Its arguments; one that is just becoming another program has none for a moment, one that ended never again."""
    for _ in range(20):
        if words := (process / "cmdline").read_bytes():
            return words.split(b"\0")
        time.sleep(0.002)
    raise ProcessLookupError(process)


def below(process: int) -> Iterator[Path]:
    """Every process that descends from one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    kin = {process}
    for _ in range(20):
        kin |= {child for child, parent in parents.items() if parent in kin}
    yield from (Path("/proc", str(each)) for each in kin - {process})


def refused(result: Result) -> dict[str, str]:
    """What ACL LOG of each pod holds at the end."""
    (outcome,) = (each for each in result.probes if each.code == "PB080")
    return {each.pod: each.output for each in outcome.evidence if each.pod and each.output.strip()}


def check(way_in: str, addressing: str, engine: str, scenario: str) -> None:
    """Rehearse one, and look for everything."""
    objects = rendered(way_in, addressing, engine)
    with Watcher() as watcher:
        result = run(objects, scenario, engine=ENGINES[engine], dns_ttl=SETTLED_TTL_S)
    assert result.held, why(result)
    assert refused(result) == {}
    knocked = [each for each in result.probes if each.code == "PB081"]
    assert [(each.status, each.facts) for each in knocked] == [(Status.PASSED, ())]
    assert watcher.looks > 20
    assert watcher.found == set()
    assert MARK not in json.dumps(objects)
    told = json.dumps(dataclasses.asdict(result))
    assert MARK not in told
    assert "PRIVATE KEY" not in told
    assert any("made for this rehearsal" in told for told in result.not_carried)


@pytest.mark.parametrize(
    ("way_in", "addressing"), [("acl", "service"), ("password", "hostname"), ("all", "service")]
)
def test_quick(way_in: str, addressing: str) -> None:
    check(way_in, addressing, "redis-7.0", "master-killed")


@pytest.mark.release
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("addressing", ADDRESSING)
@pytest.mark.parametrize("way_in", WAYS_IN)
def test_all_of_it(way_in: str, addressing: str, engine: str, scenario: str) -> None:
    if ENGINES[engine] is None:
        pytest.skip(f"no {engine} here: tools/fetch_engines.py redis valkey")
    check(way_in, addressing, engine, scenario)


@pytest.mark.release
@pytest.mark.parametrize("scenario", ["passwords-rotated", "password-mistaken"])
def test_all_of_it_while_passwords_change(scenario: str) -> None:
    check("acl", "service", "redis-7.0", scenario)
