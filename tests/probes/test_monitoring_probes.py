"""A real Prometheus over a real exporter passes what is asked of it, and each check sees its fault."""

from __future__ import annotations

import asyncio
import copy
import json
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from commandline import redismanifests
from monitoring.series import free_port
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.index import MONITORING_PROBES
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.live.dump import Dump
from redismanifests.prove.rehearse.bench.substitution import exporter_program
from redismanifests.prove.verification.asking import of_dump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from redismanifests.prove.checks.probe import Outcome

PROFILE = """
name: redis
namespace: shop
monitoring: {enabled: true, rules: RULES, dashboards: {enabled: true, operator: {instanceSelector: {a: b}}}}
"""
PODS = [f"redis{kind}-{number}" for kind in ("", "-sentinel") for number in range(3)]
LIMIT_S = 60.0


def _objects(rules: str = "configMap") -> list[Any]:
    text = PROFILE.replace("RULES", rules)
    found = review_of(source_from_text("p.yaml", text)).accepted().objects
    return [copy.deepcopy(dict(each.manifest)) for each in found]


def _groups(objects: Sequence[Any]) -> list[Any]:
    for each in objects:
        if each["kind"] == "PrometheusRule":
            return list(each["spec"]["groups"])
    (text,) = next(each["data"].values() for each in objects if each["metadata"]["name"] == "redis-alerts")
    return list(yaml.safe_load(text)["groups"])


class Watch(NamedTuple):
    """What a Prometheus is given."""

    groups: list[Any]
    pods: list[str]
    """Scraped with their labels."""
    down: list[str]
    """Whose target refuses the connection."""


class Programs:
    """Starts one server, one exporter, and a Prometheus for each watch."""

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        self._folder = folder
        self._ends = ends
        redis, self._exporter = free_port(), free_port()
        self.began: dict[str, str] = {}
        self.redis = self.begin("redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "")
        program = exporter_program()
        assert program
        self.begin(
            program,
            f"--redis.addr=redis://127.0.0.1:{redis}",
            f"--web.listen-address=127.0.0.1:{self._exporter}",
        )

    def begin(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._ends.callback(process.wait)
        self._ends.callback(process.kill)
        return process

    def prometheus(self, watch: Watch) -> str:
        """Its address, once it has scraped and evaluated."""
        port, folder = free_port(), self._folder / f"prometheus-{len(self.began)}"
        folder.mkdir()
        nowhere = free_port()
        targets = [
            {
                "targets": [f"127.0.0.1:{nowhere if pod in watch.down else self._exporter}"],
                "labels": {"namespace": "shop", "pod": pod},
            }
            for pod in watch.pods
        ]
        groups = [{**group, "interval": "1s"} for group in watch.groups]
        (folder / "rules.yaml").write_text(json.dumps({"groups": groups}), "utf-8")
        wanted = {
            # A machine that does much else answers a scrape late, and one that fails is a fault here.
            "global": {"scrape_interval": "4s", "scrape_timeout": "4s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "rules.yaml")],
            "scrape_configs": [{"job_name": "redis", "static_configs": targets}],
        }
        (folder / "prometheus.yaml").write_text(json.dumps(wanted), "utf-8")
        self.begin(
            "prometheus",
            f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        )
        url = f"http://127.0.0.1:{port}"
        self.began[url] = str(folder)
        up = len(watch.pods) - len(watch.down)
        self.until(url, f"count(redis_up) == {up}" if up else "vector(1)", evaluated=bool(watch.groups))
        # Every rule over what was scraped: an evaluation may have begun before the last scrape.
        self.evaluated(url, time.time() + 1.0)
        return url

    @staticmethod
    def evaluated(url: str, since: float) -> None:
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            with urllib.request.urlopen(f"{url}/api/v1/rules") as rules:
                groups = json.load(rules)["data"]["groups"]
            ats = [rule["lastEvaluation"] for group in groups for rule in group["rules"]]
            if all(datetime.fromisoformat(at).timestamp() > since for at in ats):
                return
            time.sleep(0.2)
        raise AssertionError(f"{url} did not evaluate its rules within {LIMIT_S:g} s")

    @staticmethod
    def until(url: str, query: str, *, evaluated: bool) -> None:
        end = time.monotonic() + LIMIT_S
        asked = urllib.request.quote(query)  # type: ignore[attr-defined]
        while time.monotonic() < end:
            with (
                suppress(OSError, KeyError),
                urllib.request.urlopen(f"{url}/api/v1/query?query={asked}") as answer,
            ):
                if json.load(answer)["data"]["result"]:
                    with urllib.request.urlopen(f"{url}/api/v1/rules") as rules:
                        groups = json.load(rules)["data"]["groups"]
                    healths = {rule["health"] for group in groups for rule in group["rules"]}
                    if "unknown" not in healths and bool(healths) == evaluated:
                        return
            time.sleep(0.2)
        raise AssertionError(f"{url} did not answer {query} within {LIMIT_S:g} s")


@pytest.fixture(scope="module")
def programs(
    tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str, str], str]
) -> Iterator[Programs]:
    require_tool("prometheus", "Debian: prometheus")
    require_tool("redis-server", "Debian: redis-server")
    if exporter_program() is None:
        require_tool("prometheus-redis-exporter", "Debian: prometheus-redis-exporter")
    with ExitStack() as ends:
        yield Programs(tmp_path_factory.mktemp("monitoring"), ends)


@pytest.fixture(scope="module")
def healthy(programs: Programs) -> str:
    return programs.prometheus(Watch(_groups(_objects()), PODS, []))


def _live(objects: Sequence[Any]) -> list[Any]:
    """As a cluster has them whose Grafana Operator has done its work."""
    live = copy.deepcopy(list(objects))
    for each in live:
        if each["kind"] == "GrafanaDashboard":
            each["status"] = {"conditions": [{"type": "DashboardSynchronized", "status": "True"}]}
    return live


def asked(
    url: str, live: Sequence[Any] | None = None, objects: Sequence[Any] | None = None
) -> Mapping[str, Outcome]:
    objects = objects or _objects()
    dump = Dump(list(_live(objects) if live is None else live), "shop")
    seen = asyncio.run(of_dump(dump, Desired.of(objects), MONITORING_PROBES, url))
    return {each.code: each for each in seen.outcomes}


def test_a_prometheus_with_the_rendered_rules_and_every_pod_passes(healthy: str) -> None:
    for rules in ("configMap", "prometheusRule"):
        found = asked(healthy, objects=_objects(rules))
        assert [(code, each.status, each.facts) for code, each in found.items()] == [
            (code, Status.PASSED, ()) for code in ("PB205", "PB206", "PB207")
        ]
        assert all(each.evidence for each in found.values())


def test_a_prometheus_without_rules_and_targets_is_told_as_such(programs: Programs) -> None:
    found = asked(programs.prometheus(Watch([], [], [])))
    assert found["PB205"].facts == ("none of 26 alerts is loaded",)
    assert [fact.partition(":")[0] for fact in found["PB206"].facts] == [
        f"{pod} is not scraped" for pod in PODS
    ]


def test_rules_of_another_render_a_failing_rule_and_a_pod_that_is_down_are_named(programs: Programs) -> None:
    groups = _groups(_objects())
    rules = {rule.get("alert"): rule for rule in groups[0]["rules"]}
    rules["RedisReplicaMissing"]["expr"] = rules["RedisReplicaMissing"]["expr"].replace("< 2", "< 4")
    rules["RedisServerDown"]["for"] = "7s"
    # Two series of one pod: joined one to one, this fails when it is evaluated.
    rules["RedisSentinelTilt"]["expr"] = "redis_up + on () redis_up"
    groups[0]["rules"].remove(rules["RedisFailedOver"])
    found = asked(programs.prometheus(Watch(groups, PODS[1:], PODS[1:2])))
    assert found["PB205"].status is Status.FAILED
    missing, broken, other = found["PB205"].facts
    assert missing == "not loaded: RedisFailedOver"
    assert broken.startswith("RedisSentinelTilt cannot be evaluated: ")
    assert set(other.partition(": ")[2].split(", ")) == {
        "RedisReplicaMissing",
        "RedisServerDown",
        "RedisSentinelTilt",
    }
    absent, refused = found["PB206"].facts
    assert absent.startswith("redis-0 is not scraped: of 5 targets none has the labels")
    assert refused.startswith("redis-1 is not scraped: ")
    assert "refused" in refused


def test_dashboards_that_are_missing_changed_or_in_no_grafana_are_named(healthy: str) -> None:
    objects = _objects()
    live = _live(objects)
    of = {(each["kind"], each["metadata"]["name"]): each for each in live}
    board = of["ConfigMap", "redis-dashboard"]
    del board["metadata"]["labels"]["grafana_dashboard"]
    board["data"] = {"other.json": "{}"}
    of["GrafanaDashboard", "redis-dashboard"]["status"]["conditions"][0] |= {
        "status": "False",
        "message": "no Grafana",
    }
    assert asked(healthy, live)["PB207"].facts == (
        "ConfigMap redis-dashboard lacks the labels grafana_dashboard=1",
        "ConfigMap redis-dashboard has another dashboard than rendered",
        "GrafanaDashboard redis-dashboard is in no Grafana: no Grafana",
    )
    gone = [each for each in live if not each["metadata"]["name"].endswith("dashboard")]
    assert asked(healthy, gone)["PB207"].facts == ("ConfigMap redis-dashboard is not there",)


@pytest.mark.parametrize("what", ["nothing listens", "no Prometheus"])
def test_what_is_no_prometheus_verifies_nothing(what: str, tmp_path: Path) -> None:
    with ExitStack() as ends:
        port = free_port()
        if what == "no Prometheus":
            other = subprocess.Popen(
                [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)],
                cwd=tmp_path,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            ends.callback(other.wait)
            ends.callback(other.kill)
        time.sleep(0.5)
        found = asked(f"http://127.0.0.1:{port}")
    for code in ("PB205", "PB206"):
        assert found[code].status is Status.NOT_VERIFIED
        assert "gave no answer of a Prometheus" in found[code].facts[0]
    assert found["PB207"].status is Status.PASSED


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--prometheus", "prometheus:9090"), "is no address of a Prometheus"),
        (("--prometheus", "http://a:b@c:9090"), "a password on a command line"),
        (("--prometheus", "http://c:9090", "--rehearse"), "no one watches a rehearsal"),
        (("--select", "PB205"), "asks a Prometheus: name it with --prometheus"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE.replace("RULES", "configMap"), "utf-8")
    done = redismanifests("verify", "p.yaml", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


def test_the_command_reports_what_prometheus_says(healthy: str, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE.replace("RULES", "configMap"), "utf-8")
    (tmp_path / "live.json").write_text(json.dumps({"kind": "List", "items": _live(_objects())}), "utf-8")
    command = (
        "verify",
        "p.yaml",
        "--dump",
        "live.json",
        "--prometheus",
        healthy,
        "--select",
        "PB20",
        "--format",
        "json",
    )
    done = redismanifests(*command, cwd=tmp_path)
    outcomes = json.loads(done.stdout)["outcomes"]
    assert {each["code"]: each["status"] for each in outcomes if each["code"] > "PB204"} == {
        "PB205": "passed",
        "PB206": "passed",
        "PB207": "passed",
    }
