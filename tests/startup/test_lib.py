"""The scripts as files, the settings, and the addresses: what must hold before anybody is asked."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from .conftest import EXAMPLE_SETTINGS, REDIS, SCRIPTS, SENTINELS, make_pod, require

if TYPE_CHECKING:
    from pathlib import Path

ADDRESSES = {pod: f"10.96.0.{i + 10}" for i, pod in enumerate((*REDIS, *SENTINELS))}
FILES = sorted((*SCRIPTS.glob("*.sh"), *(SCRIPTS.parent / "auth").glob("*.sh")))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_shellcheck_finds_nothing(file: Path) -> None:
    require("shellcheck")
    done = subprocess.run(["shellcheck", "-s", "sh", file], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_script_fits_into_a_config_map_and_onto_a_page(file: Path) -> None:
    text = file.read_text(encoding="ascii")
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert "\t" not in text and "\r" not in text and "{{" not in text
    assert max(map(len, text.splitlines())) <= 110
    assert not [line for line in text.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_both_shells_parse_every_script(file: Path, shell: tuple[str, ...]) -> None:
    assert subprocess.run([*shell, "-n", file], check=False).returncode == 0


def test_no_environment_variable_overwrites_a_setting(tmp_path: Path, shell: tuple[str, ...]) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    pod.env.update(dict.fromkeys((*EXAMPLE_SETTINGS, "LOCAL", "HOOK_LOG"), "tcp://10.96.0.99:6379"))
    pod.env.update(
        CALL_SECONDS="tcp://x", CONFIG_DIR="/nowhere", began="x", told="x", REDIS_ADDRESSES="6.6.6.6"
    )
    shown = pod.call("; ".join(f'echo "${name}"' for name in (*EXAMPLE_SETTINGS, "CALL_SECONDS")), shell)
    expected = {**EXAMPLE_SETTINGS, "DATA_DIR": str(pod.data), "CALL_SECONDS": "2"}
    assert shown.stdout.splitlines() == list(expected.values())
    assert "tcp:" not in pod.run("redis-alive.sh", shell).stdout


def test_no_script_gives_a_setting_a_default_from_the_environment() -> None:
    for file in FILES:
        for name in EXAMPLE_SETTINGS:
            assert f"${{{name}:" not in file.read_text().replace("${REDIS_PORT:=6379} would not hold", "")


def test_addresses_come_from_the_environment_of_the_pod(tmp_path: Path, shell: tuple[str, ...]) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    shown = pod.call('find_members && echo "$REDIS_ADDRESSES" && echo "$SENTINEL_ADDRESSES"', shell).stdout
    assert shown.split() == list(ADDRESSES.values())


@pytest.mark.parametrize(
    "address",
    ["", "6379", "tcp://1.2.3.4", "1.2.3", "1.2.3.4.5", "1.2.3.4 5.6.7.8", "$(id)", "mymaster", ":"],
)
def test_a_hostile_or_empty_address_is_refused(tmp_path: Path, shell: tuple[str, ...], address: str) -> None:
    pod = make_pod(tmp_path, "redis-0", {**ADDRESSES, "redis-1": address})
    # DNS is the fall-back, and there is none for this name.
    assert pod.call("find_members", shell).returncode != 0
    assert pod.call(f"is_ip_literal '{address}'", shell).returncode != 0


@pytest.mark.parametrize("address", ["10.96.0.10", "fd00::1", "2001:db8::96:0", "::ffff:10.0.0.1"])
def test_literals_of_both_families_are_addresses(
    tmp_path: Path, shell: tuple[str, ...], address: str
) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    assert pod.call(f"is_ip_literal '{address}'", shell).returncode == 0


def test_in_hostname_mode_the_names_themselves_are_the_addresses(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    names = " ".join(f"{pod}.redis-headless.shop.svc.cluster.local" for pod in REDIS)
    pod = make_pod(tmp_path, "redis-0", {}, settings={"ADDRESSING": "hostname", "REDIS_HOSTS": names})
    assert pod.call('find_members; echo "$REDIS_ADDRESSES"', shell).stdout.strip() == names


def test_a_service_that_was_made_again_is_found_by_the_name_of_its_pod(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    assert pod.call("find_members; remember_members", shell).returncode == 0
    pod.env.update({f"REDIS_{i}_SERVICE_HOST": f"10.96.7.{i}" for i in range(3)})
    shown = pod.call(
        "find_members; address_today 10.96.0.11; address_today 10.96.7.2; address_today 6379", shell
    )
    assert shown.stdout.split() == ["10.96.7.1", "10.96.7.2"]
    assert shown.returncode != 0


def test_votes_among_the_highest_epoch_and_not_the_order_of_lines(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    lines = ["sentinel a 4 10.96.0.12 o_down,master,failover_in_progress 5000",
             "sentinel b 4 10.96.0.10 master 5000", "sentinel c 4 10.96.0.10 master 5000"]  # fmt: skip
    for turned in (lines, lines[::-1]):
        text = "\n".join(turned)
        assert pod.call(f"printf '%s\\n' '{text}' | tally", shell).stdout.split() == ["3", "10.96.0.10", "1"]


def test_in_a_tie_the_leader_of_a_failover_is_the_one_who_does_not_know_yet(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    """Two of three answer while a node is drained, and the one that leads names the old master to its end."""
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    for old, new in (("10.96.0.10", "10.96.0.12"), ("10.96.0.12", "10.96.0.10")):
        leads = f"sentinel a 4 {old} master,failover_in_progress,force_failover 5000"
        for epoch, named in ((4, new), (3, old)):
            text = f"{leads}\nsentinel b {epoch} {new} master 5000\nsentinel c silent"
            assert pod.call(f"printf '%s\\n' '{text}' | tally", shell).stdout.split() == ["2", named, "1"]


def test_a_pod_that_is_none_of_the_members_says_so(tmp_path: Path, shell: tuple[str, ...]) -> None:
    pod = make_pod(tmp_path, "redis-7", ADDRESSES)
    for script in ("redis-start.sh", "sentinel-start.sh"):
        done = pod.run(script, shell)
        assert done.returncode == 1
        assert "none of redis" in done.stderr


def test_the_entry_point_of_the_image_starts_the_server(tmp_path: Path, shell: tuple[str, ...]) -> None:
    """It adds the modules of Redis 8; Sentinel does not need it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "docker-entrypoint.sh").write_text('#!/bin/sh\necho "entry point: $*"\n')
    (tools / "docker-entrypoint.sh").chmod(0o755)
    one = {"REDIS_PODS": "redis-0", "REDIS_HOSTS": "redis-0.shop.svc.cluster.local"}
    pod = make_pod(tmp_path, "redis-0", {**ADDRESSES, "redis-0": "127.0.7.100"}, settings=one)
    pod.env["PATH"] = f"{tools}:{pod.env['PATH']}"
    done = pod.run("redis-start.sh", shell)
    assert done.stdout == f"entry point: redis-server {pod.data}/redis.conf\n"
    assert "master: first start" in done.stderr
    assert (pod.data / "redis.conf").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("missing", ["redis.conf", "volume"])
def test_a_start_that_cannot_write_its_configuration_says_so_and_starts_nothing(
    tmp_path: Path, shell: tuple[str, ...], missing: str
) -> None:
    one = {"REDIS_PODS": "redis-0", "REDIS_HOSTS": "redis-0.shop.svc.cluster.local"}
    pod = make_pod(tmp_path, "redis-0", {**ADDRESSES, "redis-0": "127.0.7.101"}, settings=one)
    if missing == "volume":
        (pod.data / "redis.conf.new").symlink_to("/dev/full")
    else:
        (pod.config / "redis.conf").unlink()
    done = pod.run("redis-start.sh", shell)
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert not (pod.data / "redis.conf").exists()
