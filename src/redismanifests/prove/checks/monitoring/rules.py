"""Rules: has Prometheus loaded the alerts that were rendered, and can it evaluate them?"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from redismanifests.core.sources.documents import documents
from redismanifests.judge.objects.objects import Manifests
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.monitoring.kinds import PROMQL, RULE_GROUP
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look

_OWN = ("namespace", "deployment")
"""Labels by which our rules are known among all others."""


def has_rules(desired: Desired) -> bool:
    """Whether alerts are rendered."""
    return any(True for _ in rendered(desired))


def rendered(desired: Desired) -> Iterator[Object]:
    """Every alert of PrometheusRules, and of ConfigMaps with a file of rules."""
    manifests = Manifests(desired.objects)
    files: list[Any] = [item.get("spec") for item in manifests.of_kind("PrometheusRule")]
    for item in manifests.of_kind("ConfigMap"):
        for name, text in (item.get("data") or {}).items():
            if name.endswith((".yaml", ".yml")) and re.search(r"^groups:", text, re.MULTILINE):
                with suppress(ValueError):
                    files += documents(text)
    for rule in (rule for file in files for group in _list(file, "groups") for rule in _list(group, "rules")):
        labels = rule.get("labels") if isinstance(rule, dict) else None
        # Of any manifests, too: those of others are not ours to judge.
        if isinstance(labels, dict) and "alert" in rule and {*_OWN} <= labels.keys():
            yield rule


def _list(owner: Any, key: str) -> list[Any]:
    found = owner.get(key) if isinstance(owner, dict) else None
    return found if isinstance(found, list) else []


@probe(
    "PB205",
    remedy=Remedy(
        "Apply what is rendered, and let Prometheus load it: the operator takes a PrometheusRule by labels "
        "(monitoring.labels), a Prometheus without it needs the file in rule_files.",
        "kubectl -n NAMESPACE get prometheusrules,configmaps -l app.kubernetes.io/instance=DEPLOYMENT --show-labels",
    ),
    applies=has_rules,
)
async def alerts_are_loaded(look: Look) -> AsyncIterator[str]:
    """Prometheus has loaded every rendered alert as it is rendered, and evaluates it."""
    wanted = {_key(rule): rule for rule in rendered(look.desired)}
    groups = await look.listed(RULE_GROUP)
    loaded = {
        _key(rule): rule for group in groups for rule in group["rules"] if rule.get("type") == "alerting"
    }
    ours = {key: rule for key, rule in loaded.items() if key in wanted}
    look.note(
        "", "GET /api/v1/rules", f"{len(ours)} of {len(wanted)} alerts: {listed(key[0] for key in ours)}"
    )
    if missing := [key[0] for key in wanted if key not in loaded]:
        every = len(missing) == len(wanted)
        yield f"none of {len(wanted)} alerts is loaded" if every else f"not loaded: {listed(missing)}"
    for key, rule in ours.items():
        if rule.get("health") == "err":
            yield f"{key[0]} cannot be evaluated: {rule.get('lastError', '')}"
    others = [key[0] for key, rule in ours.items() if not await _same(look, wanted[key], rule)]
    if others:
        yield f"loaded in another form than rendered: {listed(others)}"


def _key(rule: Object) -> tuple[str, ...]:
    labels = rule.get("labels") or {}
    return (str(rule.get("alert", rule.get("name"))), *(str(labels.get(label)) for label in _OWN))


async def _same(look: Look, wanted: Object, loaded: Object) -> bool:
    """Whether both wait as long and have the same expression, in the form that Prometheus gives it."""
    written = str(wanted.get("for", "0s"))
    if float(written.removesuffix("s")) != float(loaded.get("duration", 0)):
        return False
    texts = [await look.get(PROMQL, each) for each in (str(wanted["expr"]).strip(), loaded["query"])]
    if None in texts:
        raise NotVerifiedError("Prometheus gives expressions no form to compare them in")
    return texts[0] == texts[1]
