"""Values of charts as Hypothesis makes them: keys of the chart's table and others, values of every kind."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from redismanifests.judge.migrate.accounts import expanded
from redismanifests.judge.migrate.charts import CHARTS

if TYPE_CHECKING:
    from redismanifests.judge.migrate.row import Chart

PASSWORD = "Marked-pa55word"
"""No output may contain it."""

_ANY = st.sampled_from(
    (
        True, False, None, 0, 1, 2, 3, 7, 12, 6379, 60000, -1, 0.5, "", "yes", "nano", "small", "none", "100Mi", "4Gi",
        "36M", "8.4.0", "7.2.4-debian-12-r9", "latest", "replication", "standalone", "ClusterIP", "LoadBalancer",
        "Delete", "-", "some-name", "a text with: a colon", "ü\n", "appendonly no\nsave 60 100\nmaxmemory 90mb",
        "rename-command KEYS \"\"\nloadmodule /x.so\nno-such-line 1\nmin-slaves-to-write 3\ntimeout 300",
        [], {}, ["a"], ["FLUSHALL", "KEYS"], [{"name": "a"}], {"a": "b"}, {"a": {"b": 1}},
        [{"key": "a", "operator": "Exists"}],
    )
)  # fmt: skip
_UNKNOWN = (
    "usePassword",
    "slave.replicas",
    "cluster.enabled",
    "sentinal.enabled",
    "service.port.x",
    "redisOptions",
)
_SECRETS = ("password", "redispassword", "access_key", "secret_key", "key")
_WORDS = (
    f"requirepass {PASSWORD}",
    f"masterauth {PASSWORD}\nappendonly yes",
    f"user a on >{PASSWORD} ~* +@all",
)


def _is_secret(key: str) -> bool:
    return key.rpartition(".")[2].lower() in _SECRETS


@st.composite
def trees(draw: st.DrawFn, chart: Chart) -> dict[str, Any]:
    """Values for ``chart``; each password is `PASSWORD`."""
    known = sorted(expanded(chart))
    keys = draw(st.lists(st.sampled_from((*known, *_UNKNOWN)), max_size=25, unique=True))
    if chart.sentinel and draw(st.booleans()):
        keys += ["architecture", chart.sentinel]
    tree: dict[str, Any] = {}
    for key in keys:
        value = PASSWORD if _is_secret(key) else deepcopy(draw(_ANY))
        if key == "architecture":
            value = draw(st.sampled_from(("replication", "standalone")))
        if key in ("commonConfiguration", "config.content", "extraConfig") and draw(st.booleans()):
            value = draw(st.sampled_from(_WORDS))
        _put(tree, key.split("."), value)
    return tree


charts = st.sampled_from(CHARTS)


def _put(tree: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = tree.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        tree = inner
    if not isinstance(tree.get(keys[-1]), dict) or not tree[keys[-1]]:
        tree[keys[-1]] = value


def leaf_count(value: Any) -> int:
    """Leaves of a document: what is no mapping, and empty mappings."""
    if isinstance(value, dict) and value:
        return sum(map(leaf_count, value.values()))
    return 1
