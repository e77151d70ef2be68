"""Auth: real servers with the configuration that a start script makes of it: who gets in, who does not, what shows."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

from deployment import TOP
from exporters import exporters
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review, review_of
from redismanifests.profile.derived import credentials
from redismanifests.prove.drill.measuring import job
from redismanifests.prove.drill.plan import Kind, plan
from seldom import first

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.judge.review import Review

CACHE = Path.home() / ".cache" / "redismanifests"
SERVERS = [
    Path(found)
    for found in (
        shutil.which("redis-server"),
        *CACHE.glob("engines-redis-8*/bin/redis-server"),
        *CACHE.glob("engines-valkey-8*/bin/valkey-server"),
        *CACHE.glob("wheels-*/bin/*-server"),
    )
    if found
]
each_server = pytest.mark.parametrize("server", SERVERS or [None], ids=lambda s: s.parts[-3] if s else "none")
some_servers = pytest.mark.parametrize(
    "server", first(2, SERVERS or [None], lambda s: s.parts[-3] if s else "none")
)
SHELLS = {"busybox": ("busybox", "sh"), "dash": ("dash",), "bash": ("bash",)}
WAYS_IN = {
    "password": "{mode: password}",
    "acl": "{mode: acl, users: [{name: shop, keys: ['shop:*'], channels: ['shop:*'], commands: [+@read, +@write, "
    "+@pubsub, -@dangerous]}, {name: nosentinel, keys: ['a'], commands: [+get], sentinel: false}]}",
    "open": "{mode: acl, defaultUser: true}",
}


def password(user: str) -> str:
    return f"secret-of-{user}-0123456789"


@dataclass(frozen=True)
class Pod:
    """The folders of one pod, as its start script sees them, and the user names in its settings."""

    component: str
    config: Path
    secret: Path
    login: Path
    names: dict[str, str]
    programs: str

    def shell(self, text: str, shell: Sequence[str] = ("sh",)) -> subprocess.CompletedProcess[str]:
        """Run shell text with lib.sh and logins.sh sourced."""
        whole = (
            f'set -u; CONFIG_DIR=\'{self.config}\'; . "$CONFIG_DIR/lib.sh"; . "$CONFIG_DIR/logins.sh"; {text}'
        )
        variables = {"PATH": f"{self.programs}:/usr/bin:/bin"}
        return subprocess.run(
            [*shell, "-c", whole], capture_output=True, text=True, check=False, env=variables
        )

    def configuration(self) -> str:
        """What the start script would add to its own lines."""
        done = self.shell(
            f'take_logins && configuration "$CONFIG_DIR/{self.component}.conf" && passwords {self.component}'
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def pod(
    folder: Path, way_in: str, component: str, port: int, server: Path = Path("/usr/bin/redis-server")
) -> Pod:
    text = f"name: redis\nnamespace: shop\nengine: {server.name.partition('-')[0]}\nauth: {WAYS_IN[way_in]}\n"
    reviewed = review_of(source_from_text("profile.yaml", text))
    name = "redis" if component == "redis" else "redis-sentinel"
    (texts,) = (
        item.manifest["data"]
        for item in reviewed.rendering.objects
        if item.manifest["kind"] == "ConfigMap" and item.manifest["metadata"]["name"] == f"{name}-config"
    )
    config, secret, login = (folder / part for part in ("config", "auth", "login"))
    for each in (config, secret, login):
        each.mkdir(parents=True)
    for file, content in texts.items():
        (config / file).write_text(content)
    settings = (config / "settings.sh").read_text()
    here = {"AUTH_DIR": secret, "LOGIN_DIR": login, f"{component.upper()}_PORT": port, "DATA_DIR": folder}
    (config / "settings.sh").write_text(
        settings + "".join(f"{key}='{value}'\n" for key, value in here.items())
    )
    for key in credentials.keys(reviewed.profile, component):  # type: ignore[arg-type]
        (secret / key).write_text(password(key) + "\n")
    names = dict(line.split("=") for line in settings.splitlines() if "_USER=" in line)
    return Pod(
        component,
        config,
        secret,
        login,
        {key: value.strip("'") for key, value in names.items()},
        str(server.parent),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(server: Path, folder: Path, way_in: str, component: str) -> Iterator[tuple[Pod, int]]:
    """A server with the configuration of a pod."""
    port = free_port()
    folder.mkdir()
    made = pod(folder, way_in, component, port, server)
    monitor = ["sentinel monitor shop-redis 127.0.0.1 1 2"] if component == "sentinel" else []
    file = folder / f"{component}-running.conf"
    # The last port counts.
    file.write_text("\n".join([*monitor, made.configuration(), f"dir {folder}", f"port {port}", ""]))
    arguments = [str(server), str(file), *(["--sentinel"] if component == "sentinel" else [])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            _listening(port, process)
            yield made, port
        finally:
            process.kill()


def _listening(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert process.poll() is None, process.stdout and process.stdout.read()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"nothing listens on {port}")


def client(port: int, user: str, secret: str | None = None) -> Redis:
    found: Redis = Redis(
        port=port, username=user, password=secret or password(user), decode_responses=True, socket_timeout=5
    )
    return found


def table(found: Redis) -> Iterator[tuple[tuple[str, ...], int, frozenset[str]]]:
    """Every command and subcommand of a server: its words, how many it takes, its flags."""

    def told(entry: list[Any]) -> Iterator[tuple[tuple[str, ...], int, frozenset[str]]]:
        inner = entry[9] if len(entry) > 9 else []
        for each in inner:
            yield from told(each)
        if not inner:
            yield tuple(entry[0].split("|")), abs(entry[1]), frozenset(entry[2])

    for entry in _raw(found, "COMMAND"):
        yield from told(entry)


def _raw(found: Redis, *words: str) -> Any:
    connection = found.connection_pool.get_connection()
    try:
        connection.send_command(*words)
        return connection.read_response()
    finally:
        found.connection_pool.release(connection)


@each_server
@pytest.mark.parametrize("component", ["redis", "sentinel"])
@pytest.mark.parametrize("way_in", ["password", "acl"])
@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.9"])
def test_without_a_password_every_command_is_refused(
    tmp_path: Path, server: Path | None, component: str, way_in: str, source: str
) -> None:
    if server is None:
        pytest.skip("no redis-server")
    with running(server, tmp_path / "open", "password", component) as (_, port):
        commands = list(table(client(port, "default")))
    assert len(commands) > (150 if component == "redis" else 40)
    unasked = {" ".join(words) for words, _, flags in commands if "no_auth" in flags}
    assert {"auth", "hello"} <= unasked <= NO_AUTH
    with (
        running(server, tmp_path / "closed", way_in, component) as (_, port),
        socket.create_connection(("127.0.0.1", port), source_address=(source, 0)) as wire,
    ):
        answers = wire.makefile("rb")
        for words, arity, flags in commands:
            if "no_auth" in flags:
                continue
            sent = [*words, *["x"] * (arity - len(words))]
            wire.sendall(
                f"*{len(sent)}\r\n".encode() + b"".join(f"${len(w)}\r\n{w}\r\n".encode() for w in sent)
            )
            answer = answers.readline()
            assert answer.startswith(b"-") and (b"NOAUTH" in answer or answer.startswith(NEVER_ALLOWED)), (
                sent,
                answer,
            )
        for greeting in ("HELLO 3", "HELLO 3 SETNAME x", "RESET", "PING"):
            wire.sendall(f"{greeting}\r\n".encode())
            answer = answers.readline()
            assert answer.startswith((b"-NOAUTH", b"+RESET", b"-ERR unknown command")), (greeting, answer)
        wire.sendall(b"AUTH default guessed\r\n")
        assert answers.readline().startswith(b"-WRONGPASS")


@each_server
@pytest.mark.parametrize("component", ["redis", "sentinel"])
def test_an_account_may_do_what_it_is_for_and_nothing_else(
    tmp_path: Path, server: Path | None, component: str
) -> None:
    if server is None:
        pytest.skip("no redis-server")
    with running(server, tmp_path / "x", "open", component) as (made, port):
        admin = client(port, "default")
        may = {user: _granted(admin, user) for user in made.names.values() if user in _known(admin)}
    expected = {
        "redis": {
            "replication": {"psync", "replconf"},
            "sentinel": {"client kill", "config rewrite", "info", "multi", "exec", "publish", "role", "script kill",
                         "slaveof", "subscribe", "client setname"},
            "probe": {"info"},
            "handover": {"client kill", "client pause", "client unpause", "replicaof"},
        },
        "sentinel": {
            "peer": {"publish", "client setname", "sentinel is-master-down-by-addr"},
            "probe": {"info", "sentinel master", "sentinel replicas", "sentinel sentinels"},
            "handover": {"sentinel config", "sentinel failover", "sentinel set"},
        },
    }[component]  # fmt: skip
    if component == "redis" and "valkey" in server.name:
        expected["sentinel"] |= {"failover"}
    for user, commands in expected.items():
        assert may[user] - {"ping", *NO_AUTH} == commands, user
    reads = {"acl log", "config get", "info", "role"} if component == "redis" else {"acl log", "info"}
    assert may["verify"] & DANGEROUS == reads
    assert may["exporter"] & (DANGEROUS | {"get", "set", "sentinel config"}) == {"info"}


NO_AUTH = {"auth", "hello", "quit", "reset"}
"""What a client may say before it has logged in."""
NEVER_ALLOWED = (b"-ERR DEBUG command not allowed", b"-ERR MODULE command not allowed")
"""What Redis refuses with other words, before it asks for a password (enable-debug-command, enable-module-command)."""


def _known(admin: Redis) -> set[str]:
    return {line.split()[1] for line in _raw(admin, "ACL", "LIST")}


def _granted(admin: Redis, user: str) -> set[str]:
    """What ACL DRYRUN lets a user run, on keys and channels that it may use."""
    granted = set()
    for words, arity, _ in table(admin):
        sent = [*words, *["x"] * (arity - len(words))]
        try:
            said = str(_raw(admin, "ACL", "DRYRUN", user, *sent))
        except ResponseError as error:
            said = str(error)
        if "no permissions to run" not in said:
            granted.add(" ".join(words))
    return granted


DANGEROUS = {
    "acl log", "acl setuser", "acl list", "config get", "config set", "config rewrite", "debug", "flushall", "info",
    "keys", "monitor", "replicaof", "role", "shutdown", "sort", "psync", "client kill", "client pause",
    "sentinel set", "sentinel failover", "sentinel reset", "sentinel remove",
}  # fmt: skip


@some_servers
def test_an_application_keeps_to_its_keys_and_asks_sentinel_under_its_own_name(
    tmp_path: Path, server: Path | None
) -> None:
    if server is None:
        pytest.skip("no redis-server")
    with running(server, tmp_path / "redis", "acl", "redis") as (_, port):
        shop = client(port, "shop")
        assert shop.info("server")["tcp_port"] == port
        for refused in (
            "GET other:1",
            "CONFIG GET *",
            "FLUSHALL",
            "KEYS *",
            "REPLICAOF a 1",
            "SUBSCRIBE other",
        ):
            with pytest.raises(NoPermissionError):
                _raw(shop, *refused.split())
        with pytest.raises(ResponseError, match="Not enough good replicas"):
            shop.set("shop:1", "x")
        assert shop.get("shop:1") is None
        for user in ("default", "nobody"):
            with pytest.raises(AuthenticationError):
                client(port, user, "guessed").ping()
    with running(server, tmp_path / "sentinel", "acl", "sentinel") as (_, port):
        assert (
            _raw(client(port, "shop"), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop-redis")[0] == "127.0.0.1"
        )
        with pytest.raises(NoPermissionError):
            client(port, "shop").execute_command("SENTINEL", "FAILOVER", "shop-redis")
        with pytest.raises(AuthenticationError):
            client(port, "nosentinel").ping()


@each_server
@pytest.mark.parametrize("component", ["redis", "sentinel"])
def test_a_second_password_lets_in_beside_the_first(
    tmp_path: Path, server: Path | None, component: str
) -> None:
    if server is None:
        pytest.skip("no redis-server")
    port = free_port()
    made = pod(tmp_path, "acl", component, port)
    (made.secret / "probe.also").write_text("new-0123456789abcdef")
    text = made.configuration()
    assert password("probe") not in text
    (line,) = (line for line in text.splitlines() if line.startswith("user probe "))
    assert [len(word) for word in line.split() if word.startswith("#")] == [65, 65]
    (made.secret / "probe.also").unlink()
    assert made.configuration().count("#") < text.count("#")


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"a b", "has a blank, or a character that is not ASCII"),
        (b"a\tb", "has a blank, or a character that is not ASCII"),
        ("pass\u00e9".encode(), "has a blank, or a character that is not ASCII"),
        (b'a"b', "has a quote or a backslash"),
        (b"a'b", "has a quote or a backslash"),
        (b"a\\b", "has a quote or a backslash"),
        (b"one\ntwo\n", "has more than one line"),
    ],
)
def test_a_password_that_somebody_would_have_to_quote_is_refused_with_its_key(
    tmp_path: Path, shell: tuple[str, ...], content: bytes, fault: str
) -> None:
    _needed(shell[0])
    made = pod(tmp_path, "acl", "redis", 1)
    (made.secret / "probe").write_bytes(content)
    done = made.shell("take_logins", shell)
    assert done.returncode == 1
    assert f"Secret redis-auth: the password under the key probe {fault}:" in done.stderr
    assert "openssl rand -hex 32" in done.stderr
    if len(content) > 3:
        assert content.strip() not in done.stderr.encode()


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize("content", ["abc", "abc\n", "abc\r\n", "!#$%&()*+,-./:;<=>?@[]^_`{|}~"])
def test_a_line_end_is_no_part_of_a_password(tmp_path: Path, shell: tuple[str, ...], content: str) -> None:
    _needed(shell[0])
    made = pod(tmp_path, "acl", "redis", 1)
    (made.secret / "replication").write_bytes(content.encode())
    done = made.shell("take_logins && passwords redis", shell)
    assert done.stdout == f'masterauth "{content.strip()}"\n'
    assert (made.login / "replication").read_text() == content.strip()
    assert (made.login / "replication").stat().st_mode & 0o077 == 0


@each_server
@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_no_trace_of_a_shell_shows_a_password(
    tmp_path: Path, server: Path | None, shell: tuple[str, ...]
) -> None:
    if server is None:
        pytest.skip("no redis-server")
    _needed(shell[0])
    with running(server, tmp_path / "x", "acl", "redis") as (made, port):
        text = (
            'take_logins; configuration "$CONFIG_DIR/redis.conf" >/dev/null; passwords redis >/dev/null;'
            f' CALL_SECONDS=30; call "$LOCAL" {port} PING; act "$LOCAL" {port} CLIENT UNPAUSE'
        )
        done = made.shell(f"set -x; {text}", shell)
        assert done.stdout.split() == ["PONG", "OK"]
        for script, words in (
            ("cli.sh", ("redis", "PING")),
            ("exporter-password.sh", ("redis://localhost:1",)),
        ):
            traced = subprocess.run(
                [*shell, "-x", str(made.config / script), *words],
                capture_output=True, text=True, check=True, env={"PATH": f"{server.parent}:/usr/bin:/bin"},
            )  # fmt: skip
            assert script == "exporter-password.sh" or traced.stdout == "PONG\n"
            assert "+" in traced.stderr
            assert "secret-of" not in traced.stderr
        assert "secret-of" not in done.stderr
        assert len(done.stderr) > 100
        told = json.loads((made.login / "passwords.json").read_text())
        assert told == dict.fromkeys(
            ("redis://localhost:1", "redis://exporter@localhost:1"), password("exporter")
        )


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_no_trace_of_a_shell_shows_the_password_of_a_backup(tmp_path: Path, shell: tuple[str, ...]) -> None:
    _needed(shell[0])
    _needed("rclone")
    made = pod(tmp_path, "acl", "redis", 1)
    shutil.copy(TOP / "templates" / "backup" / "store.sh", made.config)
    text = (
        f'export BACKUP_PASSWORD={password("backup")} REMOTE=CRYPT:; . "$CONFIG_DIR/store.sh"; set -x;'
        " open_store; set +x; env"
    )
    done = made.shell(text, shell)
    variables = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert "BACKUP_PASSWORD" not in variables
    obscured = variables["RCLONE_CONFIG_CRYPT_PASSWORD"]
    revealed = subprocess.run(["rclone", "reveal", obscured], capture_output=True, text=True, check=True)
    assert revealed.stdout.strip() == password("backup")
    assert "+ open_store" in done.stderr
    assert "secret-of" not in done.stderr
    assert obscured not in done.stderr


@pytest.mark.parametrize("mode", ["password", "acl"])
def test_the_documentation_names_every_key_of_the_secret(mode: str) -> None:
    rows = (TOP / "docs" / "auth.md").read_text("utf-8").splitlines()
    (row,) = (line for line in rows if line.startswith(f"| `{mode}` |"))
    text = f"""name: redis
namespace: shop
auth: {{mode: {mode}}}
backup: {{schedule: "17 * * * *", store: {{kind: s3, bucket: backups, secretName: store}}}}
"""
    keys = credentials.secret_keys(review_of(source_from_text("profile.yaml", text)).profile)
    assert [key for key in keys if f"`{key}`" not in row] == []
    assert keys


def test_a_secret_that_changes_under_a_running_pod_changes_nothing_in_it(tmp_path: Path) -> None:
    made = pod(tmp_path, "acl", "redis", 1)
    made.configuration()
    (made.secret / "probe").write_text("another-0123456789")
    assert (made.login / "probe").read_text() == password("probe")
    made.configuration()
    assert (made.login / "probe").read_text() == "another-0123456789"


@pytest.mark.parametrize("component", ["redis", "sentinel"])
def test_a_probe_that_is_refused_finds_the_server_alive_and_not_ready(tmp_path: Path, component: str) -> None:
    """A mistake in a Secret must not restart every pod at once."""
    _needed("redis-server")
    with running(Path(shutil.which("redis-server") or ""), tmp_path / "x", "acl", component) as (made, _):
        (made.login / "probe").write_text("wrong")
        variables = {"POD_NAME": "redis-0", "PATH": "/usr/bin:/bin", **_service_hosts()}
        ran = {
            name: subprocess.run(
                ["sh", made.config / f"{component}-{name}.sh"],
                capture_output=True, text=True, check=False, env=variables,
            )
            for name in ("alive", "ready")
        }  # fmt: skip
        assert ran["alive"].returncode == 0, ran["alive"].stdout
        assert ran["ready"].returncode == 1


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize("component", ["redis", "sentinel"])
def test_a_start_sees_that_the_others_refuse_it(
    tmp_path: Path, component: str, shell: tuple[str, ...]
) -> None:
    _needed("redis-server")
    _needed(shell[0])
    with running(Path(shutil.which("redis-server") or ""), tmp_path / "x", "acl", component) as (made, _):
        other = "SENTINEL_PORT" if component == "redis" else "REDIS_PORT"
        ask = f"CALL_SECONDS=30 {other}=1; REDIS_ADDRESSES=127.0.0.1 SENTINEL_ADDRESSES=127.0.0.1; refusals {component}"
        assert made.shell(ask, shell).stdout == ""
        for user in ("probe", "replication", "peer"):
            (made.login / user).write_text("another-0123456789")
        refused = "replication" if component == "redis" else "peer"
        assert set(made.shell(ask, shell).stdout.strip().split(", ")) == {
            "probe at 127.0.0.1",
            f"{refused} at 127.0.0.1",
        }
        # One of two lets in: this may be the pod that a rotation has reached first.
        (made.login / "probe").write_text(password("probe"))
        assert made.shell(ask, shell).stdout == ""


@each_server
def test_a_start_sees_that_the_others_know_no_users(tmp_path: Path, server: Path | None) -> None:
    """Such a server answers PING to anybody, also to one whose AUTH it refused."""
    if server is None:
        pytest.skip("no redis-server")
    port = free_port()
    made = pod(tmp_path / "pod", "acl", "redis", port, server)
    arguments = [str(server), "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            _listening(port, process)
            done = made.shell(
                "set -x; take_logins; CALL_SECONDS=30 SENTINEL_PORT=1 REDIS_ADDRESSES=127.0.0.1; refusals redis"
            )
        finally:
            process.kill()
    assert set(done.stdout.strip().split(", ")) == {"probe at 127.0.0.1", "replication at 127.0.0.1"}
    assert "secret-of" not in done.stderr


def _service_hosts() -> dict[str, str]:
    pods = [f"{name}_{n}" for name in ("REDIS", "REDIS_SENTINEL") for n in range(3)]
    return {f"{name}_SERVICE_HOST": "127.0.0.1" for name in pods}


@each_server
def test_links_are_reopened_with_accounts(tmp_path: Path, server: Path | None) -> None:
    if server is None:
        pytest.skip("no redis-server")
    with running(server, tmp_path / "x", "acl", "sentinel") as (made, port):
        done = made.shell('. "$CONFIG_DIR/sentinel-links.sh"; CALL_SECONDS=30; ticks; reopen_links')
        pid, _ticks, _slept, *replies = done.stdout.split()
        assert pid.isdigit()
        assert replies == ["OK", "OK"], done.stdout + done.stderr
        assert _raw(client(port, "verify"), "ACL", "LOG") == []


@pytest.mark.parametrize("version", sorted({*[*exporters()][:1], *[*exporters()][-1:]}) or [()], ids=str)
@pytest.mark.parametrize("component", ["redis", "sentinel"])
def test_an_exporter_gets_in_and_is_refused_nothing(
    tmp_path: Path, component: str, version: tuple[int, ...]
) -> None:
    if not version:
        pytest.skip("no redis_exporter (Debian: prometheus-redis-exporter)")
    exporter = exporters()[version]
    _needed("redis-server")
    with running(Path(shutil.which("redis-server") or ""), tmp_path / "x", "acl", component) as (made, port):
        address, metrics = f"redis://localhost:{port}", free_port()
        subprocess.run(["sh", made.config / "exporter-password.sh", address], check=True)
        arguments = [
            exporter, f"--redis.addr={address}", f"--web.listen-address=127.0.0.1:{metrics}", "--redis.user=exporter",
            f"--redis.password-file={made.login}/passwords.json", "--config-command=-",
        ]  # fmt: skip
        with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as process:
            try:
                _listening(metrics, process)  # type: ignore[arg-type]
                with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics") as answer:
                    told = answer.read().decode()
            finally:
                process.kill()
        assert "redis_up 1" in told
        assert "redis_commands_total" in told or component == "sentinel"
        assert component == "redis" or "redis_sentinel_masters 1" in told
        assert _raw(client(port, "verify"), "ACL", "LOG") == []


def _needed(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"not installed: {program}")


def _rendered(auth: str, more: str = "") -> dict[tuple[str, str], Any]:
    reviewed = review_of(
        source_from_text("profile.yaml", f"name: redis\nnamespace: shop\n{more}auth: {auth}\n")
    )
    return {
        (i.manifest["kind"], i.manifest["metadata"]["name"]): i.manifest for i in reviewed.rendering.objects
    }


def test_a_pod_mounts_the_keys_that_it_needs_and_no_others() -> None:
    objects = _rendered(WAYS_IN["acl"])
    keys = {}
    for name in ("redis", "redis-sentinel"):
        spec = objects["StatefulSet", name]["spec"]["template"]["spec"]
        (volume,) = (v["projected"] for v in spec["volumes"] if v["name"] == "auth")
        needed, beside = (source["secret"] for source in volume["sources"])
        assert volume["defaultMode"] == 0o440
        assert "optional" not in needed
        assert beside["optional"] is True
        assert [item["key"] for item in beside["items"]] == [
            f"{item['key']}.also" for item in needed["items"]
        ]
        keys[name] = {item["key"] for item in needed["items"]}
    both = {"exporter", "handover", "probe", "verify", "shop"}
    assert keys == {
        "redis": {*both, "replication", "sentinel", "nosentinel"},
        "redis-sentinel": {*both, "peer", "sentinel"},
    }


def _keys(node: Any, secret: str) -> Iterator[str]:
    """Keys of a Secret that anything in ``node`` mounts."""
    if isinstance(node, dict):
        if secret in (node.get("secretName"), node.get("name")):
            yield from (item["key"] for item in node.get("items") or ())
        for value in node.values():
            yield from _keys(value, secret)
    elif isinstance(node, list):
        for value in node:
            yield from _keys(value, secret)


@pytest.mark.parametrize("auth", ["{mode: acl}", "{mode: password}", "{mode: password, secretKey: redis-pw}"])
def test_whatever_mounts_a_password_names_a_key_that_the_secret_has(auth: str) -> None:
    profile = TOP / "tests" / "profiles" / "backup.yaml"
    text = profile.read_text(encoding="utf-8")
    assert "\nauth:" not in text
    reviewed = review_of(source_from_text("profile.yaml", f"{text}\nauth: {auth}\n"))
    secret = reviewed.profile.auth.secret_name
    known = {
        f"{key}{also}" for key in credentials.secret_keys(reviewed.profile) for also in ("", credentials.ALSO)
    }
    made = [*(item.manifest for item in reviewed.rendering.objects)]
    made.append(job(reviewed.profile, plan(reviewed.profile, Kind.FAILOVER)))
    seen = {
        f"{item['kind']}/{item['metadata']['name']}": keys
        for item in made
        if (keys := {*_keys(item, secret)})
    }
    assert {"CronJob", "Job", "StatefulSet"} == {name.partition("/")[0] for name in seen}
    assert {name: keys - known for name, keys in seen.items() if keys - known} == {}


@pytest.mark.parametrize("way_in", WAYS_IN.values(), ids=WAYS_IN)
def test_no_password_reaches_an_argument_a_variable_or_a_config_map(way_in: str) -> None:
    for manifest in _rendered(way_in).values():
        text = json.dumps(manifest)
        assert "secretKeyRef" not in text
        assert "secretRef" not in text
        assert "REDISCLI_AUTH=" not in text or manifest["kind"] == "ConfigMap"
        assert manifest["kind"] != "Secret"


def test_the_two_stateful_set_templates_have_few_lines_of_it() -> None:
    lines = [
        line
        for name in ("redis", "sentinel")
        for line in (TOP / "templates" / name / "statefulset.yaml.j2").read_text().splitlines()
        if '"auth/' in line
    ]
    assert len(lines) == 3


def test_an_exporter_that_must_read_settings_may_and_one_that_need_not_may_not() -> None:
    for version, may in (("v1.60.0", True), ("v1.61.0", False)):
        more = f"exporters: {{redis: {{image: 'oliver006/redis_exporter:{version}'}}}}\n"
        more += "redis: {image: 'redis:7.2.4'}\n"
        objects = _rendered("{mode: acl}", more)
        conf = objects["ConfigMap", "redis-config"]["data"]["redis.conf"]
        (line,) = (line for line in conf.splitlines() if line.startswith("user exporter "))
        assert ("+config|get" in line) is may
        (container,) = (
            c
            for c in objects["StatefulSet", "redis"]["spec"]["template"]["spec"]["containers"]
            if c["name"] == "redis-exporter"
        )
        assert ("--config-command=-" in container["args"]) is not may


@pytest.mark.parametrize(
    ("image", "engine", "may"),
    [
        ("valkey/valkey:8.1.1", "valkey", True),
        ("valkey/valkey:8.0.1", "valkey", False),
        ("redis:8.2.0", "redis", False),
    ],
)
def test_commandlog_is_allowed_where_it_exists(image: str, engine: str, may: bool) -> None:
    objects = _rendered("{mode: acl}", f"engine: {engine}\nredis: {{image: '{image}'}}\n")
    assert ("+commandlog|len" in objects["ConfigMap", "redis-config"]["data"]["redis.conf"]) is may


def test_an_external_secret_makes_the_secret_that_pods_mount() -> None:
    objects = _rendered(
        "{mode: password, externalSecret: {store: vault, remoteKey: shop/redis, apiVersion: v1beta1}}"
    )
    made = objects["ExternalSecret", "redis-auth"]
    assert made["apiVersion"] == "external-secrets.io/v1beta1"
    assert made["spec"] == {
        "refreshInterval": "1h",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "target": {"name": "redis-auth", "creationPolicy": "Owner"},
        "dataFrom": [{"extract": {"key": "shop/redis"}}],
    }


def test_a_revision_rolls_both_sets_and_changes_nothing_else() -> None:
    before, after = (_rendered(f"{{mode: password, revision: '{text}'}}") for text in ("1", "2"))
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {("StatefulSet", "redis"), ("StatefulSet", "redis-sentinel")}
    for key in changed:
        annotations = after[key]["spec"]["template"]["metadata"]["annotations"]
        assert annotations["auth/revision"] == "2"


SEALED = """---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  creationTimestamp: null
  name: redis-auth
  namespace: shop
spec:
  encryptedData:
    default: AgBy3i4OJSWK
  template:
    metadata:
      creationTimestamp: null
      name: redis-auth
      namespace: shop
"""


def _with_sealed(folder: Path, text: str) -> Review:
    (folder / "sealed.yaml").write_text(text, encoding="utf-8")
    profile = folder / "profile.yaml"
    profile.write_text(
        "name: redis\nnamespace: shop\nauth: {mode: password, sealedSecret: sealed.yaml}\n", encoding="utf-8"
    )
    return review(profile)


def test_a_sealed_secret_is_copied_as_it_was_written(tmp_path: Path) -> None:
    reviewed = _with_sealed(tmp_path, SEALED)
    assert not reviewed.refused
    text = reviewed.rendering.files["redis-auth-sealedsecret.yaml"].decode()
    assert text.startswith("# Copied by redismanifests from sealed.yaml.\n")
    assert text.endswith(SEALED)
    assert list(reviewed.rendering.files) == sorted(reviewed.rendering.files)
    assert "SealedSecret" in {item.manifest["kind"] for item in reviewed.rendering.objects}


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("kind: SealedSecret", "kind: Secret", "this is a Secret: every reader of the file can read"),
        ("kind: SealedSecret", "kind: Sealed", "this is no SealedSecret of bitnami.com/v1alpha1"),
        ("v1alpha1", "v1", "this is no SealedSecret"),
        ("  name: redis-auth\n  names", "  name: other\n  names", "name is 'other', and the pods mount redis-auth"),
        ("  namespace: shop\nspec", "spec", "metadata.namespace is None, and the pods mount shop"),
        ("      name: redis-auth", "      name: other", "spec.template.metadata.name is 'other'"),
        ("    default: AgBy3i4OJSWK\n", "    password: AgBy3i4OJSWK\n", "it holds no password for default"),
        ("    default: AgBy3i4OJSWK\n", "    default: ''\n", "it holds no password for default"),
        ("apiVersion", "}", "sealed.yaml: "),
    ],
)  # fmt: skip
def test_a_sealed_secret_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, fact: str) -> None:
    assert old in SEALED
    reviewed = _with_sealed(tmp_path, SEALED.replace(old, new, 1))
    found = [finding for finding in reviewed.findings if finding.code == "RM174"]
    assert any(fact in finding.fact for finding in found), [finding.fact for finding in found]
    assert reviewed.refused
    assert "redis-auth-sealedsecret.yaml" not in reviewed.rendering.files


def test_a_sealed_secret_may_leave_the_name_to_itself_and_hold_more(tmp_path: Path) -> None:
    text = SEALED.replace("      name: redis-auth\n      namespace: shop\n", "").replace(
        "    default:", "    default.also: AgX\n    default:"
    )
    assert not _with_sealed(tmp_path, text).refused


def test_a_sealed_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(
        "name: redis\nnamespace: shop\nauth: {mode: acl, sealedSecret: no.yaml}\n", encoding="utf-8"
    )
    (found,) = (finding for finding in review(profile).findings if finding.code == "RM174")
    assert found.fact.startswith("no.yaml: ")
    assert found.path == ("auth", "sealedSecret")


def _ends(server: Path, folder: Path, *lines: str) -> str:
    """What a server says that ends because of these lines."""
    file = folder / "redis.conf"
    file.write_text("\n".join([f"port {free_port()}", f"dir {folder}", *lines, ""]))
    done = subprocess.run([str(server), str(file)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    return done.stdout + done.stderr


@pytest.mark.shows("RM170")
@each_server
def test_a_category_that_no_server_has_ends_it(tmp_path: Path, server: Path | None) -> None:
    if server is None:
        pytest.skip("no redis-server")
    assert "Unknown command or category name" in _ends(server, tmp_path, "user shop on ~shop:* +@reads")


@pytest.mark.shows("RM038")
@each_server
def test_accounts_and_a_file_of_accounts_end_a_server(tmp_path: Path, server: Path | None) -> None:
    if server is None:
        pytest.skip("no redis-server")
    (tmp_path / "users.acl").write_text("user default on nopass ~* &* +@all\n")
    assert "aclfile" in _ends(
        server, tmp_path, "user shop on +ping", f"aclfile {tmp_path}/users.acl"
    ).lower().replace(" ", "")


@pytest.mark.shows("RM166", "RM168")
@each_server
def test_rights_without_keys_are_none_and_all_rights_are_too_many(
    tmp_path: Path, server: Path | None
) -> None:
    if server is None:
        pytest.skip("no redis-server")
    port = free_port()
    file = tmp_path / "redis.conf"
    file.write_text(f"port {port}\ndir {tmp_path}\nsave \"\"\nuser keyless on >{password('keyless')} +@read\n"
                    f"user every on >{password('every')} ~shop:* +@all\n")  # fmt: skip
    with subprocess.Popen(
        [str(server), str(file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            _listening(port, process)
            with pytest.raises(NoPermissionError):
                client(port, "keyless").get("shop:1")
            every = client(port, "every")
            assert (
                _raw(every, "REPLICAOF", "127.0.0.1", "1") == b"OK"
                or every.info("replication")["role"] == "slave"
            )
        finally:
            process.kill()
