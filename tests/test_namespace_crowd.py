"""Services of one namespace are counted wherever they are known from; their variables are as large as Linux says."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.namespace.crowd import CROWDED, FULL, crowd
from redismanifests.judge.review import Shared, findings_together, review_of, shared

if TYPE_CHECKING:
    from pathlib import Path

CODES = {"RM224", "RM225"}


def _profile(name: str, more: str = "") -> str:
    return f"name: {name}\nnamespace: shop\n{more}"


def _service(name: str, ports: int = 1, **spec: Any) -> dict[str, Any]:
    made = [{"name": f"port-{number}", "port": 6000 + number, "protocol": "TCP"} for number in range(ports)]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": made, **spec},
    }


def _variables(service: dict[str, Any], address: str) -> dict[str, str]:
    """As the kubelet makes them (pkg/kubelet/envvars), written a second time."""
    name = service["metadata"]["name"].upper().replace("-", "_")
    ports = service["spec"]["ports"]
    found = {f"{name}_SERVICE_HOST": address, f"{name}_SERVICE_PORT": str(ports[0]["port"])}
    found[f"{name}_PORT"] = f"tcp://{address}:{ports[0]['port']}"
    for port in ports:
        found[f"{name}_SERVICE_PORT_{port['name'].upper().replace('-', '_')}"] = str(port["port"])
        base = f"{name}_PORT_{port['port']}_TCP"
        found[base] = f"tcp://{address}:{port['port']}"
        found |= {f"{base}_PROTO": "tcp", f"{base}_PORT": str(port["port"]), f"{base}_ADDR": address}
    return found


@pytest.mark.parametrize("ports", [1, 2, 5])
def test_a_service_is_as_large_as_the_variables_that_the_kubelet_makes_of_it(ports: int) -> None:
    service = _service("orders-redis-0", ports, clusterIP="10.96.14.7")
    words = [f"{key}={value}" for key, value in _variables(service, "10.96.14.7").items()]
    assert crowd([service]) == (1, sum(len(word) + 1 + 8 for word in words))


def test_a_service_without_an_address_has_no_variables() -> None:
    without = [_service("a", clusterIP="None"), _service("b", type="ExternalName"), _service("c", ports=0)]
    assert crowd([*without, {"kind": "ConfigMap"}]) == (0, 0)


@pytest.mark.parametrize(("octets", "starts"), [(FULL, True), ((2 << 20) + 4096, False)])
def test_no_program_starts_beyond_the_bound(octets: int, starts: bool) -> None:
    services = [_service(f"orders-redis-{number:04}") for number in range(8000)]
    variables: dict[str, str] = {}
    size = 0
    for number, service in enumerate(services):
        made = _variables(service, f"10.96.{number // 250}.{number % 250}")
        size += sum(len(key) + len(value) + 2 + 8 for key, value in made.items())
        if size > octets:
            break
        variables |= made
    variables |= {"PAD": "x" * 4000} if not starts else {}
    run = ["/bin/sh", "-c", "ulimit -s"]
    try:
        assert starts is (
            subprocess.run(run, env=variables, check=False, capture_output=True).returncode == 0
        )
    except OSError as error:
        assert not starts, error


@pytest.mark.parametrize(("number", "code"), [(1, None), (20, None), (100, "RM224"), (650, "RM225")])
def test_profiles_of_one_run_are_counted_together(number: int, code: str | None) -> None:
    one = review_of(source_from_text("p.yaml", _profile("orders")))
    found = findings_together([shared(one)] * number)
    assert [each.code for each in found] == ([code] if code else [])
    if code:
        assert f"{number} profiles of this run share the namespace shop" in found[0].fact


def test_host_names_and_other_namespaces_are_not_counted() -> None:
    names = review_of(source_from_text("p.yaml", _profile("orders", "addressing: {mode: hostname}\n")))
    assert not _codes([shared(names)] * 900)
    spread = [
        review_of(source_from_text("p.yaml", f"name: orders\nnamespace: shop-{number}\n"))
        for number in range(3)
    ]
    assert not _codes([shared(each) for each in spread] * 30)


def _codes(run: list[Shared]) -> list[str]:
    return [each.code for each in findings_together(run) if each.code in CODES]


def _limits(folder: Path, used: int, more: str = "") -> Path:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "all", "namespace": "shop"},
        "spec": {"hard": {"services": "9000"}},
        "status": {"hard": {"services": "9000"}, "used": {"services": str(used)}},
    }
    (folder / "limits.yaml").write_text(json.dumps(quota), encoding="utf-8")
    profile = folder / "profile.yaml"
    profile.write_text(_profile("orders", f"limits: [limits.yaml]\n{more}"), encoding="utf-8")
    return profile


@pytest.mark.parametrize(
    ("used", "more", "code"),
    [
        (0, "", None),
        (200, "", None),
        (2900, "", "RM224"),
        (8000, "", "RM225"),
        (8000, "addressing: {mode: hostname}\n", None),
    ],
)
def test_what_a_quota_counts_is_counted(tmp_path: Path, used: int, more: str, code: str | None) -> None:
    done = redismanifests("check", "--format", "json", _limits(tmp_path, used, more))
    found = {each["code"]: each for each in json.loads(done.stdout)}
    assert found.keys() & CODES == ({code} if code else set())
    assert done.returncode == (1 if code == "RM225" else 0)
    if code:
        assert f"ResourceQuota all counts {used} Services" in found[code]["fact"]


@pytest.mark.parametrize(("number", "code"), [(10, None), (1500, "RM224"), (4000, "RM225")])
def test_services_that_are_deployed_are_counted(tmp_path: Path, number: int, code: str | None) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(_profile("orders"), encoding="utf-8")
    services = [
        _service(f"another-application-{index}", 2, clusterIP="10.96.14.7") for index in range(number)
    ]
    for each in services:
        each["metadata"]["namespace"] = "shop"
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": services}), encoding="utf-8")
    done = redismanifests("check", "--format", "json", "--against", dump, profile)
    found = {each["code"] for each in json.loads(done.stdout)}
    assert found & CODES == ({code} if code else set())


def test_the_bounds_are_in_order() -> None:
    assert 0 < CROWDED < FULL < 2 << 20
