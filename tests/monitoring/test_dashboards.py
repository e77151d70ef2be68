"""Dashboards: what a paged person sees, in order, from series that exporters really have."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from monitoring.boards import BOARDS, PANELS, SHOWN, each_board, each_panel, filled, panel_of, selectors
from monitoring.promtool import PROMTOOL, facts, needs_promtool, profile
from monitoring.test_rendered import BASE, files, objects
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.features.alerts.alert import metrics
from redismanifests.features.alerts.contract import OTHERS, names, versions
from redismanifests.features.alerts.dashboards.deployment import ROWS, deployment
from redismanifests.features.alerts.dashboards.fleet import fleet
from redismanifests.features.alerts.dashboards.grafana import text_of
from redismanifests.features.alerts.dashboards.index import boards
from redismanifests.features.alerts.dashboards.panel import WIDTH, metrics_of
from redismanifests.features.alerts.dashboards.query import queries
from redismanifests.features.alerts.facts import WRITABLE, facts_of
from redismanifests.features.alerts.writable import writable
from redismanifests.judge.review import review_of
from redismanifests.prove.rehearse.alerts import order as orders
from redismanifests.prove.rehearse.alerts.order import order

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.features.alerts.dashboards.panel import Board, Panel

NEWEST = names(versions()[-1])
MOST_BYTES = 100 << 10
DASHBOARDS = "monitoring: {enabled: true, dashboards: {enabled: true}}\n"


def dashboard(text: str = DASHBOARDS, name: str = "redis-dashboard-configmap.yaml") -> dict[str, Any]:
    (content,) = yaml.safe_load(files(text)[name])["data"].values()
    found: dict[str, Any] = json.loads(content)
    return found


def test_the_rows_are_in_the_order_in_which_a_paged_person_looks() -> None:
    assert [row.title for row in BOARDS["dashboard"].rows] == [
        "Who is master",
        "Takes writes",
        "Replicas and lag",
        "Memory",
        "Clients",
        "Failovers",
        "Sentinels",
        "Files and disk",
        "Backups",
    ]
    assert len(ROWS) == 9


def test_grafana_gets_the_panels_in_that_order_and_none_over_another() -> None:
    panels = dashboard()["panels"]
    assert [each["id"] for each in panels] == list(range(1, len(panels) + 1))
    places = [each["gridPos"] for each in panels]
    assert [(each["y"], each["x"]) for each in places] == sorted((each["y"], each["x"]) for each in places)
    cells = [
        (x, y)
        for each in places
        for x in range(each["x"], each["x"] + each["w"])
        for y in range(each["y"], each["y"] + each["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < WIDTH


@each_board
def test_a_dashboard_is_below_100_kib(board: Board) -> None:
    assert len(text_of(board).encode()) < MOST_BYTES


def test_the_longest_names_fit_as_well() -> None:
    text = f"name: {'a' * 40}\nnamespace: {'b' * 63}\n{DASHBOARDS.replace('true}}', 'true, fleet: true}}')}"
    found = review_of(source_from_text("profile.yaml", text)).accepted().files
    sizes = [len(content) for name, content in found.items() if "dashboard" in name]
    assert len(sizes) == 2
    assert max(sizes) < MOST_BYTES


@each_board
def test_no_panel_is_by_instance_or_by_job(board: Board) -> None:
    # Prometheus puts its target's namespace over that of kube-state-metrics, unless it honours labels.
    assert not re.search(r"\b(instance|job|exported_(?!namespace)\w+)\b", " ".join(selectors(board)))
    assert not re.search(r"\b(instance|job)\b", " ".join(q.legend for p in board.panels() for q in p.queries))


@each_board
def test_every_series_is_of_the_chosen_namespace_and_deployment(board: Board) -> None:
    for panel in board.panels():
        for query in panel.queries:
            for selector in re.findall(r"[a-z_:]+(\{[^}]*\})", query.expression):
                assert re.search(r'namespace=~?"\$namespace"', selector), query.expression
                assert "$deployment" in selector, query.expression


@each_board
def test_datasource_namespace_and_deployment_are_chosen_at_the_top(board: Board) -> None:
    found = json.loads(text_of(board))
    assert [each["name"] for each in found["templating"]["list"]] == ["datasource", "namespace", "deployment"]
    uids = {panel["datasource"]["uid"] for panel in found["panels"] if panel["type"] != "row"}
    assert uids == {"${datasource}"}


def test_the_dashboard_of_a_deployment_opens_with_it() -> None:
    chosen = {
        each["name"]: each.get("current", {}).get("value") for each in dashboard()["templating"]["list"]
    }
    assert chosen == {"datasource": None, "namespace": "shop", "deployment": "redis"}


@each_panel
def test_every_series_of_a_panel_is_one_of_the_newest_exporter_or_of_another_named_source(
    panel: Panel,
) -> None:
    assert metrics_of(panel)
    assert metrics_of(panel) <= NEWEST | OTHERS


@each_panel
def test_any_letter_changed_in_a_name_of_a_panel_makes_it_unknown(panel: Panel) -> None:
    for name in metrics_of(panel):
        for place, letter in enumerate(name):
            changed = f"{name[:place]}{'x' if letter != 'x' else 'y'}{name[place + 1 :]}"
            assert changed not in NEWEST | OTHERS


@each_board
def test_what_can_be_chosen_is_from_series_that_there_are(board: Board) -> None:
    assert frozenset().union(*(metrics(each.series) for each in board.variables)) <= names(versions()[0])


@each_panel
def test_every_name_in_a_query_is_looked_at(panel: Panel) -> None:
    # A series without a selector would escape the contract.
    for query in panel.queries:
        assert set(re.findall(r"\b(?:redis|kube|deployment)[a-z_:]+", query.expression)) - {
            "deployment"
        } == set(metrics(query.expression))


@each_panel
def test_a_panel_says_what_is_seen(panel: Panel) -> None:
    assert re.fullmatch(r"[A-Z].*\.", panel.about, re.DOTALL)
    assert len(panel.about) < 250


@needs_promtool
@each_board
def test_prometheus_reads_every_query(board: Board, tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{place}", "expr": filled(expression)}
        for place, expression in enumerate(selectors(board))
    ]
    (tmp_path / "rules.yaml").write_text(
        yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8"
    )
    assert "$" not in filled("".join(selectors(board))).replace('"$1"', "")
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "check", "rules", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(rules)} rules found" in done.stdout


def test_takes_writes_is_what_the_rule_records_or_would_record() -> None:
    shown = replace(facts(), namespace="$namespace", name="$deployment")
    (query,) = panel_of("Takes writes").queries
    assert WRITABLE in query.expression
    assert query.expression.endswith(writable(shown))


def test_off_changes_no_byte() -> None:
    off = "monitoring: {enabled: true, dashboards: {enabled: false, fleet: true, folder: Redis, %s}}\n"
    operator = "operator: {instanceSelector: {dashboards: grafana}}"
    assert files(off % operator) == files("monitoring: {enabled: true}\n")
    assert files("monitoring: {enabled: false, dashboards: {enabled: true, fleet: true}}\n") == files()


def test_on_adds_files_and_changes_none() -> None:
    before, after = files("monitoring: {enabled: true}\n"), files(DASHBOARDS)
    assert after.keys() - before.keys() == {"redis-dashboard-configmap.yaml"}
    assert {name: after[name] for name in before} == before
    both = files(DASHBOARDS.replace("true}}", "true, fleet: true}}"))
    assert both.keys() - after.keys() == {"redis-fleet-dashboard-configmap.yaml"}
    assert {name: both[name] for name in after} == after


def test_the_same_profile_gives_the_same_bytes_and_another_name_another_dashboard() -> None:
    assert files(DASHBOARDS) == files(DASHBOARDS)
    shown = facts_of(profile(SHOWN))
    texts = [
        text_of(board(facts))
        for facts in (shown, replace(shown, name="other"), replace(shown, namespace="other"))
        for board in (deployment, fleet)
    ]
    assert len({json.loads(text)["uid"] for text in texts}) == len(texts)
    assert all(len(json.loads(text)["uid"]) <= 40 for text in texts)


def test_a_sidecar_finds_the_file_by_label_and_never_two_of_the_same_name() -> None:
    found = yaml.safe_load(files(DASHBOARDS)["redis-dashboard-configmap.yaml"])
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert "grafana_folder" not in found["metadata"]["annotations"]
    assert list(found["data"]) == ["shop.redis.dashboard.json"]
    folder = DASHBOARDS.replace("true}}", "true, folder: Redis, folderAnnotation: example.com/folder}}")
    annotations = yaml.safe_load(files(folder)["redis-dashboard-configmap.yaml"])["metadata"]["annotations"]
    assert annotations["example.com/folder"] == "Redis"


def test_an_object_of_the_operator_is_rendered_only_when_asked_for_and_points_at_the_file() -> None:
    assert "GrafanaDashboard" not in objects(DASHBOARDS)
    asked = objects(
        DASHBOARDS.replace("true}}", "true, folder: Redis, operator: {instanceSelector: {dashboards: g}}}}")
    )["GrafanaDashboard"]
    assert asked["apiVersion"] == "grafana.integreatly.org/v1beta1"
    assert asked["spec"] == {
        "allowCrossNamespaceImport": True,
        "instanceSelector": {"matchLabels": {"dashboards": "g"}},
        "configMapRef": {"name": "redis-dashboard", "key": "shop.redis.dashboard.json"},
        "folder": "Redis",
    }


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("operator: {instanceSelector: {}}", "it would select every Grafana"),
        ("folderAnnotation: kustomize.toolkit.fluxcd.io/substitute", "is set by redismanifests"),
        ("labels: {app: x}", "app is a label of every object"),
    ],
)
def test_what_would_be_wrong_later_is_refused(settings: str, said: str) -> None:
    text = BASE + DASHBOARDS.replace("true}}", f"true, {settings}}}}}")
    try:
        found = [*review_of(source_from_text("profile.yaml", text)).findings]
    except ProfileRefused as refused:
        found = [*refused.findings]
    assert [each for each in found if said in f"{each.fact} {each.fix}"]


def test_a_panel_that_the_exporter_cannot_serve_is_named() -> None:
    text = BASE + DASHBOARDS + "exporters: {sentinel: {image: 'oliver006/redis_exporter:v1.69.0'}}\n"
    found = [
        each.fact
        for each in review_of(source_from_text("profile.yaml", text)).findings
        if each.code == "RM271"
    ]
    assert [fact for fact in found if '"Failovers in this time range" of redis-dashboard' in fact]
    assert len(found) == 3


def test_panels_of_what_a_deployment_has_not_are_left_out() -> None:
    files = "aof: {enabled: false}, rdb: {save: []}, storage: {kind: emptyDir}"
    text = f"redis: {{minReplicasToWrite: 0, maxmemory: 0, {files}}}\n"
    board = boards(profile(BASE + DASHBOARDS + text))["dashboard"]
    panels = {panel.title: panel for panel in board.panels()}
    assert not panels.keys() & {"Left for data", "Size of the append-only file", "Last snapshot"}
    assert [row.title for row in boards(profile(BASE + DASHBOARDS + text))["dashboard"].rows][
        -1
    ] == "Sentinels"
    assert "needs none" in panels["Replicas of the master"].about


def test_a_rehearsal_asks_for_every_panel_that_its_machine_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "exporter_version", lambda: (1, 83, 0))
    all_of = {
        f"redis-{kind}: {name}" for kind, board in BOARDS.items() for name, _ in queries(board, "", "", 1)
    }
    asked = order(profile(SHOWN), "quiet")
    assert len(all_of) > len(PANELS)
    assert all_of - asked.panels.keys() == {"redis-dashboard: Files and disk: Free space of each volume"}
    assert any("kubelet_volume_stats" in note for note in asked.notes)
    monkeypatch.setattr(orders, "exporter_version", lambda: (1, 45, 0))
    old = order(profile(SHOWN), "quiet")
    assert len(old.panels) == len(asked.panels) - 7
    assert not order(profile(), "quiet").panels
