"""The scripts as files, the settings, and the addresses: what must hold before anybody is asked."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from .conftest import EXAMPLE_SETTINGS, REDIS, SCRIPTS, SENTINELS, make_pod, require

if TYPE_CHECKING:
    from pathlib import Path

ADDRESSES = {pod: f"10.96.0.{i + 10}" for i, pod in enumerate((*REDIS, *SENTINELS))}
WHAT_PODS_RUN = (
    *(("redis", what) for what in ("start", "alive", "ready", "handover")),
    *(("sentinel", what) for what in ("start", "alive", "ready", "leave")),
)
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


def test_no_redirection_of_a_special_builtin_can_end_a_script() -> None:
    """POSIX 2.8.1: where it fails, the shell ends. One in a shell of its own, and one that was tried, are safe."""
    names = "[:.]|break|continue|eval|exec|exit|export|readonly|return|set|shift|times|trap|unset"
    begun = r"(?:^|[;&|{(!]|\b(?:then|else|do))\s*"
    special = rf"{begun}(?:{names})\s(?:[^#;&|]|\d>&\d)*[<>](?!/dev/null)[\"$/]"
    lines = [line.strip() for file in FILES for line in file.read_text().splitlines()]
    assert [line for line in lines if re.search(special, line)] == [
        'to_container_log() { if (: >>"$HOOK_LOG") 2>/dev/null; then exec 2>>"$HOOK_LOG"; fi; }'
    ]


@pytest.mark.parametrize(
    ("pod_name", "script", "does"),
    [
        ("redis-0", "redis-handover.sh", "no hand-over, INFO was answered by"),
        ("redis-sentinel-0", "sentinel-leave.sh", "an address of a member is not known: leaving as I am"),
    ],
)
def test_a_hook_does_its_work_where_the_log_of_the_container_cannot_be_opened(
    tmp_path: Path, shell: tuple[str, ...], pod_name: str, script: str, does: str
) -> None:
    known = ADDRESSES if pod_name == "redis-0" else {}
    pod = make_pod(
        tmp_path,
        pod_name,
        known,
        settings={"HOOK_LOG": "/nowhere/log", "LOCAL": "127.0.0.1", "REDIS_PORT": "9"},
    )
    done = pod.run(script, shell)
    assert done.returncode == 0
    assert does in done.stderr


def test_a_server_that_takes_no_certificate_is_alive_where_the_log_of_the_container_cannot_be_opened(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES, settings={"HOOK_LOG": "/nowhere/log"})
    said = "SSL_connect failed: certificate has expired"
    done = pod.call(f"CLI='redis-cli --tls '; refuses_certificates '{said}' && echo alive", shell)
    assert done.stdout == "alive\n"
    assert said in done.stderr


def test_no_duration_is_measured_by_the_clock_of_the_wall() -> None:
    """Only a line of a log tells the time of the day; and backups and segments, named after it and removed by age."""
    log = 'log() { printf \'%s [%s] %s\\n\' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${0##*/}" "$*" >&2; }'
    lines = [(file, line) for file in SCRIPTS.parent.rglob("*.sh") for line in file.read_text().splitlines()]
    # With -d it writes a moment another way, and reads no clock.
    asking = [
        (file, line) for file, line in lines if re.search(r"\bdate\b(?! -u -d )", line.partition("#")[0])
    ]
    assert [line for file, line in asking if file.parent.name not in ("backup", "segments")] == [log]
    moments = [line.strip() for file, line in asking if file.parent.name == "segments"]
    assert set(moments) == {"now=$(date +%s)"}
    segments = [line for file, line in lines if file.parent.name == "segments"]
    assert [line for line in segments if re.search(r"\bnow - (?!KEEP_SECONDS|LATE_SECONDS)", line)] == []
    assert [line for _, line in asking if "_until" in line or "sleep" in line] == []


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_wait_is_as_long_when_the_clock_of_the_wall_is_stepped(
    tmp_path: Path, shell: tuple[str, ...], step: int
) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    stepped = f"date() {{ case $1 in +%s) echo $(($(command date +%s) + {step})) ;; esac; }}"
    told = 'facts() { echo "waited $1"; }; tell() { read -r _ waited; echo "wait $waited"; }'
    shown = pod.call(f'{stepped}; {told}; sleep 1.2; deliberate tell; echo "$reason"', shell).stdout
    assert shown.strip() in {"1", "2"}


@pytest.mark.parametrize(
    "seen_last",
    [
        *("", "1 90 60 0", "1 90 5000 4990", "1 90 1764400000 1764400000", "1 90 60 1764400000"),
        *("1 90 60 0 7", "1 90 5000 4990 7", "1 90 60 1764400000 7"),
    ],
)
def test_a_link_that_spins_is_cured_at_the_second_look_whatever_uptime_the_file_is_of(
    tmp_path: Path, shell: tuple[str, ...], seen_last: str
) -> None:
    """The file is on the volume: it may be of a node that started long before this one did."""
    pod = make_pod(tmp_path, "redis-sentinel-0", ADDRESSES)
    if seen_last:
        (pod.data / "ticks").write_text(seen_last + "\n")
    look = "seconds() { echo $at; }; ticks() { echo 1 $used $slept; }; reopen_links() { echo OK; }"
    text = f'. "$CONFIG_DIR/sentinel-links.sh"; {look}'
    idle = pod.call(f"{text}; at=100 used=91 slept=1000; cure_spin master", shell)
    busy = pod.call(f"{text}; at=105 used=300 slept=1000; cure_spin master", shell)
    assert idle.stdout == idle.stderr == ""
    assert busy.stdout == "a link spins (the Sentinel never sleeps), reopening all: OK \n"


@pytest.mark.parametrize("used", [0, 5, 6, 30, 500])
@pytest.mark.parametrize("slept", [0, 9, 10, 150])
def test_a_sentinel_spins_when_it_runs_and_does_not_sleep_whatever_its_share_of_a_core(
    tmp_path: Path, shell: tuple[str, ...], used: int, slept: int
) -> None:
    """In five seconds: ticks of 10 ms used, and times that the core was given up."""
    pod = make_pod(tmp_path, "redis-sentinel-0", ADDRESSES)
    (pod.data / "ticks").write_text("1 90 100 0 1000\n")
    text = f'seconds() {{ echo 105; }}; ticks() {{ echo 1 {90 + used} {1000 + slept}; }}; spins && echo "it spins"'
    done = pod.call(f'. "$CONFIG_DIR/sentinel-links.sh"; {text}', shell)
    assert (done.stdout == "it spins\n") is (used > 5 and slept < 10)
    assert done.stderr == ""


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
        assert "kustomize (namePrefix, nameSuffix, replicas)" in done.stderr


@pytest.mark.parametrize("addressing", ["service", "hostname"])
@pytest.mark.parametrize("script", [f"{kind}-{what}.sh" for kind, what in WHAT_PODS_RUN])
def test_a_pod_in_another_namespace_than_its_settings_asks_no_member(
    tmp_path: Path, shell: tuple[str, ...], script: str, addressing: str
) -> None:
    """As kustomize leaves them: the objects moved, and the settings name the pods of the other namespace."""
    tools, asked = tmp_path / "bin", tmp_path / "asked"
    tools.mkdir()
    for tool in ("redis-cli", "getent", "redis-server"):
        (tools / tool).write_text(f'#!/bin/sh\necho "{tool} $*" >>{asked}\n')
        (tools / tool).chmod(0o755)
    pod = make_pod(tmp_path, "redis-0", ADDRESSES, settings={"ADDRESSING": addressing})
    pod.env.update(PATH=f"{tools}:{pod.env['PATH']}", POD_NAMESPACE="staging")
    done = pod.run(script, shell)
    assert done.returncode == 1
    assert "in namespace staging, and its settings are those of shop" in done.stderr
    assert "kustomize (namespace:)" in done.stderr
    assert not asked.exists() and not list(pod.data.iterdir())


def test_a_pod_that_is_older_than_its_scripts_needs_no_variable_of_theirs(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    pod = make_pod(tmp_path, "redis-0", ADDRESSES)
    del pod.env["POD_NAMESPACE"]
    assert pod.call("find_members", shell).returncode == 0


@pytest.mark.parametrize("pod_name", ["redis-1", "redis-3"])
def test_a_pod_knows_its_address_also_when_the_list_does_not_name_it_any_more(
    tmp_path: Path, shell: tuple[str, ...], pod_name: str
) -> None:
    pod = make_pod(tmp_path, pod_name, {**ADDRESSES, "redis-3": "10.96.0.77"})
    wanted = {"redis-1": "10.96.0.11", "redis-3": "10.96.0.77"}[pod_name]
    assert pod.call('own_address "$REDIS_HOSTS"', shell).stdout.strip() == wanted
    names = " ".join(f"{name}.redis-headless.shop.svc" for name in REDIS)
    by_name = make_pod(
        tmp_path / "names", pod_name, {}, settings={"ADDRESSING": "hostname", "REDIS_HOSTS": names}
    )
    shown = by_name.call('own_address "$REDIS_HOSTS"', shell).stdout.strip()
    assert shown == f"{pod_name}.redis-headless.shop.svc"


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


ALONE = {"REDIS_PODS": "redis-0", "REDIS_HOSTS": "redis-0.shop.svc.cluster.local"}


def test_a_start_without_its_template_says_so_and_starts_nothing(
    tmp_path: Path, shell: tuple[str, ...]
) -> None:
    pod = make_pod(tmp_path, "redis-0", {**ADDRESSES, "redis-0": "127.0.7.101"}, settings=ALONE)
    (pod.config / "redis.conf").unlink()
    done = pod.run("redis-start.sh", shell)
    assert done.returncode == 1
    assert "cannot read" in done.stderr
    assert not (pod.data / "redis.conf").exists()
