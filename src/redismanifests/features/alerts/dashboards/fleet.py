"""Fleet: the dashboard of all deployments that one Prometheus sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.deployment import OF_SENTINEL, SENTINEL, uid
from redismanifests.features.alerts.dashboards.panel import (
    OK_FAILED,
    YES_NO,
    Board,
    Panel,
    Query,
    Row,
    Step,
    Variable,
    graph,
    timeline,
)
from redismanifests.features.alerts.dashboards.rows.sentinels import TILT
from redismanifests.features.alerts.facts import WRITABLE

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts

_NAMES = "{{namespace}}/{{deployment}}"


def fleet(facts: Facts) -> Board:
    """What is wrong where; each line of the table leads to the dashboard of its deployment."""
    there = (
        f"/d/{uid(facts, 'deployment')}?var-datasource=${{datasource}}"
        "&var-namespace=${__data.fields.namespace}&var-deployment=${__data.fields.deployment}"
    )
    return Board(
        uid=uid(facts, "fleet"),
        title=f"Redis fleet (of {facts.namespace}/{facts.name})",
        variables=(
            Variable(name="namespace", series=f'redis_up{{pod=~"{SENTINEL}"}}', label="namespace"),
            Variable(
                name="deployment",
                series=f'redis_up{{namespace=~"$namespace",pod=~"{SENTINEL}"}}',
                label="pod",
                pattern=OF_SENTINEL,
            ),
        ),
        rows=(Row("Now", (_table(there, backups=facts.backup != ""),)), *_rows()),
        interval_s=round(facts.interval_s),
    )


def _redis(metric: str, *matchers: str) -> str:
    scope = ('namespace=~"$namespace"', 'pod=~"$deployment-[0-9]+"', *matchers)
    return f"{metric}{{{','.join(scope)}}}"


def _sentinel(metric: str) -> str:
    return f'{metric}{{namespace=~"$namespace",pod=~"$deployment-sentinel-[0-9]+"}}'


def _both(metric: str) -> str:
    return f'{metric}{{namespace=~"$namespace",pod=~"$deployment(-sentinel)?-[0-9]+"}}'


def _each(operation: str, series: str) -> str:
    """One value a pod, so that a pod that is scraped twice counts once; then one value a deployment."""
    pods = f"max by (namespace, pod) ({series})"
    named = f'label_replace({pods}, "deployment", "$1", "pod", "(.+?)(-sentinel)?-[0-9]+")'
    return f"{operation} by (namespace, deployment) ({named})"


_MASTERS = _each("sum", _redis("redis_instance_info", 'role="master"'))
_SEEN = _each("sum", _both("redis_up"))
_ALL = _each("count", _both("redis_up"))
_ABLE = f'max by (namespace, deployment) ({WRITABLE}{{namespace=~"$namespace",deployment=~"$deployment"}})'
_LAG = _each("max", _redis("redis_connected_slave_lag_seconds"))
_USED = f"{_each('max', _redis('redis_memory_used_bytes'))} / ({_each('max', _redis('redis_memory_max_bytes'))} > 0)"
_CLIENTS = f"{_each('max', _redis('redis_connected_clients'))} / {_each('max', _redis('redis_max_clients'))}"
_EPOCH = _sentinel("redis_sentinel_master_config_epoch")
_LAST = _each("max", f"max_over_time({_EPOCH}[$__range])")
_FAILOVERS = f"{_LAST} - {_each('min', f'min_over_time({_EPOCH}[$__range])')}"
_QUORUM = _each("min", _sentinel("redis_sentinel_master_ckquorum_status"))
_TILT = _each("max", _sentinel("redis_sentinel_tilt"))
_LOG = _each("min", _redis("redis_aof_last_write_status"))
_SNAPSHOT = _each("min", _redis("redis_rdb_last_bgsave_status"))
_NEARLY_FULL = (Step(0.8, "orange"), Step(0.9, "red"))
_ONE_IS_RIGHT = (Step(0, "red"), Step(1, "green"), Step(2, "red"))
_NONE_IS_RIGHT = (Step(1, "red"),)


def _since_backup() -> str:
    """Of each deployment's CronJob, whether Prometheus honours the labels of kube-state-metrics or not."""
    jobs = 'cronjob=~"$deployment-backup"'
    found = []
    for metric in ("kube_cronjob_status_last_successful_time", "kube_cronjob_created"):
        theirs = f'{metric}{{exported_namespace=~"$namespace",{jobs}}}'
        found.append(f'label_replace({theirs}, "namespace", "$1", "exported_namespace", "(.+)")')
        found.append(f'{metric}{{namespace=~"$namespace",{jobs}}}')
    latest = f'label_replace({" or ".join(found)}, "deployment", "$1", "cronjob", "(.+)-backup")'
    return f"time() - max by (namespace, deployment) ({latest})"


def _table(link: str, *, backups: bool) -> Panel:
    return Panel(
        title="Deployments",
        about="One line a deployment, the columns in the order of its own dashboard. Takes writes is from the recorded "
        "series: empty where Prometheus does not load the rules of that deployment.",
        kind="table",
        queries=(
            Query(f"{_MASTERS}\nor 0 * {_SEEN}", "Masters", steps=_ONE_IS_RIGHT),
            Query(_ABLE, "Takes writes", states=YES_NO),
            Query(f"{_ALL} - {_SEEN}", "Servers down", steps=_NONE_IS_RIGHT),
            Query(_each("max", _redis("redis_connected_slaves")), "Replicas"),
            Query(_LAG, "Lag", unit="s"),
            Query(_USED, "Memory", unit="percentunit", steps=_NEARLY_FULL),
            Query(_CLIENTS, "Clients", unit="percentunit", steps=_NEARLY_FULL),
            Query(_FAILOVERS, "Failovers"),
            Query(_QUORUM, "Quorum", states=OK_FAILED),
            Query(_TILT, "TILT", states=TILT),
            Query(_LOG, "Append-only file", states=OK_FAILED),
            Query(_SNAPSHOT, "Snapshot", states=OK_FAILED),
            *((Query(_since_backup(), "Last backup", unit="s"),) if backups else ()),
        ),
        width=24,
        height=12,
        link=link,
    )


def _rows() -> tuple[Row, ...]:
    return (
        Row(
            "Masters and writes",
            (
                timeline("Takes writes", "From the recorded series.", Query(_ABLE, _NAMES), states=YES_NO),
                graph(
                    "Masters",
                    "One is right.",
                    Query(f"{_MASTERS}\nor 0 * {_SEEN}", _NAMES),
                    width=12,
                    height=6,
                ),
            ),
        ),
        Row(
            "Replicas, memory and clients",
            (
                graph("Lag", "The longest of any replica.", Query(_LAG, _NAMES), unit="s"),
                graph(
                    "Used of maxmemory",
                    "The most of any pod.",
                    Query(_USED, _NAMES),
                    unit="percentunit",
                    steps=(Step(0.9, "red"),),
                ),
                graph(
                    "Connections of the maximum",
                    "The most of any pod.",
                    Query(_CLIENTS, _NAMES),
                    unit="percentunit",
                    steps=(Step(0.8, "red"),),
                ),
            ),
        ),
        Row(
            "Failovers and Sentinels",
            (
                graph(
                    "Epoch",
                    "Each step is a failover, hand-overs of rollouts among them.",
                    Query(_each("max", _EPOCH), _NAMES),
                ),
                timeline(
                    "Quorum",
                    "The worst of any Sentinel.",
                    Query(_QUORUM, _NAMES),
                    states=OK_FAILED,
                    width=8,
                    height=7,
                ),
                timeline("TILT", "Of any Sentinel.", Query(_TILT, _NAMES), states=TILT, width=8, height=7),
            ),
        ),
        Row(
            "Files",
            (
                timeline(
                    "Append-only file: last write",
                    "The worst of any pod.",
                    Query(_LOG, _NAMES),
                    states=OK_FAILED,
                ),
                timeline(
                    "Last snapshot", "The worst of any pod.", Query(_SNAPSHOT, _NAMES), states=OK_FAILED
                ),
            ),
        ),
    )
