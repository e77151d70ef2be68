"""TLS: names of the certificate, who can read the key, and that nobody is answered who does not speak it."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from deployment import MINIMAL, ONLY_FOR_TESTS, TOP, by_kind_and_name, containers, directives, reviewed
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.rehearse.bench.certificate import Names, authority
from redismanifests.prove.toycluster.network.network_policy import Party, allowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from redismanifests.judge.review import Review

ALL_OF_IT = TOP / "tests" / "profiles" / "tls.yaml"
SETS = ("redis", "redis-sentinel")


def _reviewed(text: str) -> Review:
    return review_of(source_from_text("profile.yaml", f"name: redis\nnamespace: shop\n{text}"))


def _certificate(text: str) -> dict[str, Any]:
    found = by_kind_and_name(_reviewed(text).accepted().objects)
    spec: dict[str, Any] = found["Certificate", "redis-tls"]["spec"]
    return spec


@pytest.mark.parametrize("mode", ["service", "hostname"])
def test_the_certificate_holds_every_name_that_members_and_clients_use(mode: str) -> None:
    text = f"addressing: {{mode: {mode}}}\ntls: {{enabled: true, certManager: {{issuer: {{name: ca}}}}}}\n"
    objects = by_kind_and_name(_reviewed(text).accepted().objects)
    names = set(objects["Certificate", "redis-tls"]["spec"]["dnsNames"])
    settings = objects["ConfigMap", "redis-config"]["data"]["settings.sh"].splitlines()
    told = dict(line.split("=", 1) for line in settings if "=" in line)
    hosts = " ".join(told[key].strip("'") for key in ("REDIS_HOSTS", "SENTINEL_HOSTS")).split()
    assert len(hosts) == 6
    assert set(hosts) <= names
    for kind, name in objects:
        if kind == "Service":
            assert {name, f"{name}.shop", f"{name}.shop.svc", f"{name}.shop.svc.cluster.local"} <= names
    assert "redis-2.redis-headless.shop.svc.cluster.local" in names
    assert "localhost" in names
    assert not [name for name in names if "*" in name], "a wildcard says more than is true"
    assert all(name.startswith("redis") or name == "localhost" for name in names)


def test_the_certificate_holds_the_names_and_addresses_of_the_profile_once() -> None:
    spec = _certificate(
        "tls: {enabled: true, certManager: {issuer: {name: ca}, dnsNames: [redis.example.com, redis.shop],"
        " ipAddresses: [10.96.1.1, 127.0.0.1]}}\n"
    )
    assert spec["dnsNames"][-1] == "redis.example.com"
    assert len(set(spec["dnsNames"])) == len(spec["dnsNames"])
    assert spec["ipAddresses"] == ["127.0.0.1", "10.96.1.1"]
    assert spec["secretName"] == "redis-tls"
    assert spec["issuerRef"] == {"group": "cert-manager.io", "kind": "Issuer", "name": "ca"}
    assert {"server auth", "client auth"} <= set(spec["usages"])


def test_without_tls_nothing_of_it_is_rendered() -> None:
    for file, content in reviewed(MINIMAL).rendering.files.items():
        lines = [line for line in content.decode().splitlines() if "tls" in line.lower()]
        # The scripts are the same for everybody; they read the client's options.
        assert [line for line in lines if not file.endswith("configmap.yaml") or "=" in line] == []


@pytest.mark.parametrize("name", SETS)
def test_the_key_is_read_by_the_group_of_the_pod_alone_and_nobody_can_change_it(name: str) -> None:
    manifest = by_kind_and_name(reviewed(ALL_OF_IT).rendering.objects)["StatefulSet", name]
    pod = manifest["spec"]["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "tls")
    assert volume["secret"]["defaultMode"] == 0o440
    assert {item["key"] for item in volume["secret"]["items"]} == {"ca.crt", "tls.crt", "tls.key"}
    assert pod["securityContext"]["fsGroup"] == 999
    for container in containers(manifest).values():
        (mount,) = (each for each in container["volumeMounts"] if each["name"] == "tls")
        assert mount == {"name": "tls", "mountPath": "/tls", "readOnly": True}


def test_only_mutual_tls_shows_a_certificate_of_ones_own() -> None:
    def told(clients: str) -> str:
        found = by_kind_and_name(_reviewed(f"tls: {{enabled: true, clients: {clients}}}\n").rendering.objects)
        exporter = containers(found["StatefulSet", "redis"])["redis-exporter"]["args"]
        return found["ConfigMap", "redis-config"]["data"]["settings.sh"] + "\n".join(exporter)

    assert "--cert /tls/tls.crt --key /tls/tls.key" in told("required")
    assert "--tls-client-key-file=/tls/tls.key" in told("required")
    for clients in ("optional", "none"):
        assert "--cacert /tls/ca.crt" in told(clients)
        assert "tls.key" not in told(clients)


def test_metrics_over_https_are_probed_and_scraped_so() -> None:
    manifest = by_kind_and_name(reviewed(ALL_OF_IT).rendering.objects)["StatefulSet", "redis"]
    exporter = containers(manifest)["redis-exporter"]
    assert "--tls-server-cert-file=/tls/tls.crt" in exporter["args"]
    assert exporter["livenessProbe"]["httpGet"]["scheme"] == "HTTPS"
    assert manifest["spec"]["template"]["metadata"]["annotations"]["prometheus.io/scheme"] == "https"


def test_a_plain_port_is_open_to_clients_and_to_nobody_else() -> None:
    objects = reviewed(ALL_OF_IT).rendering.objects
    policies = [item.manifest for item in objects if item.manifest["kind"] == "NetworkPolicy"]
    labels = {
        name: by_kind_and_name(objects)["StatefulSet", name]["spec"]["template"]["metadata"]["labels"]
        for name in SETS
    }
    pods = {name: Party(f"10.1.0.{n}", "shop", labels[name], {}) for n, name in enumerate(SETS, 1)}
    client = Party("10.1.0.9", "shop", {"app": "shop"}, {"kubernetes.io/metadata.name": "shop"})
    stranger = Party("10.1.0.8", "web", {}, {"kubernetes.io/metadata.name": "web"})
    for target, port in (("redis", 6380), ("redis-sentinel", 26380)):
        assert allowed(policies, client, pods[target], "TCP", port)
        assert not allowed(policies, stranger, pods[target], "TCP", port)
        assert not allowed(policies, pods["redis-sentinel"], pods["redis"], "TCP", 6380)


@pytest.mark.parametrize("name", SETS)
def test_passwords_and_tls_take_few_lines_of_a_stateful_set(name: str) -> None:
    """At most 40 in both together: what they need stands in their own folders."""
    folder = "sentinel" if name == "redis-sentinel" else "redis"
    text = (TOP / "templates" / folder / "statefulset.yaml.j2").read_text(encoding="utf-8")
    chapters = ("auth/", "tls/", "pod/mounts", "pod/volumes")
    assert sum(any(chapter in line for chapter in chapters) for line in text.splitlines()) <= 10


def test_a_port_that_stands_twice_is_told_at_the_plain_port() -> None:
    found = [
        f
        for f in _reviewed("tls: {enabled: true, plainPorts: {redis: 6379}}\n").findings
        if f.code == "RM090"
    ]
    assert [finding.path for finding in found] == [("tls", "plainPorts", "redis")]
    assert "listens on port 6379 twice" in found[0].fact


# What follows starts real servers with the rendered configuration.


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 20
            while time.monotonic() < until and process.poll() is None:
                with closing(socket.socket()) as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield
        finally:
            process.kill()


def _answer(port: int, asked: bytes, context: ssl.SSLContext | None, name: str = "localhost") -> bytes:
    """What a server says; nothing where it hangs up, or does not answer within two seconds."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=2)) as plain:
            link = context.wrap_socket(plain, server_hostname=name) if context else plain
            with closing(link):
                link.sendall(asked)
                return bytes(link.recv(4096))
    except OSError:
        return b""


def _files(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Certificates in a folder as a pod has them; a client that shows one, and one that does not."""
    for name, content in authority(0).issue(Names(("localhost",), ("127.0.0.1",))).items():
        (folder / name).write_bytes(content)
    without = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    with_one = ssl.create_default_context(cafile=str(folder / "ca.crt"))
    with_one.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    return with_one, without


def _rendered(component: str, folder: Path, port: int) -> Path:
    data = by_kind_and_name(reviewed(ALL_OF_IT).rendering.objects)["ConfigMap", f"{component}-config"]["data"]
    kind = "sentinel" if component.endswith("sentinel") else "redis"
    lines = [
        line.replace(" /tls/", f" {folder}/")
        for line in directives(data[f"{kind}.conf"])
        if not line.startswith(("port ", "tls-port ", "bind "))
    ]
    head = [f"port 0\ntls-port {port}\nbind 127.0.0.1\ndir {folder}\nprotected-mode no"]
    if kind == "sentinel":
        head.append("sentinel monitor mymaster 127.0.0.1 6379 2")
        lines = [line.replace(_master(), "mymaster") for line in lines]
    path = folder / f"{kind}.conf"
    path.write_text("\n".join([*head, *lines, ""]), encoding="utf-8")
    return path


def _master() -> str:
    return reviewed(ALL_OF_IT).profile.sentinel.master_name


@pytest.mark.parametrize("component", SETS)
def test_who_does_not_speak_tls_or_shows_no_certificate_gets_no_answer(
    component: str, tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    server = require_tool("redis-server", "Debian: redis-server")
    with_one, without = _files(tmp_path)
    port = _free_port()
    mode = ["--sentinel"] if component.endswith("sentinel") else []
    with _running([server, str(_rendered(component, tmp_path, port)), *mode], port):
        for asked in (b"PING\r\n", b"*1\r\n$4\r\nINFO\r\n", b"GET / HTTP/1.1\r\n\r\n"):
            assert _answer(port, asked, None) == b""
        assert _answer(port, b"PING\r\n", without) == b""
        assert _answer(port, b"PING\r\n", with_one) == b"+PONG\r\n"


def test_metrics_over_https_answer_nobody_who_asks_plainly(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    exporter = require_tool("prometheus-redis-exporter", "Debian: prometheus-redis-exporter")
    _, without = _files(tmp_path)
    port, request = _free_port(), b"GET /health HTTP/1.0\r\n\r\n"
    manifest = by_kind_and_name(reviewed(ALL_OF_IT).rendering.objects)["StatefulSet", "redis"]
    arguments = [
        word.replace("=/tls/", f"={tmp_path}/").replace(":9121", f"127.0.0.1:{port}")
        for word in containers(manifest)["redis-exporter"]["args"]
    ]
    with _running([exporter, *arguments], port):
        assert b"200 OK" not in _answer(port, request, None)
        assert b"200 OK" in _answer(port, request, without)


@contextmanager
def _server(folder: Path, server: str, *lines: str) -> Iterator[int]:
    """A Redis that speaks TLS, without mutual TLS, with these lines."""
    port = _free_port()
    files = (("tls-cert-file", "tls.crt"), ("tls-key-file", "tls.key"), ("tls-ca-cert-file", "ca.crt"))
    own = [f'port 0\ntls-port {port}\nbind 127.0.0.1\ndir {folder}\nsave ""\ntls-auth-clients no']
    own += [f"{directive} {folder}/{file}" for directive, file in files]
    (folder / "redis.conf").write_text("\n".join([*own, *lines, ""]), encoding="utf-8")
    with _running([server, str(folder / "redis.conf")], port):
        yield port


@pytest.mark.shows("RM175", "RM177")
def test_who_verifies_names_refuses_an_address_or_a_name_that_the_certificate_does_not_hold(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    _, client = _files(tmp_path)
    only_signed = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
    only_signed.check_hostname = False
    with _server(tmp_path, require_tool("redis-server", "Debian: redis-server")) as port:
        assert _answer(port, b"PING\r\n", client) == b"+PONG\r\n"
        for elsewhere in ("10.96.1.1", "redis.example.com"):
            assert _answer(port, b"PING\r\n", client, elsewhere) == b""
            assert _answer(port, b"PING\r\n", only_signed, elsewhere) == b"+PONG\r\n"


@pytest.mark.shows("RM178")
def test_a_plain_port_beside_the_other_answers_everybody(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    _files(tmp_path)
    plain = _free_port()
    with _server(tmp_path, require_tool("redis-server", "Debian: redis-server"), f"port {plain}") as port:
        assert _answer(plain, b"PING\r\n", None) == b"+PONG\r\n"
        assert _answer(port, b"PING\r\n", None) == b""


@pytest.mark.shows("RM179")
def test_ciphers_of_tls_1_2_choose_nothing_where_nobody_may_speak_it(
    tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    _, client = _files(tmp_path)
    older = ssl.create_default_context(cafile=str(tmp_path / "ca.crt"))
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    lines = ("tls-protocols TLSv1.3", "tls-ciphers ECDHE+AESGCM")
    with _server(tmp_path, require_tool("redis-server", "Debian: redis-server"), *lines) as port:
        assert _answer(port, b"PING\r\n", older) == b""
        with (
            closing(socket.create_connection(("127.0.0.1", port), timeout=2)) as plain,
            closing(client.wrap_socket(plain, server_hostname="localhost")) as link,
        ):
            name, version, _ = link.cipher() or ("", "", 0)
    assert version == "TLSv1.3"
    assert "ECDHE" not in name


def test_every_committed_profile_with_tls_is_known_here() -> None:
    assert {path.stem for path in ONLY_FOR_TESTS if reviewed(path).profile.tls.enabled} >= {
        "tls",
        "tls-hostname",
    }
