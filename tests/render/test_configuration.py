"""redis.conf, sentinel.conf and settings.sh as their own readers take them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from deployment import COMMITTED, directives, reviewed
from redismanifests.prove.rehearse.bench.certificate import Names, authority

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

each_profile = pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
CONFIGS = ("redis", "sentinel")


def _texts(path: Path, component: str) -> dict[str, str]:
    for item in reviewed(path).rendering.objects:
        if item.manifest["kind"] == "ConfigMap" and f"{component}.conf" in item.manifest["data"]:
            return dict(item.manifest["data"])
    raise AssertionError(f"{path} renders no ConfigMap of {component}")


def _server(path: Path, require_tool: Callable[[str, str], str]) -> str:
    engine = reviewed(path).profile.engine
    # Valkey reads the same directives; where only Redis is here, it stands in.
    return require_tool("redis-server", f"apt install redis-server, for the {engine} of {path.name}")


@each_profile
def test_a_real_server_accepts_every_directive(
    path: Path, tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    conf = tmp_path / "redis.conf"
    certificate = authority(0).issue(Names(("localhost",))) if reviewed(path).profile.tls.enabled else {}
    for name, content in certificate.items():
        (tmp_path / name).write_bytes(content)
    text = _texts(path, "redis")["redis.conf"].replace(" /tls/", f" {tmp_path}/")
    conf.write_text(text, encoding="utf-8")
    socket = tmp_path / "socket"
    server = _server(path, require_tool)
    tls = ["--tls-port", "0"] if certificate else []
    arguments = ["--port", "0", *tls, "--unixsocket", socket, "--dir", tmp_path, "--daemonize", "no"]
    running = subprocess.Popen([server, conf, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        said = []
        for line in running.stdout:
            said.append(line)
            if "ready to accept connections" in line:
                break
        else:
            pytest.fail("".join(said))
        assert not [line for line in said if "WARNING" in line and "overcommit" not in line]
    finally:
        running.terminate()
        assert running.wait(30) == 0
        running.stdout.close()


@each_profile
def test_lines_of_the_profile_stand_last_in_redis_conf(path: Path) -> None:
    extra = list(reviewed(path).profile.redis.extra_config)
    lines = directives(_texts(path, "redis")["redis.conf"])
    assert lines[len(lines) - len(extra) :] == extra


@each_profile
def test_no_directive_of_ours_stands_twice(path: Path) -> None:
    extra = {line.split()[0] for line in reviewed(path).profile.redis.extra_config}
    names = [line.split()[0] for line in directives(_texts(path, "redis")["redis.conf"])]
    once = [name for name in names if name not in {"save", "user", *extra}]
    assert len(once) == len(set(once))


@each_profile
@pytest.mark.parametrize("component", CONFIGS)
def test_a_shell_reads_the_settings_that_the_profile_has(
    path: Path, component: str, tmp_path: Path, require_tool: Callable[[str, str], str]
) -> None:
    settings = _texts(path, component)["settings.sh"]
    names = [line.partition("=")[0] for line in settings.splitlines() if "=" in line and line[0] != "#"]
    file = tmp_path / "settings.sh"
    file.write_text(settings, encoding="utf-8")
    script = f". {file}\n" + "".join(f'printf "%s\\0" "${name}"\n' for name in names)
    dash = require_tool("dash", "apt install dash")
    # A Service called redis makes the kubelet set REDIS_PORT=tcp://...: the file must win over it.
    environment = dict.fromkeys(names, "tcp://10.0.0.1:6379")
    done = subprocess.run(
        [dash, "-eu"], input=script, capture_output=True, text=True, check=True, env=environment
    )
    found = dict(zip(names, done.stdout.split("\0"), strict=False))
    profile = reviewed(path).profile
    assert (found["NAME"], found["NAMESPACE"]) == (profile.name, profile.namespace)
    assert found["MASTER_NAME"] == profile.sentinel.master_name
    assert found["ADDRESSING"] == profile.addressing.mode
    assert (found["REDIS_PORT"], found["SENTINEL_PORT"]) == (
        str(profile.services.redis.port),
        str(profile.services.sentinel.port),
    )
    assert found["SERVER"] == f"{profile.engine}-server"
    assert len(found["REDIS_PODS"].split()) == len(found["REDIS_HOSTS"].split()) == profile.redis.replicas
    assert (
        len(found["SENTINEL_PODS"].split())
        == len(found["SENTINEL_HOSTS"].split())
        == profile.sentinel.replicas
    )
    if component == "sentinel":
        assert found["QUORUM"] == str(profile.sentinel.quorum)
        ids = found["SENTINEL_IDS"].split()
        assert len(set(ids)) == profile.sentinel.replicas
        assert all(len(each) == 40 for each in ids)
    assert done.stderr == ""


@each_profile
def test_sentinel_conf_speaks_of_one_master_only(path: Path) -> None:
    profile = reviewed(path).profile
    lines = [line.split() for line in directives(_texts(path, "sentinel")["sentinel.conf"])]
    everybodys = ("deny-scripts-reconfig", "sentinel-user")
    named = [line for line in lines if line[0] == "sentinel" and line[1] not in everybodys]
    assert {line[2] for line in named} == {profile.sentinel.master_name}
    assert [
        "sentinel",
        "down-after-milliseconds",
        profile.sentinel.master_name,
        str(profile.sentinel.down_after.milliseconds),
    ] in named


def test_sentinel_ids_of_two_namespaces_differ(tmp_path: Path) -> None:
    from redismanifests.judge.review import review

    ids = set()
    for namespace in ("one", "two"):
        path = tmp_path / f"{namespace}.yaml"
        path.write_text(f"name: redis\nnamespace: {namespace}\n", encoding="utf-8")
        for item in review(path).rendering.objects:
            settings = item.manifest.get("data", {}).get("settings.sh", "")
            ids |= {line for line in settings.splitlines() if line.startswith("SENTINEL_IDS=")}
    assert len(ids) == 2
