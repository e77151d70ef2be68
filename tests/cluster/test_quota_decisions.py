"""ResourceQuotas decided twice: by redismanifests.admission and by the real plugin, on sequences of objects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import yaml12

from cluster.api import CONFLICT
from cluster.generated_quotas import ALL_RESOURCES, CLASSES, HEAVY, NODE_PORT, quota_case
from cluster.namespace import Namespace
from cluster.quota import create_quota, wait_for_quotas
from cluster.refusal import sentences
from cluster.shrunk import shrunk
from redismanifests.judge.admission.limit_range.limit_range import decide_pod, read_limit_ranges
from redismanifests.judge.admission.resource_quota.resource_quota import charged, concerns, refusals
from redismanifests.judge.admission.resource_quota.resource_quota_charge import (
    claim_charge,
    object_charge,
    pod_charge,
)
from redismanifests.judge.admission.resource_quota.resource_quota_object import resource_quota

if TYPE_CHECKING:
    from cluster.api import Answer, Api
    from cluster.generated_quotas import Case
    from deployment import Manifest
    from redismanifests.core.values.limit_range import LimitRange
    from redismanifests.judge.admission.manifest import Problem
    from redismanifests.judge.admission.resource_quota.resource_quota import Refusal
    from redismanifests.judge.admission.resource_quota.resource_quota_charge import Charge
    from redismanifests.judge.admission.resource_quota.resource_quota_object import ResourceQuota

pytestmark = pytest.mark.cluster

SEED = 20261123
NAMESPACES = 150
"""With six objects each; `slow` asks for many more."""
OUTSIDE = "HugePages require cpu or memory"
"""A reason of validation that no room of ours gives: such pods are not compared."""
KEPT = sorted((Path(__file__).parent / "quota-cases").glob("*.yaml"))
"""Cases on which the two once disagreed, shrunk."""

_NUMBERS = count()


@dataclass
class Asked:
    """A namespace that the API server has, and what we read of it."""

    case: Case
    namespace: Namespace
    limit_ranges: tuple[LimitRange, ...] = ()
    quotas: tuple[ResourceQuota, ...] = ()
    decided: Counter[str] = field(default_factory=Counter)
    told: str = ""
    """How the two sides read the quotas, where that differs."""


@pytest.fixture(scope="module")
def classes(api: Api) -> None:
    """The classes that generated pods name."""
    for number, name in enumerate((*CLASSES, "bronze")):
        made = api.create(
            "/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": name}, "value": number}
        )
        assert made.accepted or made.code == CONFLICT, made.message
    heavy = {"metadata": {"name": "heavy"}, "handler": "heavy", "overhead": {"podFixed": HEAVY}}
    made = api.create("/apis/node.k8s.io/v1/runtimeclasses", heavy)
    assert made.accepted or made.code == CONFLICT, made.message


def test_objects_are_refused_by_the_same_quotas_in_the_same_words(
    api: Api, minor: int, classes: None
) -> None:
    decided = _agreed(api, minor, Random(SEED), NAMESPACES)
    assert decided["objects"] >= 800, decided
    often = ("admitted", "exceeded", "unspecified", "out of scope")
    assert all(decided[kind] >= 30 for kind in often), decided
    assert all(decided[kind] >= 5 for kind in ("invalid quota", "several quotas refuse")), decided


@pytest.mark.slow
def test_many_more_objects_are_refused_in_the_same_words(api: Api, minor: int, classes: None) -> None:
    decided = _agreed(api, minor, Random(SEED + 1), 5 * NAMESPACES)
    # Every resource that a quota can name has refused something.
    assert set(ALL_RESOURCES) - set(decided) == set()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_was_decided_wrongly_once_is_decided_rightly(
    api: Api, minor: int, classes: None, path: Path
) -> None:
    (each,) = _made(api, [yaml12.parse_yaml(path.read_text("utf-8"))], minor)
    assert _compared(each, minor) == ""


def _agreed(api: Api, minor: int, random: Random, namespaces: int) -> Counter[str]:
    """How often each way to decide was taken; fails with the smallest case on which the two sides differ."""
    decided: Counter[str] = Counter()
    for each in _made(api, [quota_case(random, minor) for _ in range(namespaces)], minor):
        told = _compared(each, minor)
        decided += each.decided
        if told:
            smallest = shrunk(each.case, lambda case: bool(_disagreement(api, case, minor)))
            pytest.fail(
                f"{told}\nsmallest case, to be kept:\n{smallest}\n{_disagreement(api, smallest, minor)}"
            )
    return decided


def _disagreement(api: Api, case: Case, minor: int) -> str:
    """What the two sides say where it differs; empty where they agree, or the case makes no sense."""
    try:
        assert all(each["kind"] for each in (*case["limitRanges"], *case["quotas"], *case["objects"]))
        for quota in case["quotas"]:
            hard, status = quota["spec"]["hard"], quota["status"]
            assert hard == status["hard"] and set(hard) == set(status["used"])
        (each,) = _made(api, [case], minor)
        told = _compared(each, minor)
        # What is left must be an object that only quotas can refuse.
        return "" if any(words in told for words in (" is invalid: ", "pod rejected")) else told
    except (KeyError, TypeError, AttributeError, ValueError, AssertionError):
        # A part was left out without which it is no case.
        return ""


def _made(api: Api, cases: list[Case], minor: int) -> list[Asked]:
    """Every case in a namespace of its own, with all quotas as the plugin sees them."""
    made: list[Asked] = []
    for case in cases:
        each = Asked(case, Namespace(api, f"quota-{next(_NUMBERS)}"))
        each.namespace.create({}, tuple(case["limitRanges"]))
        for quota in case["quotas"]:
            faults: list[Problem] = []
            own = resource_quota(quota, (), minor, faults)
            stored = create_quota(each.namespace, quota)
            if stored.accepted == bool(faults):
                each.told = f"{quota}\ntheirs {stored.message or 'accepted'}\nours {faults or 'accepted'}"
            each.quotas += () if faults else (own,)
            each.decided["invalid quota"] += bool(faults)
        each.limit_ranges = read_limit_ranges(case["limitRanges"])
        made.append(each)
    wait_for_quotas(api)
    return made


def _compared(each: Asked, minor: int) -> str:
    """Create the objects one after another; the first disagreement, told."""
    if each.told:
        return each.told
    quotas = each.quotas
    for manifest in each.case["objects"]:
        answer = _created(each.namespace, manifest)
        if OUTSIDE in answer.message:
            continue
        charge, faults = _charge(manifest, each.limit_ranges, minor)
        if faults:
            if answer.accepted:
                return f"{manifest}\nonly we refuse it: {faults}"
            continue
        refused = refusals(quotas, charge)
        _count(each.decided, quotas, charge, refused)
        told = sentences(answer)
        if told not in ([frozenset({refusal.text}) for refusal in refused] or [frozenset()]):
            ours = [each.text for each in refused] or "accepted"
            return f"{manifest}\ntheirs {answer.message or 'accepted'}\nours {ours}"
        if not refused:
            quotas = charged(quotas, charge)
    return _used(each.namespace, quotas)


def _created(namespace: Namespace, manifest: Manifest) -> Answer:
    answer = namespace.create_object(manifest)
    ports = manifest.get("spec", {}).get("ports", ())
    if answer.accepted and any(port.get("nodePort") == NODE_PORT for port in ports):
        at = f"{namespace.collection('Service')}/{manifest['metadata']['name']}"
        namespace.api.delete(at).succeeded()
    return answer


def _charge(manifest: Manifest, limit_ranges: tuple[LimitRange, ...], minor: int) -> tuple[Charge, list[str]]:
    """What the object costs after LimitRanger, and why it is refused before quotas are asked."""
    if manifest["kind"] == "Pod":
        decision = decide_pod(limit_ranges, manifest["spec"], manifest["metadata"]["name"], minor)
        faults = [violation.text for violation in decision.violations]
        return pod_charge(decision.pod, manifest["spec"], minor), faults
    if manifest["kind"] == "PersistentVolumeClaim":
        return claim_charge(manifest, minor), []
    return object_charge(manifest), []


def _count(
    decided: Counter[str], quotas: tuple[ResourceQuota, ...], charge: Charge, refused: tuple[Refusal, ...]
) -> None:
    concerned = [quota for quota in quotas if concerns(quota, charge)]
    decided["objects"] += 1
    decided["out of scope"] += any(quota.scopes and quota not in concerned for quota in quotas)
    decided["several quotas refuse"] += len(refused) > 1
    if refused:
        decided["unspecified" if refused[0].unspecified else "exceeded"] += 1
        decided.update(resource for refusal in refused for resource in refusal.resources)
    elif concerned:
        decided["admitted"] += 1


def _used(namespace: Namespace, quotas: tuple[ResourceQuota, ...]) -> str:
    """How the quotas' status differs from what we added up; empty where it does not."""
    for quota in quotas:
        stored = namespace.api.get(f"{namespace.collection('ResourceQuota')}/{quota.name}").succeeded()
        used: dict[str, Any] = stored["status"].get("used", {})
        ours = {resource: amount.echo for resource, amount in quota.used.items()}
        if used != ours:
            return f"{quota.name}: used {used}, by us {ours}"
    return ""
