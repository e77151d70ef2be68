"""LimitRanges decided twice: by redismanifests.admission and by the real plugin, on the same generated pods."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from cluster.api import CREATED, DRY_RUN
from cluster.generated import RUNTIME_CLASS, case
from cluster.namespace import Namespace
from cluster.refusal import FORBIDDEN, INVALID, sentences
from cluster.shrunk import shrunk
from cluster.witness import wait_for_limit_ranges
from redismanifests.judge.admission.constraint import CLAIM
from redismanifests.judge.admission.limit_range.limit_range import (
    Decision,
    ManifestError,
    decide_claim,
    decide_pod,
    read_limit_ranges,
)

if TYPE_CHECKING:
    from cluster.api import Answer, Api
    from cluster.generated import Case
    from deployment import Manifest
    from redismanifests.core.values.limit_range import LimitRange

pytestmark = pytest.mark.cluster

SEED = 20261122
NAMESPACES = 330
PODS = 10
"""In each namespace; some of the namespaces have a LimitRange that is refused itself."""

PAIRS = 3000
"""At least so many pods are decided twice."""
CONSTRAINTS = ("min", "max", "maxLimitRequestRatio", "requestWithinLimit")


EACH_WAY = 50
"""Pods that every kind of constraint refuses, and that it looks at and admits."""


def _limited(limits: dict[str, str]) -> dict[str, Any]:
    """A container with these limits."""
    return {"name": "c", "image": "i", "resources": {"limits": limits}}


@dataclass(frozen=True)
class Asked:
    """A generated namespace that the API server has, and how we read its LimitRanges."""

    case: Case
    namespace: Namespace
    limit_ranges: tuple[LimitRange, ...]


@pytest.fixture(scope="module")
def asked(api: Api) -> list[Asked]:
    """Generated namespaces, in which the admission plugin has seen every LimitRange; they go with the server."""
    random = Random(SEED)
    made: list[Asked] = []
    api.create("/apis/node.k8s.io/v1/runtimeclasses", RUNTIME_CLASS).succeeded()
    for number in range(NAMESPACES):
        generated = case(random, PODS)
        namespace = Namespace(api, f"limits-{number}")
        namespace.create({})
        answers = [namespace.create_in("LimitRange", each) for each in generated.limit_ranges]
        read = _same_reading(generated.limit_ranges, answers)
        if read is not None:
            made.append(Asked(generated, namespace, read))
    wait_for_limit_ranges(api)
    return made


def _same_reading(written: tuple[Manifest, ...], answers: list[Answer]) -> tuple[LimitRange, ...] | None:
    """The LimitRanges of a namespace; None where one is refused. Both sides must agree which are."""
    for each, answer in zip(written, answers, strict=True):
        try:
            read_limit_ranges(each)
        except ManifestError as error:
            assert not answer.accepted, f"only we refuse {each}: {error}"
        else:
            assert answer.accepted, f"only Kubernetes refuses {each}: {answer.message}"
    return read_limit_ranges(written) if all(answer.accepted for answer in answers) else None


def test_pods_get_the_same_verdict_the_same_resources_and_the_same_words(
    asked: list[Asked], minor: int
) -> None:
    disagreements: list[str] = []
    decided: Counter[str] = Counter()
    for each in asked:
        for pod in each.case.pods:
            answer = each.namespace.create_in("Pod", pod, DRY_RUN)
            decisions = _decisions(each.limit_ranges, pod, minor)
            decided["admitted" if answer.accepted else "refused"] += 1
            decided.update(_tried(decisions[0], each.limit_ranges))
            # Where LimitRanges disagree about a default, the server takes them in no order.
            if not any(_agree(answer, decision) for decision in decisions):
                disagreements.append(_smallest(each, pod, minor))
    assert disagreements == [], f"{len(disagreements)}: {disagreements[0]}"
    assert decided["admitted"] + decided["refused"] >= PAIRS
    rare = {f"{kind} {way}" for kind in CONSTRAINTS for way in ("broken", "held")}
    assert {each: decided[each] for each in rare if decided[each] < EACH_WAY} == {}, decided


CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "whole units where thousandths do not fit into 64 bits": (
        [{"type": "Container", "max": {"memory": "9300000000000000500m"}}],
        {"containers": [_limited({"memory": "9300000000000000900m"})]},
    ),
    "thousandths where they fit": (
        [{"type": "Container", "max": {"memory": "9200000000000000500m"}}],
        {"containers": [_limited({"memory": "9200000000000000900m"})]},
    ),
    "huge pages by default and nothing beside them": (
        [{"type": "Container", "default": {"hugepages-2Mi": "2Mi"}}],
        {"containers": [_limited({})]},
    ),
    "a pod's own request after the defaults of its containers": (
        [
            {"type": "Container", "defaultRequest": {"cpu": "100m"}},
            {"type": "Pod", "max": {"cpu": "1"}},
        ],
        {"containers": [_limited({})], "resources": {"limits": {"cpu": "2"}}},
    ),
    "a pod's own limit that follows its containers": (
        [{"type": "Pod", "max": {"cpu": "1"}}],
        {"containers": [_limited({"cpu": "1"})], "resources": {"requests": {"cpu": "3"}}},
    ),
    "containers beyond their pod": (
        [{"type": "Pod", "max": {"cpu": "1"}}],
        {"containers": [_limited({"cpu": "2"})], "resources": {"limits": {"cpu": "1"}}},
    ),
    "an overhead that no one counts": (
        [{"type": "Pod", "max": {"cpu": "1"}}],
        {"containers": [_limited({"cpu": "1"})], "runtimeClassName": "gentle"},
    ),
}
"""What generated pods were shrunk to where the two sides disagreed, and what comes near it."""


@pytest.mark.parametrize("name", CASES)
def test_named_cases_are_decided_as_by_the_api_server(
    asked: list[Asked], api: Api, minor: int, name: str
) -> None:
    items, spec = CASES[name]
    limit_range = {"kind": "LimitRange", "metadata": {"name": "limits"}, "spec": {"limits": items}}
    namespace = Namespace(api, f"case-{list(CASES).index(name)}")
    namespace.create({}, (limit_range,))
    wait_for_limit_ranges(api)
    pod = {"metadata": {"name": "p"}, "spec": spec}
    answer = namespace.create_in("Pod", pod, DRY_RUN)
    (decision,) = _decisions(read_limit_ranges(limit_range), pod, minor)
    assert _agree(answer, decision), _told((limit_range,), pod, answer, decision)


def test_claims_get_the_same_verdict_in_the_same_words(asked: list[Asked]) -> None:
    for each in asked:
        for claim in each.case.claims:
            answer = each.namespace.create_in("PersistentVolumeClaim", claim, DRY_RUN)
            ours = decide_claim(each.limit_ranges, claim)
            by_range = [
                frozenset(violation.text for violation in ours if violation.limit_range == limit_range.name)
                for limit_range in each.limit_ranges
            ]
            assert sentences(answer) in [told for told in by_range if told] or not (
                sentences(answer) or ours
            ), (
                each.case.limit_ranges,
                claim,
                answer.message,
                ours,
            )


def _decisions(limit_ranges: tuple[LimitRange, ...], pod: Manifest, minor: int) -> list[Decision]:
    """Ours, for every order in which the server may take the LimitRanges."""
    return [
        decide_pod(order, pod["spec"], pod["metadata"]["name"], minor) for order in permutations(limit_ranges)
    ]


def _tried(decision: Decision, limit_ranges: tuple[LimitRange, ...]) -> set[str]:
    """Which kinds of constraint looked at the pod, and how it went."""
    broken = {violation.constraint for violation in decision.violations}
    items = [item for limit_range in limit_ranges for item in limit_range.items if item.type != CLAIM]
    named = {"min": "min", "max": "max", "maxLimitRequestRatio": "max_ratio"}
    there = {kind for kind, field in named.items() if any(getattr(item, field) for item in items)}
    if any(set(each.requests) & set(each.limits) for each in decision.pod.containers):
        there.add("requestWithinLimit")
    return {f"{kind} broken" for kind in broken} | {f"{kind} held" for kind in there - broken}


def _smallest(asked: Asked, pod: Manifest, minor: int) -> str:
    """A disagreement, told by the smallest pod that shows it: one for `CASES`."""

    def differs(candidate: Manifest) -> bool:
        answer = asked.namespace.create_in("Pod", candidate, DRY_RUN)
        if answer.code not in {CREATED, FORBIDDEN, INVALID} or "name" not in candidate.get("metadata", {}):
            return False
        return not any(_agree(answer, each) for each in _decisions(asked.limit_ranges, candidate, minor))

    case = shrunk(pod, differs)
    answer = asked.namespace.create_in("Pod", case, DRY_RUN)
    return _told(asked.case.limit_ranges, case, answer, _decisions(asked.limit_ranges, case, minor)[0])


def _agree(answer: Answer, decision: Decision) -> bool:
    if answer.accepted:
        return decision.admitted and _effective(answer) == _ours(decision)
    return sentences(answer) in _refusals(decision)


def _refusals(decision: Decision) -> list[frozenset[str]]:
    """What the server may say: first the pod must be valid; then the first LimitRange that refuses speaks alone."""
    invalid = {each.text for each in decision.violations if each.constraint == "requestWithinLimit"}
    if invalid:
        return [frozenset(invalid)]
    names = {each.limit_range for each in decision.violations}
    return [
        frozenset(each.text for each in decision.violations if each.limit_range == name) for name in names
    ]


def _effective(answer: Answer) -> dict[str, dict[str, dict[str, str]]]:
    spec = answer.body["spec"]
    return {
        container["name"]: {
            side: container.get("resources", {}).get(side, {}) for side in ("requests", "limits")
        }
        for key in ("containers", "initContainers")
        for container in spec.get(key, ())
    }


def _ours(decision: Decision) -> dict[str, dict[str, dict[str, str]]]:
    return {
        container.name: {
            "requests": {name: amount.echo for name, amount in container.requests.items()},
            "limits": {name: amount.echo for name, amount in container.limits.items()},
        }
        for container in decision.pod.containers
    }


def _told(limit_ranges: tuple[Manifest, ...], pod: Manifest, answer: Answer, decision: Decision) -> str:
    limits = [each["spec"]["limits"] for each in limit_ranges]
    theirs = answer.message or str(_effective(answer))
    ours = [violation.text for violation in decision.violations] or _ours(decision)
    return f"\nlimits {limits}\npod {pod['spec']}\ntheirs {theirs}\nours {ours}"
