"""Rules: what must fit together for the alerts to say what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

OWN_LABELS = ("app", "app.kubernetes.io/")
"""Labels of every object, and what theirs begin with."""
SET_LABELS = ("alertname", "deployment", "namespace", "pod", "severity")
"""Labels that an alert has already."""


@rule("RM270", Severity.ERROR, waivable=False)
def monitoring_without_exporters(profile: Profile) -> Iterator[Fault]:
    """Alerts are rendered, and an exporter that they read from does not run.

    Without the exporters of the data pods no alert knows whether there is a master; without those of the Sentinels none
    knows whether a failover would be possible. Such rules are silent for ever, which looks like health.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    exporters:
      sentinel: {enabled: false}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    ```
    Source: https://prometheus.io/docs/prometheus/latest/querying/basics/ (an absent series is neither 0 nor true).
    """
    if not profile.monitoring.enabled:
        return
    for name, exporter in (("redis", profile.exporters.redis), ("sentinel", profile.exporters.sentinel)):
        if not exporter.enabled:
            yield Fault(
                path=("exporters", name, "enabled"),
                fact="alerts read from this exporter, and it does not run",
                fix="set it to true, or monitoring.enabled to false",
                change=Change(("exporters", name, "enabled"), True),
            )


@rule("RM271", Severity.WARNING)
def exporter_lacks_metric(profile: Profile) -> Iterator[Fault]:
    """An alert or a panel reads a series that this version of the exporter does not have.

    An expression over a series that is not there is not an error: Prometheus evaluates it to nothing. The alert never
    fires, and the panel of the dashboard stays empty. The names of each version were taken from its program.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    auth: {mode: acl}
    networkPolicy: {enabled: true}
    exporters:
      sentinel:
        image: oliver006/redis_exporter:v1.69.0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    exporters:
      sentinel:
        image: oliver006/redis_exporter:v1.89.0
    ```
    Source: measured (tests/monitoring/test_contract.py); https://github.com/oliver006/redis_exporter/pull/1078.
    """
    monitoring = profile.monitoring
    if not monitoring.enabled:
        return
    from redismanifests.features.alerts.contract import OTHERS, exported  # noqa: PLC0415 (see view.py)

    readers = tuple(_readers(profile))
    for name, exporter in (("redis", profile.exporters.redis), ("sentinel", profile.exporters.sentinel)):
        has = exported(exporter.image)
        if has is None or not exporter.enabled:
            continue
        for reader in readers:
            lacking = reader.series - has - OTHERS
            ours = sorted(
                each for each in lacking if each.startswith("redis_sentinel_") == (name == "sentinel")
            )
            if ours:
                yield Fault(
                    path=("exporters", name, "image"),
                    fact=f"{reader.name} reads {' and '.join(ours)}, which {exporter.image.tag} does not export",
                    fix=f"use a newer exporter, or {reader.otherwise}",
                )


class _Reader(NamedTuple):
    """Who reads series of an exporter."""

    name: str
    series: frozenset[str]
    otherwise: str
    """How to do without it."""


def _readers(profile: Profile) -> Iterator[_Reader]:
    """The alerts and the panels that are rendered."""
    from redismanifests.features.alerts.alert import metrics  # noqa: PLC0415 (see view.py)
    from redismanifests.features.alerts.facts import facts_of  # noqa: PLC0415
    from redismanifests.features.alerts.index import ALERTS  # noqa: PLC0415

    facts = facts_of(profile)
    off = {each.alert for each in profile.monitoring.off}
    for alert in ALERTS:
        if alert.applies(facts) and alert.name not in off:
            yield _Reader(
                alert.name, metrics(alert.expression(facts)), f"name {alert.name} in monitoring.off"
            )
    if profile.monitoring.dashboards.enabled:
        from redismanifests.features.alerts.dashboards.index import boards  # noqa: PLC0415
        from redismanifests.features.alerts.dashboards.panel import metrics_of  # noqa: PLC0415

        for kind, board in boards(profile).items():
            for panel in board.panels():
                yield _Reader(
                    f'the panel "{panel.title}" of {profile.name}-{kind}', metrics_of(panel), "waive it"
                )


@rule("RM272", Severity.ERROR, waivable=False)
def alert_unknown(profile: Profile) -> Iterator[Fault]:
    """An alert is switched off that there is not, or it is switched off twice.

    With a typing error in its name it is rendered all the same, and pages whoever switched it off.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring:
      enabled: true
      off:
        - {alert: RedisFullResync, reason: the backlog is small on purpose}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring:
      enabled: true
      off:
        - {alert: RedisFullResyncs, reason: the backlog is small on purpose}
    ```
    Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/; docs/alerts.md.
    """
    if not profile.monitoring.off:
        return
    from redismanifests.features.alerts.index import ALERTS  # noqa: PLC0415 (see view.py)

    known = [alert.name for alert in ALERTS]
    wanted = [each.alert for each in profile.monitoring.off]
    for number, name in enumerate(wanted):
        path = ("monitoring", "off", number, "alert")
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415 (only a misspelt name needs it)

            near = get_close_matches(name, known, n=1)
            fix = f"did you mean {near[0]}?" if near else "docs/alerts.md lists all"
            yield Fault(path=path, fact=f"there is no alert {name}", fix=fix)
        elif name in wanted[:number]:
            yield Fault(path=path, fact=f"{name} is switched off twice", fix="keep one of the two")


@rule("RM273", Severity.ERROR, waivable=False)
def monitoring_label_taken(profile: Profile) -> Iterator[Fault]:
    """A label of monitoring has a name that is ours already: of an object, or of every alert.

    Services and PodMonitors select by the labels of objects; routes of Alertmanager by those of alerts.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring:
      enabled: true
      alertLabels: {severity: high}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring:
      enabled: true
      severities: {page: high}
      alertLabels: {team: shop}
    ```
    Source: https://prometheus.io/docs/alerting/latest/configuration/ (matchers of routes); docs/monitoring.md.
    """
    monitoring = profile.monitoring
    for place, labels in (
        (("labels",), monitoring.labels),
        (("dashboards", "labels"), monitoring.dashboards.labels),
    ):
        for label in sorted(labels):
            if label == OWN_LABELS[0] or label.startswith(OWN_LABELS[1]):
                yield Fault(
                    path=("monitoring", *place, label),
                    fact=f"{label} is a label of every object of the deployment",
                    fix="use another label",
                )
    for label in sorted(monitoring.alert_labels):
        if label in SET_LABELS:
            yield Fault(
                path=("monitoring", "alertLabels", label),
                fact=f"every alert has a label {label} already",
                fix="use another label; severities has the values of severity",
            )


@rule("RM274", Severity.WARNING)
def dashboards_without_monitoring(profile: Profile) -> Iterator[Fault]:
    """Dashboards are turned on in a section that is off, so none is rendered.

    Their panels read the recorded series of the alerts, which belong to the same section.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring:
      dashboards: {enabled: true}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring:
      enabled: true
      dashboards: {enabled: true}
    ```
    Source: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/; docs/monitoring.md.
    """
    monitoring = profile.monitoring
    if monitoring.dashboards.enabled and not monitoring.enabled:
        yield Fault(
            path=("monitoring", "dashboards", "enabled"),
            fact="monitoring.enabled is false, and then no dashboard is rendered either",
            fix="set monitoring.enabled to true, or this to false",
        )
