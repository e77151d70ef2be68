"""Settings: the section `monitoring` of the profile."""

from __future__ import annotations

from typing import Annotated, Literal

from redismanifests.core.pattern import pattern
from redismanifests.core.quoting.yamltext import appliable
from redismanifests.core.setting import Section, required, section, setting
from redismanifests.core.values.bounded import Flag, PositiveSeconds
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.mark import AfterValidator, BeforeValidator
from redismanifests.core.values.names import LABEL_KEY, AnnotationKey, LabelKey, LabelValue
from redismanifests.core.values.scalar import Refusal
from redismanifests.profile.formulas.scrape import MAX_INTERVAL, MIN_INTERVAL

LONGEST_REASON = 500
"""A sentence or three; the rest belongs into an issue that the reason names."""

BUDGET_OF, LEAST_SHARE = Duration.parse("720h"), 90
_SHARE = pattern(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*(%?)")
"""An objective: with its sign, or a number that no duration has."""

FLUX = "kustomize.toolkit.fluxcd.io/substitute"
"""An annotation that the templates write: a $ in these objects is no variable of Flux."""

PROMETHEUS_LABEL = LABEL_KEY._replace(
    what="a label of Prometheus",
    pattern=r"[a-zA-Z_][a-zA-Z0-9_]*",
    longest=63,
    consists_of="has letters, digits and '_', and begins with no digit",
    example="team",
    outside=r"[^A-Za-z0-9_]+",
)


def _interval(interval: Duration) -> Duration:
    if not MIN_INTERVAL <= interval <= MAX_INTERVAL:
        ends = (str(MIN_INTERVAL), str(MAX_INTERVAL))
        raise Refusal(f"{interval} is out of range", f"write {MIN_INTERVAL} to {MAX_INTERVAL}", *ends)
    return interval


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("no reason is given: write why no one needs this alert")
    return text


def _address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        near = text.rpartition("://")[2].lstrip("/").split(maxsplit=1)
        fact = f"{text[:60]!r} is no URL, which begins with https:// or http://"
        raise Refusal(fact, "write {}", f"https://{near[0] if near else ''}")
    return text


def _no_share(value: object) -> object:
    """``value``; raises Refusal for an objective such as 99.9 %, with the time that it leaves of 30 days."""
    found = _SHARE.fullmatch(str(value)) if isinstance(value, (str, int, float)) else None
    if found is None or not (found[2] or LEAST_SHARE <= float(found[1]) < 100):
        return value
    left = Duration(max(0, round((100 - float(found[1])) / 100 * BUDGET_OF.whole_seconds)) * 1000)
    raise Refusal(
        f"{found[0]} is a share, and this is the time without writes in 30 days", "write {}", str(left)
    )


class Severities(Section):
    """Values of the label `severity`, by which Alertmanager routes."""

    page: LabelValue = setting("critical", "Of alerts that wake a person.", why="kube-prometheus' word")
    ticket: LabelValue = setting(
        "warning", "Of alerts that can wait for the day.", why="kube-prometheus' word"
    )
    info: LabelValue = setting("info", "Of alerts that only explain others.", why="kube-prometheus' word")


class Off(Section):
    """An alert that is not rendered."""

    alert: str = required("Its name.", examples=["RedisFullResyncs"])
    reason: Annotated[str, AfterValidator(_reason)] = required(
        "Why no one needs it.",
        examples=["the shop's own rule watches it"],
        max_length=LONGEST_REASON,
    )


def _own_annotation(key: str) -> str:
    if key == FLUX:
        raise ValueError(f"{key} is set by redismanifests: write the annotation that the sidecar reads")
    return key


def _some(labels: dict[str, str]) -> dict[str, str]:
    if not labels:
        raise ValueError("no label is given: it would select every Grafana of the cluster")
    return labels


class GrafanaOperator(Section):
    """A GrafanaDashboard (grafana.integreatly.org/v1beta1) for each dashboard, which points at its ConfigMap."""

    instance_selector: Annotated[dict[LabelKey, LabelValue], AfterValidator(_some)] = required(
        "Labels of the Grafana that shows it, in any namespace; the API server refuses to change them later.",
        examples=[{"dashboards": "grafana"}],
    )


class Dashboards(Section):
    """Dashboards of Grafana."""

    enabled: Flag = setting(
        False,
        "Whether the dashboard of this deployment is rendered, as a ConfigMap.",
        why="without a Grafana that looks for it no one sees it",
    )
    fleet: Flag = setting(
        False,
        "Whether the dashboard of all deployments is rendered as well; turn it on in one profile of a Grafana.",
        why="one is enough",
    )
    labels: dict[LabelKey, LabelValue] = setting(
        {"grafana_dashboard": "1"},
        "Labels of the ConfigMaps, by which a sidecar finds them.",
        why="what the Helm charts of Grafana and kube-prometheus-stack look for",
    )
    folder: Annotated[str, AfterValidator(appliable)] = setting(
        "",
        "Folder in Grafana: an annotation of the ConfigMaps, and a field of GrafanaDashboards.",
        why="the sidecar reads it only where its `folderAnnotation` is set",
        examples=["Redis"],
        max_length=200,
    )
    folder_annotation: Annotated[AnnotationKey, AfterValidator(_own_annotation)] = setting(
        "grafana_folder",
        "Key of that annotation: the value of the sidecar's `folderAnnotation`.",
        why="the name in the charts' documentation",
    )
    operator: GrafanaOperator | None = setting(
        None,
        "Renders a GrafanaDashboard of the Grafana Operator for each; left out: ConfigMaps alone.",
        why="a cluster without the operator refuses its kind",
    )


class Monitoring(Section):
    """Scrape settings, alert rules and dashboards."""

    enabled: Flag = setting(
        False, "Whether any of it is rendered.", why="which Prometheus there is, is known to the team alone"
    )
    interval: Annotated[PositiveSeconds, AfterValidator(_interval)] = setting(
        Duration.parse("15s"),
        "Time from scrape to scrape, and from evaluation to evaluation. Prometheus gives up after two thirds of it, "
        "the exporter after one third.",
        why="a server that hangs must be reported as down, and is only missing where the exporter waits longer than "
        "Prometheus",
        source="measured",
    )
    scrape: Literal["annotations", "podMonitor", "scrapeConfig"] = setting(
        "annotations",
        "annotations: those that the pods have; podMonitor, scrapeConfig: an object of the Prometheus Operator of this "
        "kind as well.",
        why="a cluster without the operator refuses its kinds",
    )
    rules: Literal["configMap", "prometheusRule"] = setting(
        "configMap",
        "configMap: the rules as a file of Prometheus, in a ConfigMap; prometheusRule: a PrometheusRule of the "
        "Prometheus Operator.",
        why="a cluster without the operator refuses its kinds",
    )
    labels: dict[LabelKey, LabelValue] = setting(
        {},
        "Further labels of these objects: what the operator, or a sidecar, selects them by.",
        examples=[{"release": "prometheus"}],
    )
    alert_labels: dict[Annotated[str, PROMETHEUS_LABEL], LabelValue] = setting(
        {}, "Further labels of every alert, for routes of Alertmanager.", examples=[{"team": "shop"}]
    )
    severities: Severities = section(Severities, "Values of the label `severity`.")
    runbook_url: Annotated[str, AfterValidator(appliable), AfterValidator(_address)] = setting(
        "",
        "Where docs/alerts.md is served; the name of the alert, in lower case, is appended for `runbook_url`.",
        why="nothing is served by itself: `redismanifests explain ALERT` prints the runbook",
        examples=["https://git.example.com/docs/alerts.md#"],
        max_length=500,
    )
    budget: Annotated[PositiveSeconds, BeforeValidator(_no_share)] = setting(
        Duration.parse("43m"),
        "Time within 30 days in which the deployment may take no writes, planned or not; burn rates follow from it.",
        why="an objective of 99.9 %: one failover does not page, one a day does not either",
    )
    dashboards: Dashboards = section(Dashboards, "Dashboards of Grafana.")
    off: tuple[Off, ...] = setting(
        (),
        "Alerts that are not rendered.",
        examples=[[{"alert": "RedisFullResyncs", "reason": "the backlog is small on purpose"}]],
    )
