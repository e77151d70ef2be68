"""Every kind of reply that a server gives to its fence: writes are held, or it is ended, or it is asked again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from .conftest import make_pod, require

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PASSWORD = "secret"


class Server:
    """A real server of one's own, with a password or without."""

    def __init__(self, folder: Path, *, password: bool) -> None:
        require("redis-server", "redis-cli", "timeout")
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.password = password
        self.logins = folder / "logins"
        self.logins.mkdir()
        (self.logins / "default").write_text(PASSWORD)
        secret = ("--requirepass", PASSWORD) if password else ()
        options = ("--port", self.port, "--save", "", "--maxclients", "10", "--lua-time-limit", "50", *secret)
        self.process = subprocess.Popen(("redis-server", *options), stdout=subprocess.DEVNULL)
        self.taken: list[socket.socket] = []
        while "PONG" not in self.cli("PING"):
            time.sleep(0.05)

    def cli(self, *command: str) -> str:
        login = ("-a", PASSWORD) if self.password else ()
        return subprocess.run(
            ("redis-cli", "-p", self.port, *login, *command),
            capture_output=True, text=True, timeout=10, check=False,
        ).stdout  # fmt: skip

    def brought_to(self, state: str) -> None:
        """Make it answer so."""
        match state:
            case "hangs":
                os.kill(self.process.pid, signal.SIGSTOP)
            case "script":
                self._send("EVAL", "while true do end", "0")
                time.sleep(0.5)
            case "full":
                for _ in range(12):
                    self.taken.append(socket.create_connection(("127.0.0.1", int(self.port))))
                time.sleep(0.2)
            case "no right":
                self.cli("ACL", "SETUSER", "default", "-client|pause")
            case "other password":
                self.cli("CONFIG", "SET", "requirepass", "other")
            case "gone":
                self.process.kill()
                self.process.wait()

    def _send(self, *words: str) -> None:
        connection = socket.create_connection(("127.0.0.1", int(self.port)))
        lines = (["AUTH", PASSWORD], list(words)) if self.password else (list(words),)
        for line in lines:
            parts = "".join(f"${len(word)}\r\n{word}\r\n" for word in line)
            connection.sendall(f"*{len(line)}\r\n{parts}".encode())
        self.taken.append(connection)

    def end(self) -> None:
        for connection in self.taken:
            connection.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture(params=[False, True], ids=["without a password", "with a password"])
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    own = Server(tmp_path, password=request.param)
    yield own
    own.end()


def acted(tmp_path: Path, server: Server, shell: Sequence[str], text: str) -> str:
    """What the fence's part does, in a pod that has this server."""
    login = {"LOGIN_DIR": str(server.logins), "ACT_USER": "default"} if server.password else {}
    settings = {"LOCAL": "127.0.0.1", "REDIS_PORT": server.port, "LOGIN_DIR": "", "ACT_USER": "", **login}
    pod = make_pod(tmp_path, "redis-0", {}, settings=settings)
    began = f"SERVER_PROCESS={server.process.pid}; SERVER_BEGAN=$(start_of $SERVER_PROCESS) || :"
    # Ten times as long as in a pod: kinds of replies are told apart here, and a busy machine must not look like a hang.
    patient = "HOLD_CALL_HUNDREDTHS=300"
    done = pod.call(f'. "$CONFIG_DIR/redis-fence-act.sh"; {began}; {patient}; {text}', shell)
    return done.stdout + done.stderr


STATES = {
    "well": "obeyed",
    "hangs": "silent",
    "script": "busy",
    "full": "refused",
    "no right": "refused",
    "gone": "refused",
}


@pytest.mark.parametrize("state", STATES)
def test_a_reply_is_of_one_kind(tmp_path: Path, server: Server, shell: tuple[str, ...], state: str) -> None:
    server.brought_to(state)
    said = acted(
        tmp_path,
        server,
        shell,
        'ask_server "$HOLD_CALL_HUNDREDTHS" CLIENT PAUSE 1500 WRITE; echo "kind $kind"',
    )
    assert f"kind {STATES[state]}\n" in said


@pytest.mark.parametrize("state", [*STATES, "other password"])
def test_writes_are_held_or_refused_or_the_server_is_ended(
    tmp_path: Path, server: Server, shell: tuple[str, ...], state: str
) -> None:
    if state == "other password" and not server.password:
        # A server without a password has no other one either.
        state = "no right"
    server.brought_to(state)
    said = acted(tmp_path, server, shell, 'if hold why; then echo held; else echo "refused: $reply"; fi')
    kind = STATES.get(state, "refused")
    assert ("\nheld\n" in f"\n{said}") is (kind == "obeyed")
    assert ("refused: " in said) is (kind == "refused")
    assert ("ended the server" in said) is (kind in ("silent", "busy"))
    if state != "gone":
        server.process.poll() if kind in ("obeyed", "refused") else server.process.wait(10)
        assert (server.process.returncode is None) is (kind in ("obeyed", "refused"))


@pytest.mark.parametrize("state", ["hangs", "script", "full", "no right"])
def test_a_master_that_was_replaced_and_cannot_be_told_is_ended(
    tmp_path: Path, server: Server, shell: tuple[str, ...], state: str
) -> None:
    if state == "no right":
        server.cli("ACL", "SETUSER", "default", "-replicaof")
    else:
        server.brought_to(state)
    said = acted(tmp_path, server, shell, "become_replica 127.0.0.2 why")
    assert "ended the server: why" in said
    assert "following" not in said
    assert server.process.wait(10) == -signal.SIGKILL


def test_a_process_that_took_the_number_of_another_is_not_it(tmp_path: Path, shell: tuple[str, ...]) -> None:
    pod = make_pod(tmp_path, "redis-0", {})
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        began = pod.call(f"start_of {sleeping.pid}", shell).stdout.strip()
        assert pod.call(f"is_process {sleeping.pid} {began}", shell).returncode == 0
        assert pod.call(f"is_process {sleeping.pid} {int(began) - 1}", shell).returncode != 0
        sleeping.kill()
    done = pod.call(f"is_process {sleeping.pid} {began}", shell)
    assert done.returncode != 0
    assert done.stderr == ""
