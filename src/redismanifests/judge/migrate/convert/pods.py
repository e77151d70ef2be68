"""Pods: where pods run, what is scraped of them, and the version of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.judge.migrate.kinds import LINES_OPEN, NOT_KEPT, VERSION_UNKNOWN
from redismanifests.judge.migrate.row import Fate, version_of
from redismanifests.profile.formulas.engine import IMAGES, LINE_PARTS, OLDEST

if TYPE_CHECKING:
    from redismanifests.judge.migrate.facts import Draft, Facts

_PULL = ("IfNotPresent", "Always", "Never")
_STACK = "redis-stack"
_SET = ("app.kubernetes.io/", "prometheus.io/")
"""Keys that the profile sets itself."""
_LABELS = ("pods.labels", "pods.annotations", "pods.nodeSelector")


def convert(facts: Facts, engine: str, server: str, draft: Draft) -> None:
    """Lines of `pods`, `spread`, `monitoring`, `exporters` and `redis.image`."""
    for name in _LABELS:
        _labels(facts, name, draft)
    _tolerations(facts, draft)
    _secrets(facts, draft)
    if said := facts.get("pods.priorityClassName"):
        draft.write("pods.priorityClassName", str(said.value), said.key)
        draft.end("pods.priorityClassName", Fate.KEPT, "pods.priorityClassName")
    said = facts.chosen("pods.imagePullPolicy")
    if said is not None and said.value in _PULL and said.value != _PULL[0]:
        draft.write("pods.imagePullPolicy", said.value, said.key)
        draft.end("pods.imagePullPolicy", Fate.KEPT, "pods.imagePullPolicy")
    else:
        draft.end("pods.imagePullPolicy", Fate.UNNEEDED, "it is what the profile has")
    said = facts.get("spread.hard")
    if said is not None and said.value is False:
        draft.write("spread.hard", [], said.key)
        draft.end("spread.hard", Fate.KEPT, "spread.hard")
    else:
        draft.end("spread.hard", Fate.UNNEEDED, "it is what the profile has")
    draft.end("spread.preset", Fate.UNNEEDED, "spread.hard keeps two pods of a workload off one node")
    draft.end("spread.required", Fate.UNNEEDED, "spread.hard keeps two pods of a workload off one node")
    for name in ("disruption.minAvailable", "disruption.maxUnavailable"):
        draft.end(name, Fate.UNNEEDED, "one pod at a time may be evicted")
    said = facts.chosen("disruption")
    if said is not None and said.value is False:
        draft.write("disruption.redis.enabled", False, said.key)
        draft.end("disruption", Fate.KEPT, "disruption.redis.enabled")
    else:
        draft.end("disruption", Fate.UNNEEDED, "it is what the profile has")
    _watch(facts, draft)
    _image(facts, engine, server, draft)


def server_of(facts: Facts, default: str) -> tuple[str, str]:
    """The version of the server as far as it is known, and where that is from; empty where it is not."""
    said = facts.get("image.tag")
    if said is not None:
        return ".".join(map(str, version_of(str(said.value)))), said.key
    return default, "the chart's default"


def _labels(facts: Facts, name: str, draft: Draft) -> None:
    said = facts.get(name)
    if said is None:
        return
    value = said.value if isinstance(said.value, dict) else {}
    fine = {
        str(key): each for key, each in value.items() if isinstance(each, (str, int)) and each is not True
    }
    ours = {key: str(each) for key, each in fine.items() if not key.startswith(_SET)}
    if ours:
        draft.write(name, ours, said.key)
        draft.end(name, Fate.KEPT, name)
    else:
        draft.end(name, Fate.UNNEEDED, "the profile sets these")


def _tolerations(facts: Facts, draft: Draft) -> None:
    said = facts.get("pods.tolerations")
    if said is None:
        return
    keys = {"key", "operator", "value", "effect", "tolerationSeconds"}
    fine = isinstance(said.value, list) and all(
        isinstance(each, dict) and each.keys() <= keys for each in said.value
    )
    if fine:
        draft.write("pods.tolerations", said.value, said.key)
        draft.end("pods.tolerations", Fate.KEPT, "pods.tolerations")
    else:
        draft.find(NOT_KEPT, said, "these are no tolerations", "write pods.tolerations")
        draft.end("pods.tolerations", Fate.NOT_KEPT, "these are no tolerations")


def _secrets(facts: Facts, draft: Draft) -> None:
    said = facts.get("pods.imagePullSecrets")
    if said is None:
        return
    listed = said.value if isinstance(said.value, list) else [said.value]
    names = [each.get("name") if isinstance(each, dict) else each for each in listed]
    draft.write("pods.imagePullSecrets", [str(name) for name in names if name], said.key)
    draft.end("pods.imagePullSecrets", Fate.KEPT, "pods.imagePullSecrets")


def _watch(facts: Facts, draft: Draft) -> None:
    """The exporter and what scrapes it."""
    said = facts.get("metrics")
    monitor, rules = facts.get("monitor"), facts.get("rules")
    for name in ("monitor", "monitor.interval", "monitor.labels", "rules", "rules.labels", "metrics"):
        draft.end(name, Fate.NO_EFFECT, "there is no exporter today")
    if said is None or said.value is not True:
        draft.end(
            "metrics", Fate.UNNEEDED, "the profile has exporters; exporters.*.enabled: false removes them"
        )
        return
    draft.end("metrics", Fate.KEPT, "exporters, on by default")
    for name in ("monitor", "monitor.interval", "monitor.labels", "rules", "rules.labels"):
        draft.end(name, Fate.UNNEEDED, "it is off")
    if monitor is None or monitor.value is not True:
        return
    draft.write("monitoring.enabled", True, monitor.key)
    draft.write("monitoring.scrape", "podMonitor", f"{monitor.key}: pods are scraped, not a Service")
    draft.end("monitor", Fate.KEPT, "monitoring.scrape")
    draft.write(
        "monitoring.rules",
        "prometheusRule",
        (rules if rules is not None and rules.value is True else monitor).key,
    )
    draft.end("rules", Fate.KEPT, "monitoring.rules")
    if interval := facts.get("monitor.interval"):
        draft.write("monitoring.interval", str(interval.value), interval.key)
        draft.end("monitor.interval", Fate.KEPT, "monitoring.interval")
    labels: dict[str, Any] = {}
    for name in ("monitor.labels", "rules.labels"):
        found = facts.get(name)
        if found is not None and isinstance(found.value, dict):
            labels |= {key: str(each) for key, each in found.value.items()}
            draft.end(name, Fate.KEPT, "monitoring.labels")
            draft.write("monitoring.labels", labels, found.key)


def _image(facts: Facts, engine: str, server: str, draft: Draft) -> None:
    """Never an image of a chart; a newer version than ours is kept, because its data need it."""
    if engine != "redis":
        draft.write("engine", engine, "the chart")
    repository = facts.get("image.repository")
    draft.end(
        "image.registry", Fate.UNNEEDED, "the official image is used; redis.image may name a mirror of it"
    )
    draft.end("image.repository", Fate.UNNEEDED, "the official image has other paths and another user")
    if repository is not None and _STACK in str(repository.value):
        fix = "choose an image with the modules, and test it"
        draft.find(
            LINES_OPEN, repository, "the server is Redis Stack, whose modules keep data of their own", fix
        )
        draft.end("image.repository", Fate.NOT_KEPT, "the official image has none of the modules")
    text, origin = server_of(facts, server)
    version = version_of(text)
    ours = version_of(IMAGES[engine].rpartition(":")[2])
    tag = facts.get("image.tag")
    draft.end("image.tag", Fate.UNNEEDED, f"{IMAGES[engine]} reads the data of older versions")
    if len(version) < LINE_PARTS:
        if facts.value("redis.persistence", True) is not False:
            fix = "see redis-cli INFO server, and write redis.image with that version or a newer one into the profile"
            draft.find(VERSION_UNKNOWN, tag, "the tag of the image names no version of the server", fix)
        draft.end("image.tag", Fate.NOT_KEPT, "it names no version")
    elif version[:LINE_PARTS] > ours[:LINE_PARTS]:
        full = text if len(version) > LINE_PARTS else f"{text}.0"
        name = IMAGES[engine].partition(":")[0]
        draft.write("redis.image", f"{name}:{full}", f"{origin}: an older server does not read its data")
        draft.end("image.tag", Fate.KEPT, "redis.image, the version alone")
    elif version < OLDEST:
        draft.end("image.tag", Fate.UNNEEDED, f"too old for the profile; {IMAGES[engine]} reads its data")
