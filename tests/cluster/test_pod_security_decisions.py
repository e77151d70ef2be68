"""Pod Security decided twice: by redismanifests.admission and by the real plugin, on the same generated pods."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from cluster.api import DRY_RUN
from cluster.generated_security import VERSIONS, pod
from cluster.namespace import Namespace
from cluster.refusal import FORBIDDEN, INVALID
from cluster.shrunk import shrunk
from redismanifests.admission.pod_security import BASELINE, RESTRICTED, judge
from redismanifests.admission.pod_security_labels import LEVELS, PREFIX, Standard, policy

if TYPE_CHECKING:
    from cluster.api import Answer, Api
    from deployment import Manifest

pytestmark = pytest.mark.cluster

SEED = 20261123
PODS = 600
PINNED = 4
"""Versions, drawn anew for each pod, in which each level is asked besides the latest."""

INVALID_AT_MOST = 0.15
"""Of the pods: those that are no pods for Kubernetes before any plugin sees them."""

_TOLD = re.compile(r'(?:violates|would violate) PodSecurity "[^"]*": .*', re.DOTALL)


@pytest.fixture(scope="module")
def minor(kubernetes: str) -> int:
    """The Kubernetes that answers: 32 for 1.32."""
    return int(kubernetes.partition(".")[2])


@pytest.fixture(scope="module")
def namespaces(api: Api) -> dict[Standard, Namespace]:
    """One that enforces each level in each version."""
    made = {}
    for number, (level, version) in enumerate(product(LEVELS, VERSIONS)):
        namespace = Namespace(api, f"security-{number}")
        namespace.create({f"{PREFIX}enforce": level, f"{PREFIX}enforce-version": version, f"{PREFIX}warn": "privileged"})
        made[Standard(level, version)] = namespace
    return made


def told(answer: Answer) -> str:
    """The plugin's sentence; nothing where it admits the pod."""
    if answer.accepted:
        return ""
    assert answer.code == FORBIDDEN, answer.message
    found = _TOLD.search(answer.message)
    assert found, answer.message
    return found[0]


def ours(manifest: Manifest, standard: Standard, minor: int) -> str:
    """Our sentence."""
    labels = {
        f"{PREFIX}enforce": standard.level,
        f"{PREFIX}enforce-version": standard.version,
        f"{PREFIX}warn": "privileged",
    }
    return "".join(each.text for each in judge(manifest, policy(labels), minor))


def test_pods_get_the_same_verdict_in_the_same_words(
    namespaces: dict[Standard, Namespace], minor: int
) -> None:
    random = Random(SEED)
    counted: Counter[str] = Counter()
    for number in range(PODS):
        manifest = pod(random, f"pod-{number}")
        for version, level in product(("latest", *random.sample(VERSIONS[1:], PINNED)), LEVELS):
            standard = Standard(level, version)
            namespace = namespaces[standard]
            answer = namespace.create_in("Pod", manifest, DRY_RUN)
            if answer.code == INVALID:
                counted["invalid"] += 1
                break
            counted["refused" if told(answer) else "admitted"] += 1

            def differs(candidate: Any) -> bool:
                said = namespace.create_in("Pod", candidate, DRY_RUN)
                return said.code in {201, FORBIDDEN} and told(said) != ours(candidate, standard, minor)

            if told(answer) != ours(manifest, standard, minor):
                case = shrunk(manifest, differs)
                theirs = told(namespace.create_in("Pod", case, DRY_RUN))
                raise AssertionError(f"{standard}\n{case}\ntheirs {theirs}\nours   {ours(case, standard, minor)}")
    print(counted)
    assert counted["invalid"] <= INVALID_AT_MOST * PODS, counted
