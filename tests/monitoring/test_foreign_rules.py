"""Rules of someone else's: read in every form, refused with place and reason, and judged by what they did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from commandline import redismanifests
from monitoring.promtool import facts, needs_promtool, profile
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse.alerts.foreign import LONGEST_S, MARK, prepared, reads
from redismanifests.prove.rehearse.alerts.heard import ForeignAlert, Heard, heard
from redismanifests.prove.rehearse.alerts.order import INTERVAL_S, order
from redismanifests.prove.rehearse.alerts.rulefile import rule_files, seconds
from redismanifests.prove.rehearse.alerts.verdict import verdicts
from redismanifests.prove.rehearse.result import Result

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = [
    {
        "name": "redis",
        "interval": "1m",
        "rules": [
            {"record": "redis:up:sum", "expr": "sum(redis_up)"},
            {"alert": "RedisDown", "expr": "redis_up == 0", "for": "5m", "labels": {"severity": "critical"}},
            {"alert": "RedisDown", "expr": "redis_up == 0", "labels": {"severity": "warning"}},
        ],
    }
]
OBJECT = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "redis"},
    "spec": {"groups": GROUPS},
}
OTHER = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}}
FORMS = {
    "a plain file": [{"groups": GROUPS}],
    "an object": [OBJECT],
    "several documents": [OTHER, OBJECT, {"groups": GROUPS}, None],
    "a list of objects": [{"apiVersion": "v1", "kind": "List", "items": [OBJECT, OTHER, OBJECT]}],
}


def _file(tmp_path: Path, *documents: object) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump_all(documents), "utf-8")
    return path


@needs_promtool
@pytest.mark.parametrize("form", FORMS)
def test_rules_are_read_in_every_form(form: str, tmp_path: Path) -> None:
    (found,) = rule_files([_file(tmp_path, *FORMS[form])])
    assert [rule["expr"] for group in found.groups for rule in group["rules"]].count("sum(redis_up)") in (
        1,
        2,
    )
    text, alerts = prepared([found], facts())
    assert len({each.mark for each in alerts}) == len(alerts) >= 2
    made = json.loads(text)["groups"]
    assert len({group["name"] for group in made}) == len(made)
    assert all("interval" not in group for group in made)


REFUSED: dict[str, tuple[Any, str]] = {
    "a profile": ({"name": "redis", "namespace": "shop"}, "neither groups nor a kind"),
    "a list": ([1], "a document is a list, not a mapping"),
    "no rules": (OTHER, "has no alerting rule"),
    "only recorded series": (
        {"groups": [{"name": "a", "rules": [{"record": "a:b", "expr": "1"}]}]},
        "no alerting",
    ),
    "groups that are none": ({"groups": {"a": 1}}, "groups is a mapping, not a list"),
    "no spec": ({**OBJECT, "spec": None}, "a PrometheusRule has no spec"),
    "a rule without a name": (
        {"groups": [{"name": "a", "rules": [{"expr": "1"}]}]},
        "groups[0].rules[0] has 0 of",
    ),
    "no expression": (
        {"groups": [{"name": "a", "rules": [{"alert": "A"}]}]},
        "groups[0].rules[0] has no expr",
    ),
    "no duration": (
        {"groups": [{"name": "a", "rules": [{"alert": "A", "expr": "1", "for": "5 minutes"}]}]},
        "groups[0].rules[0].for: '5 minutes' is no duration",
    ),
    "no PromQL": (
        {"groups": [{"name": "a", "rules": [{"alert": "A", "expr": "sum(redis_up{)"}]}]},
        'promtool refuses it: group "a", rule 1, "A": could not parse expression: 1:14',
    ),
    "a bad label": (
        {"groups": [{"name": "a", "rules": [{"alert": "A", "expr": "1", "labels": {"a-b": "c"}}]}]},
        "invalid label name",
    ),
}


@needs_promtool
@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_file_is_refused_with_place_and_reason_before_anything_starts(
    what: str, tmp_path: Path
) -> None:
    content, said = REFUSED[what]
    path = _file(tmp_path, content)
    done = redismanifests("rehearse", "no-such-profile.yaml", "--rules", path, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    # The profile is looked at later.
    assert "no-such-profile" not in done.stderr
    assert str(path) in done.stderr
    assert said in " ".join(done.stderr.split())


def test_without_promtool_prometheus_is_left_to_judge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    content, _ = REFUSED["no PromQL"]
    assert rule_files([_file(tmp_path, content)])
    with pytest.raises(RedismanifestsError, match="is no duration"):
        rule_files([_file(tmp_path, REFUSED["no duration"][0])])


@pytest.mark.parametrize(
    ("text", "wanted"), [("5m", 300), ("1h30m", 5400), ("1d", 86400), ("500ms", 0.5), (0, 0), (None, 0)]
)
def test_durations_of_prometheus_are_read(text: object, wanted: float) -> None:
    assert seconds(text) == wanted


@pytest.mark.parametrize("text", ["", "5", "m", "5m1h", "1.5h", "-5m", True, [], 5])
def test_what_is_no_duration_of_prometheus_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds(text)


READ = {
    'sum(redis_instance_info{role="master"}) < 1': {"redis_instance_info"},
    "count without (instance, job) (a) - sum without (instance) (a) - 1 > 0": {"a"},
    "changes(a[1m]) > 1 and on (pod) b offset 5m": {"a", "b"},
    'x{a="}"} / y > 1e3 or vector(0)': {"x", "y"},
    '{__name__="a_b", x="y"} unless (a:c @ start()) # and not d': {"a_b", "a:c"},
    "a * on (pod) group_left (node) b == bool Inf": {"a", "b"},
    "absent(up)\n": {"up"},
}


@pytest.mark.parametrize("expression", READ)
def test_series_that_an_expression_reads_are_named(expression: str) -> None:
    assert reads(expression) == READ[expression]


def test_a_wait_is_shortened_but_not_below_a_failover_nor_above_a_minute(tmp_path: Path) -> None:
    waits = {"0s": 0.0, "5s": 5.0, "1m": 0.0, "5m": 300 / 7.5, "1h": LONGEST_S}
    rules = [{"alert": f"A{at}", "expr": "1", "for": wait} for at, wait in enumerate(waits)]
    files = rule_files([_file(tmp_path, {"groups": [{"name": "a", "rules": rules}]})])
    asked = order(profile(), "quiet", files)
    outage = facts().outage_s + 2 * INTERVAL_S
    waits["1m"] = outage
    assert 8 < outage < 40
    assert {each.alert: each.wait_s for each in asked.foreign} == pytest.approx(
        {f"A{at}": wait for at, wait in enumerate(waits.values())}
    )
    assert asked.patience_s > LONGEST_S + outage
    assert order(profile(), "quiet").patience_s == 0
    assert all(MARK in rule["labels"] for rule in json.loads(asked.foreign_rules)["groups"][0]["rules"])


def _rule(mark: str, *series: str) -> ForeignAlert:
    return ForeignAlert("rules.yaml", f"Alert{mark}", mark, 0, 0, series)


def test_what_fires_on_from_before_the_fault_has_not_fired_for_it() -> None:
    firing = {"1": [90.0, 92.0], "2": [96.0, 98.0, 100.0, 102.0], "3": [90.0, 110.0, 112.0]}
    rules = [_rule("0", "a", "gone"), *map(_rule, "123")]
    found = list(heard(rules, firing, 99.0, {"a"}, 2.0))
    assert [(each.healthy, each.after_s) for each in found] == [
        (False, None),
        (True, None),
        (True, None),
        (True, 11.0),
    ]
    assert found[0].missing == ("gone",)


def test_a_verdict_counts_runs_and_names_scenarios() -> None:
    rule = _rule("0", "a", "b")

    def run(scenario: str, healthy: bool, after: float | None, *missing: str) -> Result:
        return Result(scenario, (), (), (), foreign=(Heard(rule, healthy, after, missing),))

    (found,) = verdicts(
        [
            run("replicas-held", False, 12.0, "a", "b"),
            run("replicas-held", False, None, "b"),
            run("redis-rolled", True, 3.0, "b"),
            run("quiet", False, None, "a", "b"),
        ]
    )
    assert (found.healthy, found.runs, found.silent, found.missing) == (1, 4, ("quiet",), ("b",))
    held, rolled = found.fires
    assert (held.scenario, held.fired, held.runs, held.first_s, held.planned) == (
        "replicas-held",
        1,
        2,
        12.0,
        False,
    )
    assert rolled.planned
