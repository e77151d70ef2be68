"""Grafana: a board as the JSON that Grafana reads, the same bytes for the same board."""

from __future__ import annotations

import json
from string import ascii_uppercase
from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import Row

if TYPE_CHECKING:
    from redismanifests.features.alerts.dashboards.panel import (
        Board,
        Panel,
        Query,
        State,
        Step,
        Variable,
    )

Json = dict[str, object]

SCHEMA_VERSION = 39
"""Of Grafana 10.4 and 11; newer ones migrate it when they load it."""
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
_LETTERS = ascii_uppercase
_DEPLOYMENT = "deployment"
"""The label by which the lines of a table differ."""


def text_of(board: Board) -> str:
    """The file of a dashboard: sorted, in ASCII, without a time or a version that would change."""
    return json.dumps(_board(board), indent=1, sort_keys=True) + "\n"


def _board(board: Board) -> Json:
    return {
        "uid": board.uid,
        "title": board.title,
        "tags": ["redis", "redismanifests"],
        "schemaVersion": SCHEMA_VERSION,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [_datasource(), *map(_variable, board.variables)]},
        "panels": _placed(board),
    }


def _datasource() -> Json:
    return {
        "name": "datasource",
        "label": "Prometheus",
        "type": "datasource",
        "query": "prometheus",
        "refresh": 1,
    }


def _variable(variable: Variable) -> Json:
    several = not variable.default
    shown: object = ["All"] if several else variable.default
    chosen: object = ["$__all"] if several else variable.default
    return {
        "name": variable.name,
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": variable.query, "refId": variable.name},
        "definition": variable.query,
        "regex": f"/{variable.pattern}/" if variable.pattern else "",
        "current": {"selected": True, "text": shown, "value": chosen},
        # With each change of the time range: a deployment that is new is there at once.
        "refresh": 2,
        "sort": 1,
        "multi": several,
        "includeAll": several,
    }


def _placed(board: Board) -> list[Json]:
    found: list[Json] = []
    for each, (x, y, width, height) in board.placed():
        made = _row(each) if isinstance(each, Row) else _panel(each, board.interval_s)
        place = {"x": x, "y": y, "w": width, "h": height}
        found.append({**made, "id": len(found) + 1, "gridPos": place})
    return found


def _row(row: Row) -> Json:
    return {"type": "row", "title": row.title, "collapsed": False, "panels": []}


def _panel(panel: Panel, interval_s: int) -> Json:
    found: Json = {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
        "targets": [
            _target(panel, query, letter, interval_s)
            for letter, query in zip(_LETTERS, panel.queries, strict=False)
        ],
    }
    if panel.kind == "table":
        _tabulate(found, panel)
    return found


def _target(panel: Panel, query: Query, letter: str, interval_s: int) -> Json:
    now = panel.kind in ("stat", "table")
    found: Json = {
        "refId": letter,
        "expr": query.expression,
        "legendFormat": query.legend,
        # The shortest window of a rate is four of these; Grafana's own is for 15 s.
        "interval": f"{interval_s}s",
        "instant": now,
        "range": not now,
    }
    return {**found, "format": "table"} if panel.kind == "table" else found


def _defaults(panel: Panel) -> Json:
    color = "thresholds" if panel.kind in ("stat", "state-timeline") else "palette-classic"
    defaults: Json = {
        "unit": panel.unit,
        "color": {"mode": color},
        "noValue": "none",
        "thresholds": _thresholds(panel.steps),
    }
    if panel.states:
        defaults["mappings"] = _mappings(panel.states)
    if panel.kind == "timeseries":
        style = "line" if panel.steps else "off"
        defaults["min"] = 0
        defaults["custom"] = {"fillOpacity": 5, "showPoints": "never", "thresholdsStyle": {"mode": style}}
    return defaults


def _thresholds(steps: tuple[Step, ...]) -> Json:
    """Without a step nothing is good or bad."""
    base = {"color": "green" if steps else "text", "value": None}
    return {
        "mode": "absolute",
        "steps": [base, *({"color": each.color, "value": each.value} for each in steps)],
    }


def _mappings(states: tuple[State, ...]) -> list[Json]:
    options = {
        str(state.value): {"text": state.text, "color": state.color, "index": place}
        for place, state in enumerate(states)
    }
    return [{"type": "value", "options": options}]


def _options(panel: Panel) -> Json:
    if panel.kind == "stat":
        return {
            "colorMode": "value",
            "graphMode": "none",
            "reduceOptions": {"calcs": ["lastNotNull"]},
            "textMode": "name" if panel.names else "auto",
        }
    if panel.kind == "timeseries":
        return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if panel.kind == "state-timeline":
        return {"mergeValues": True, "showValue": "never", "tooltip": {"mode": "multi"}}
    return {"showHeader": True}


def _tabulate(found: Json, panel: Panel) -> None:
    """One line a deployment: the values of all queries beside each other, each under its heading."""
    headings = {
        f"Value #{letter}": query.legend for letter, query in zip(_LETTERS, panel.queries, strict=False)
    }
    found["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": headings}},
    ]
    link = {"title": "Open its dashboard", "url": panel.link}
    columns = [_override(_DEPLOYMENT, links=[link]), *map(_column, panel.queries)]
    found["fieldConfig"] = {"defaults": _defaults(panel), "overrides": columns}


def _column(query: Query) -> Json:
    found: Json = {"unit": query.unit}
    if query.states:
        found["mappings"] = _mappings(query.states)
    if query.steps:
        found["thresholds"] = _thresholds(query.steps)
    if query.states or query.steps:
        found |= {"custom.cellOptions": {"type": "color-text"}, "color": {"mode": "thresholds"}}
    return _override(query.legend, **found)


def _override(name: str, **properties: object) -> Json:
    found = [{"id": key, "value": value} for key, value in properties.items()]
    return {"matcher": {"id": "byName", "options": name}, "properties": found}
