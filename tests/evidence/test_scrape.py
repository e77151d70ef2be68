"""Beside /metrics: what each version of the exporter serves to whoever reaches its port, and what closes it."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evidence.servers import Process, free_port, within
from exporters import HOW, exporters
from outside import missing
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.image import Image
from redismanifests.judge.review import review_of
from redismanifests.profile.formulas import exporter as served
from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.cluster.metrics import exporters_serve_no_target
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.look import Round
from redismanifests.prove.checks.probe import Outcome, Status
from redismanifests.prove.rehearse.bench.certificate import Names, authority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

VALUE = "4111-1111"
PROFILE = (
    "name: redis\nnamespace: shop\n{auth}exporters:\n  redis: {{image: 'oliver006/redis_exporter:{tag}'}}\n"
)
EACH = pytest.mark.parametrize(
    "version", [*exporters()] or [()], ids=[".".join(map(str, each)) for each in exporters()] or ["none"]
)


def _desired(tag: str, auth: str = "") -> Desired:
    reviewed = review_of(source_from_text("profile.yaml", PROFILE.format(tag=tag, auth=auth)))
    return Desired.of([item.manifest for item in reviewed.rendering.objects])


def _container(desired: Desired) -> Any:
    (found,) = (
        each
        for item in desired.objects
        if (item["kind"], item["metadata"]["name"]) == ("StatefulSet", "redis")
        for each in item["spec"]["template"]["spec"]["containers"]
        if each["name"] == "redis-exporter"
    )
    return found


@contextmanager
def _running(
    version: tuple[int, ...], desired: Desired, folder: Path, *, closed: bool = True
) -> Iterator[tuple[int, int]]:
    """Ports of an exporter, with the arguments and variables that are rendered, and of a server with one key."""
    if not version:
        missing(f"no redis_exporter: {HOW}, or Debian's prometheus-redis-exporter")
    container = _container(desired)
    server, port = Process(folder, "redis-server", ('save ""', "requirepass secret")), free_port()
    login = folder / "passwords.json"
    try:
        within(20, lambda: server.cli("-a", "secret", "--no-auth-warning", "SET", "card", VALUE) == "OK")
        own = f"redis://default@localhost:{server.port}"
        login.write_text(json.dumps({own: "secret", f"redis://localhost:{server.port}": "secret"}), "utf-8")
        words = [
            word.replace(":6379", f":{server.port}")
            .replace(":9121", f":{port}")
            .replace("/login/passwords.json", str(login))
            for word in container["args"]
        ]
        variables = {each["name"]: each["value"] for each in container.get("env", ())} if closed else {}
        with subprocess.Popen(
            [exporters()[version], *words], env=variables, stderr=subprocess.DEVNULL
        ) as process:
            try:
                within(20, lambda: process.poll() is not None or _get(port, "/health")[0] == 200)
                assert process.poll() is None, "it ended: an argument that it does not know"
                yield port, server.port
            finally:
                process.kill()
    finally:
        server.kill()


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@contextmanager
def _stranger() -> Iterator[tuple[int, list[bytes]]]:
    """A server of someone else's: its port, and all that it was sent."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    link, _ = listener.accept()
                except OSError:
                    return
                with link:
                    link.settimeout(2)
                    try:
                        while sent := link.recv(4096):
                            heard.append(sent)
                            link.sendall(b"-NOAUTH Authentication required.\r\n")
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@EACH
@pytest.mark.shows("RM230")
def test_each_version_gives_what_the_facts_say_and_a_closed_one_nothing(
    version: tuple[int, ...], tmp_path: Path
) -> None:
    tag = "v" + ".".join(map(str, version))
    image = Image.parse(f"oliver006/redis_exporter:{tag}")
    with (
        _running(version, _desired(tag, "auth: {mode: password}\n"), tmp_path) as (port, redis),
        _stranger() as other,
    ):
        assert "redis_up 1" in _get(port, "/metrics")[1]
        code, told = _get(port, f"/scrape?target=redis://localhost:{redis}&check-single-keys=card")
        _get(port, f"/scrape?target=redis://127.0.0.1:{other[0]}")
    assert (code == 404) is served.closes(image)
    assert bool(other[1]) is not served.closes(image), "it connected where a caller said"
    assert (VALUE in told) is (served.exposed(image) == "keys with their values")
    assert b"secret" not in b"".join(other[1]), "it logs in nowhere else"


@EACH
def test_a_version_that_is_not_known_starts_with_all_of_it(version: tuple[int, ...], tmp_path: Path) -> None:
    desired = _desired("stable", "auth: {mode: password}\n")
    assert served.CLOSED in {each["name"] for each in _container(desired)["env"]}
    with _running(version, desired, tmp_path) as (port, _):
        assert _get(port, "/health")[0] == 200


class _Here:
    """Every pod is this machine."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def get(self, kind: str, name: str) -> None:
        return None

    async def listed(self, kind: str) -> tuple[()]:
        return ()

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        self.asked.append(tuple(argv))
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
        return Answer(done.returncode, done.stdout + done.stderr)


def _asked(desired: Desired, port: int) -> tuple[tuple[Outcome, ...], _Here]:
    text = json.dumps(desired.objects).replace("9121", str(port)).replace("9355", str(port))
    here = _Here()

    async def work() -> tuple[Outcome, ...]:
        asked = replace(desired, objects=tuple(json.loads(text)))
        return await Round(here, asked).outcomes((exporters_serve_no_target,))

    return asyncio.run(work()), here


@EACH
@pytest.mark.parametrize("closed", [True, False])
def test_the_probe_tells_an_open_door_from_a_closed_one_and_names_no_target(
    version: tuple[int, ...], closed: bool, tmp_path: Path
) -> None:
    desired = _desired(served.DEFAULT_IMAGE.rpartition(":")[2])
    with _running(version, _desired("stable", "auth: {mode: password}\n"), tmp_path, closed=closed) as (
        port,
        _,
    ):
        (outcome,), here = _asked(desired, port)
    if version < served.CLOSES_SINCE:
        assert outcome.status is Status.NOT_VERIFIED, (
            "a stand-in of another version says nothing of the image"
        )
        assert all("cannot close /scrape" in fact for fact in outcome.facts)
    elif closed:
        assert outcome.status is Status.PASSED, outcome.facts
    else:
        assert outcome.status is Status.FAILED
        assert outcome.facts[0] == f"redis-0/redis-exporter serves /scrape on port {port}"
    assert not any("target=" in word for words in here.asked for word in words)


@pytest.mark.parametrize("tool", ["bash", "wget", "busybox"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_whatever_the_image_asks_with_it_is_understood(
    tool: str,
    encrypted: bool,
    tmp_path: Path,
    require_tool: Callable[[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = max(exporters(), default=())
    if version < served.CLOSES_SINCE:
        missing(f"no redis_exporter that closes /scrape: {HOW}")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "cat", "grep"):
        (programs / name).symlink_to(require_tool(name, "any Debian"))
    (programs / ("bash" if tool == "bash" else "wget")).symlink_to(require_tool(tool, f"Debian: {tool}"))
    tls = "tls: {enabled: true, metrics: true}\n" if encrypted else ""
    for closed in (True, False):
        folder = tmp_path / str(closed)
        folder.mkdir()
        with _running(version, _desired("stable", "auth: {mode: password}\n"), folder, closed=closed) as (
            port,
            _,
        ):
            desired = _desired("stable", tls)
            if encrypted:
                port = free_port()  # noqa: PLW2901 (no one there speaks TLS: what is told is that)
            with monkeypatch.context() as only:
                only.setenv("PATH", str(programs))
                (outcome,), _ = _asked(desired, port)
        wanted = Status.NOT_VERIFIED if encrypted else Status.PASSED if closed else Status.FAILED
        assert outcome.status is wanted, outcome


def test_an_exporter_behind_tls_is_asked_over_tls(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    require_tool("wget", "Debian: wget")
    version = max(exporters(), default=())
    if version < served.CLOSES_SINCE:
        missing(f"no redis_exporter that closes /scrape: {HOW}")
    for name, content in authority(0).issue(Names(("localhost",), ("127.0.0.1",))).items():
        (tmp_path / name).write_bytes(content)
    desired = _desired("stable", "tls: {enabled: true, metrics: true}\n")
    port = free_port()
    container = _container(desired)
    words = [
        word.replace("/tls/", f"{tmp_path}/").replace(":9121", f":{port}")
        for word in container["args"]
        if not word.startswith("--redis.addr")
    ]
    variables = {each["name"]: each["value"] for each in container["env"]}
    with subprocess.Popen(
        [exporters()[version], *words], env=variables, stderr=subprocess.DEVNULL
    ) as process:
        try:
            with socket.socket() as trial:
                within(20, lambda: trial.connect_ex(("127.0.0.1", port)) == 0)
            (outcome,), here = _asked(desired, port)
        finally:
            process.kill()
    assert outcome.status is Status.PASSED, outcome
    assert all(f"https://127.0.0.1:{port}" in words for words in here.asked)


def test_an_exporter_that_does_not_answer_is_not_verified() -> None:
    (outcome,), _ = _asked(_desired("v1.89.0"), free_port())
    assert outcome.status is Status.NOT_VERIFIED


def test_a_version_that_cannot_close_it_is_not_asked() -> None:
    text = (
        PROFILE.format(tag="v1.55.0", auth="") + "  sentinel: {image: 'oliver006/redis_exporter:v1.55.0'}\n"
    )
    reviewed = review_of(source_from_text("profile.yaml", text))
    outcomes, here = _asked(Desired.of([item.manifest for item in reviewed.rendering.objects]), 1)
    assert (outcomes, here.asked) == ((), [])
