"""Alive with a certificate that nobody takes: who refuses it has answered, who hangs or is gone has not."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.rehearse.certificate import Names, authority

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
