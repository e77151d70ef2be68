"""LimitRanges decided twice: by redismanifests.admission and by the real plugin, on the same generated pods."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import permutations
from random import Random
from typing import TYPE_CHECKING

import pytest

from cluster.api import DRY_RUN
from cluster.generated import case
from cluster.namespace import Namespace
from cluster.refusal import sentences
from cluster.witness import wait_for_limit_ranges
from redismanifests.admission.limit_range import (
    Decision,
    LimitRange,
    ManifestError,
    decide_claim,
    decide_pod,
    read_limit_ranges,
)

if TYPE_CHECKING:
    from cluster.api import Answer, Api
    from cluster.generated import Case
    from deployment import Manifest

pytestmark = pytest.mark.cluster

SEED = 20261122
NAMESPACES = 200
CONSTRAINTS = ("min", "max", "maxLimitRequestRatio", "requestWithinLimit")


OUTSIDE = "HugePages require cpu or memory"
"""A reason that admission does not give: a LimitRange's default for huge pages makes a pod invalid that asks for
neither. Such pods are not compared."""


@dataclass(frozen=True)
class Asked:
    """A generated namespace that the API server has, and how we read its LimitRanges."""

    case: Case
    namespace: Namespace
    limit_ranges: tuple[LimitRange, ...]


@pytest.fixture(scope="module")
def minor(kubernetes: str) -> int:
    """The Kubernetes that answers: 32 for 1.32."""
    return int(kubernetes.partition(".")[2])


@pytest.fixture(scope="module")
def asked(api: Api) -> list[Asked]:
    """Generated namespaces, in which the admission plugin has seen every LimitRange; they go with the server."""
    random = Random(SEED)
    made: list[Asked] = []
    for number in range(NAMESPACES):
        generated = case(random)
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
            decisions = [
                decide_pod(order, pod["spec"], pod["metadata"]["name"], minor)
                for order in permutations(each.limit_ranges)
            ]
            if OUTSIDE in answer.message:
                continue
            decided["admitted" if answer.accepted else "refused"] += 1
            decided.update({violation.constraint for violation in decisions[0].violations})
            # Where LimitRanges disagree about a default, the server takes them in no order.
            if not any(_agree(answer, decision) for decision in decisions):
                disagreements.append(_told(each.case, pod, answer, decisions[0]))
    assert disagreements == [], f"{len(disagreements)}: {disagreements[0]}"
    assert all(decided[constraint] >= 5 for constraint in (*CONSTRAINTS, "admitted", "refused")), decided


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


def _told(case: Case, pod: Manifest, answer: Answer, decision: Decision) -> str:
    limits = [each["spec"]["limits"] for each in case.limit_ranges]
    containers = {key: pod["spec"].get(key, []) for key in ("containers", "initContainers")}
    theirs = answer.message or str(_effective(answer))
    ours = [violation.text for violation in decision.violations] or _ours(decision)
    return f"\nlimits {limits}\npod {containers}\ntheirs {theirs}\nours {ours}"
