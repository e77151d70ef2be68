"""Alive with a certificate that nobody takes: who refuses it has answered, who hangs or is gone has not."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.rehearse.bench.certificate import Names, authority

from .conftest import make_pod, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PORT = "17379"
NAMES = Names(("localhost",), ("127.0.0.1",))


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis with a certificate that lives so long."""
    require("redis-server", "redis-cli")
    for name, content in authority(0).issue(NAMES, lifetime_s=request.param).items():
        (tmp_path / name).write_bytes(content)
    files = ("tls-cert-file", "tls.crt", "tls-key-file", "tls.key", "tls-ca-cert-file", "ca.crt")
    words = [f"--{word}" if word.startswith("tls-") else word for word in files]
    command = ["redis-server", "--port", "0", "--tls-port", PORT, "--save", "", *words]
    log = tmp_path / "server.log"
    with log.open("wb") as told, subprocess.Popen(command, cwd=tmp_path, stdout=told) as process:
        until = time.monotonic() + 20
        while b"eady to accept" not in log.read_bytes() and time.monotonic() < until:
            time.sleep(0.05)
        yield process
        process.send_signal(signal.SIGCONT)
        process.kill()


def _alive(
    folder: Path, shell: Sequence[str], script: str = "redis-alive.sh"
) -> subprocess.CompletedProcess[str]:
    cli = f"redis-cli --tls --cacert {folder}/ca.crt --cert {folder}/tls.crt --key {folder}/tls.key"
    settings = {"CLI": cli, "REDIS_PORT": PORT, "SENTINEL_PORT": PORT, "LOCAL": "127.0.0.1"}
    pod = folder / f"pod-{len(list(folder.glob('pod-*')))}"
    name = "redis-0" if script.startswith("redis") else "redis-sentinel-0"
    return make_pod(pod, name, {name: "127.0.0.1"}, settings=settings).run(script, shell)


@pytest.mark.parametrize("server", [-60.0], indirect=True)
@pytest.mark.parametrize("script", ["redis-alive.sh", "sentinel-alive.sh"])
def test_a_server_whose_certificate_has_expired_is_alive_and_the_log_says_what_is_wrong(
    server: subprocess.Popen[bytes], tmp_path: Path, shell: tuple[str, ...], script: str
) -> None:
    assert _alive(tmp_path, shell, script).returncode == 0
    (log,) = tmp_path.glob("**/hook.log")
    assert "certificate verify failed. Has the certificate expired" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("server", [-60.0, 600.0], indirect=True)
def test_a_server_that_hangs_is_not_alive_whatever_its_certificate(
    server: subprocess.Popen[bytes], tmp_path: Path, shell: tuple[str, ...]
) -> None:
    server.send_signal(signal.SIGSTOP)
    assert _alive(tmp_path, shell).returncode == 1


@pytest.mark.parametrize("server", [600.0], indirect=True)
def test_a_server_that_is_gone_is_not_alive_and_readiness_says_why(
    server: subprocess.Popen[bytes], tmp_path: Path, shell: tuple[str, ...]
) -> None:
    assert _alive(tmp_path, shell).returncode == 0
    server.kill()
    server.wait()
    gone = _alive(tmp_path, shell)
    assert gone.returncode == 1
    assert "Connection refused" in gone.stdout
    ready = _alive(tmp_path, shell, "sentinel-ready.sh")
    assert "Connection refused" in ready.stdout


def _others(folder: Path, *options: str, port: str = PORT) -> str:
    settings = {"CLI": " ".join(("redis-cli", *options)), "REDIS_PORT": port, "SENTINEL_PORT": "17378"}
    names = ("redis-0", "redis-1", "redis-2", "redis-sentinel-0", "redis-sentinel-1", "redis-sentinel-2")
    pod = make_pod(folder / port, "redis-2", dict.fromkeys(names, "127.0.0.1"), settings=settings)
    done = pod.call("find_members; others_otherwise")
    return done.stdout + done.stderr


@pytest.mark.parametrize(("server", "otherwise"), [(600.0, 0), (-60.0, 3)], indirect=["server"])
def test_a_start_waits_for_members_whose_certificate_nobody_takes(
    server: subprocess.Popen[bytes], tmp_path: Path, otherwise: int
) -> None:
    tls = (
        "--tls",
        "--cacert",
        f"{tmp_path}/ca.crt",
        "--cert",
        f"{tmp_path}/tls.crt",
        "--key",
        f"{tmp_path}/tls.key",
    )
    for number in range(10):
        told = _others(tmp_path / str(number), *tls)
        # On a busy machine a handshake may take longer than the two seconds that a call has.
        if len(told.splitlines()) == otherwise:
            break
    assert told.count("SSL_connect failed: certificate verify failed") == otherwise
    assert len(told.splitlines()) == otherwise


def test_a_start_with_tls_waits_for_members_without_it_and_not_for_those_that_are_gone(
    tmp_path: Path,
) -> None:
    require("redis-server", "redis-cli")
    for name, content in authority(0).issue(NAMES).items():
        (tmp_path / name).write_bytes(content)
    tls = ("--tls", "--cacert", f"{tmp_path}/ca.crt")
    command = ["redis-server", "--port", "17377", "--save", ""]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as plain:
        try:
            until = time.monotonic() + 20
            while (
                "PONG"
                not in subprocess.run(
                    ["redis-cli", "-p", "17377", "PING"], capture_output=True, text=True, check=False
                ).stdout
                and time.monotonic() < until
            ):
                time.sleep(0.05)
            assert _others(tmp_path, *tls, port="17377").count("127.0.0.1:17377 answers without TLS\n") == 3
        finally:
            plain.kill()
    assert _others(tmp_path, *tls, port="17376") == ""
    assert _others(tmp_path, port="17375") == ""
