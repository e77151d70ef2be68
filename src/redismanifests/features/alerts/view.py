"""View: the objects of the section `monitoring`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from redismanifests.core.feature import ConfigTemplate, Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.core.quoting.yamltext import Block
from redismanifests.profile.derived import tls
from redismanifests.profile.derived.members import redis_workload
from redismanifests.profile.formulas.scrape import scrape_timeout_s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.alerts.alert import Alert
    from redismanifests.features.alerts.facts import Facts
    from redismanifests.profile.model import Profile

_SCRAPERS = {"podMonitor": "podmonitor", "scrapeConfig": "scrapeconfig"}
"""Setting -> kind of the operator, as files and templates are named."""
PORT_NAME = "metrics"
"""Of the exporters' ports (templates/exporter)."""


class LabelView(NamedTuple):
    """One label or annotation."""

    key: str
    value: str


class AlertView(NamedTuple):
    """One alerting rule."""

    name: str
    expression: Block
    wait: str | None
    """Left out where it is nothing."""
    labels: tuple[LabelView, ...]
    annotations: tuple[LabelView, ...]


class RecordView(NamedTuple):
    """One recording rule."""

    name: str
    expression: Block
    labels: tuple[LabelView, ...]


class RulesView(NamedTuple):
    """Everything that Prometheus evaluates for a deployment."""

    group: str
    interval: str
    records: tuple[RecordView, ...]
    alerts: tuple[AlertView, ...]


class MonitorView(NamedTuple):
    """Facts of a PodMonitor, or of a ScrapeConfig."""

    interval: str
    timeout: str
    scheme: str | None
    authority: str
    server_name: str
    target: str
    """Regular expression of the instance and the port of every target."""


class DashboardView(NamedTuple):
    """A dashboard, its ConfigMap, and where Grafana shows it."""

    name: str
    key: str
    content: Block
    folder: str
    folder_annotation: str
    instances: tuple[LabelView, ...]


def monitoring_configs(profile: Profile) -> Iterator[ConfigTemplate]:
    """The ConfigMap with the rules as a file of Prometheus."""
    monitoring = profile.monitoring
    if monitoring.enabled and monitoring.rules == "configMap":
        workload = redis_workload(profile)
        name = f"{profile.name}-alerts"
        yield ConfigTemplate(
            component="alerts",
            name=name,
            file=f"{name}-configmap.yaml",
            template="alerts/configmap.yaml.j2",
            texts={f"{profile.namespace}-{profile.name}.yaml": "alerts/rules.yaml.j2"},
            facts={"workload": workload, "rules": rules_view(profile), "own_labels": _own_labels(profile)},
        )


def monitoring_objects(profile: Profile) -> Iterator[ObjectTemplate]:
    """The objects of the Prometheus Operator, and the dashboards."""
    monitoring = profile.monitoring
    if not monitoring.enabled:
        return
    facts: dict[str, object] = {"workload": redis_workload(profile), "own_labels": _own_labels(profile)}
    if monitoring.scrape in _SCRAPERS:
        https = profile.tls.enabled and profile.tls.metrics
        view = MonitorView(
            interval=f"{monitoring.interval.whole_seconds}s",
            timeout=f"{scrape_timeout_s(monitoring.interval)}s",
            scheme="https" if https else None,
            authority=profile.tls.secret_name,
            server_name=tls.LOCAL_NAME,
            target=f"{profile.name};{PORT_NAME}",
        )
        kind = _SCRAPERS[monitoring.scrape]
        yield ObjectTemplate(
            f"{profile.name}-{kind}.yaml", f"alerts/{kind}.yaml.j2", {**facts, "monitor": view}
        )
    if monitoring.rules == "prometheusRule":
        template = "alerts/prometheusrule.yaml.j2"
        yield ObjectTemplate(
            f"{profile.name}-prometheusrule.yaml", template, {**facts, "rules": rules_view(profile)}
        )

    if monitoring.dashboards.enabled:
        yield from _dashboards(profile)


def _dashboards(profile: Profile) -> Iterator[ObjectTemplate]:
    # Only who asks for dashboards pays for reading them.
    from redismanifests.features.alerts.dashboards.grafana import text_of  # noqa: PLC0415
    from redismanifests.features.alerts.dashboards.index import boards  # noqa: PLC0415

    wanted = profile.monitoring.dashboards
    operator = wanted.operator
    for kind, board in boards(profile).items():
        name = f"{profile.name}-{kind}"
        view = DashboardView(
            name=name,
            key=f"{profile.namespace}.{profile.name}.{kind}.json",
            content=Block(text_of(board)),
            folder=wanted.folder,
            folder_annotation=wanted.folder_annotation,
            instances=_labels(operator.instance_selector) if operator else (),
        )
        facts = {
            "workload": redis_workload(profile),
            "own_labels": _labels(wanted.labels),
            "dashboard": view,
        }
        yield ObjectTemplate(f"{name}-configmap.yaml", "alerts/dashboard-configmap.yaml.j2", facts)
        if operator:
            yield ObjectTemplate(f"{name}-grafanadashboard.yaml", "alerts/grafanadashboard.yaml.j2", facts)


def rules_view(profile: Profile, pace: float = 1.0) -> RulesView:
    """The rules of a profile; ``pace`` is that of a rehearsal."""
    # Only who asks for alerts pays for reading them.
    from redismanifests.features.alerts.facts import WRITABLE, facts_of  # noqa: PLC0415
    from redismanifests.features.alerts.index import ALERTS  # noqa: PLC0415
    from redismanifests.features.alerts.writable import writable  # noqa: PLC0415

    facts = facts_of(profile, pace)
    off = {each.alert for each in profile.monitoring.off}
    labels = {"namespace": facts.namespace, "deployment": facts.name}
    return RulesView(
        group=f"{facts.namespace}/{facts.name}",
        interval=_seconds(facts.interval_s),
        records=(RecordView(WRITABLE, Block(writable(facts) + "\n"), _labels(labels)),),
        alerts=tuple(
            _alert(profile, facts, each, labels)
            for each in ALERTS
            if each.applies(facts) and each.name not in off
        ),
    )


def _alert(profile: Profile, facts: Facts, alert: Alert, labels: dict[str, str]) -> AlertView:
    monitoring = profile.monitoring
    annotations = {
        "summary": alert.title,
        "description": f"{alert.chapter('Meaning')} {alert.chapter('Impact')}",
        "runbook": f"redismanifests explain {alert.name}",
    }
    if monitoring.runbook_url:
        annotations["runbook_url"] = f"{monitoring.runbook_url}{alert.name.lower()}"
    severity = {"severity": getattr(monitoring.severities, alert.severity)}
    return AlertView(
        name=alert.name,
        expression=Block(alert.expression(facts) + "\n"),
        wait=_seconds(wait) if (wait := wait_s(alert, facts)) else None,
        labels=_labels({**monitoring.alert_labels, **labels, **severity}),
        annotations=tuple(LabelView(*each) for each in annotations.items()),
    )


def wait_s(alert: Alert, facts: Facts) -> float:
    """`for` of an alert: what must pass, and two scrapes, by which members are seen at different times."""
    wait = alert.wait(facts)
    return wait + 2 * facts.interval_s if wait else 0


def _seconds(seconds: float) -> str:
    return f"{math.ceil(seconds)}s"


def _labels(labels: dict[str, str]) -> tuple[LabelView, ...]:
    return tuple(LabelView(key, labels[key]) for key in sorted(labels))


def _own_labels(profile: Profile) -> tuple[LabelView, ...]:
    return _labels(profile.monitoring.labels)


FEATURE = Feature("monitoring", objects=monitoring_objects, configs=monitoring_configs)
