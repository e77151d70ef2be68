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
from redismanifests.judge.admission.pod_security.pod_security import BASELINE, RESTRICTED, breaches, judge
from redismanifests.judge.admission.pod_security.pod_security_labels import (
    LEVELS,
    PREFIX,
    Standard,
    policy,
    read_labels,
)

if TYPE_CHECKING:
    from cluster.api import Answer, Api
    from deployment import Manifest
    from redismanifests.judge.admission.manifest import Problem

pytestmark = pytest.mark.cluster

SEED = 20261123
PODS = 300
PINNED = 4
"""Versions, drawn again for each pod, in which each level is asked besides the latest."""

VALID_AT_LEAST = 250
"""Pods that Kubernetes shows to its plugins: the others are refused before."""

BROKEN_AT_LEAST = 15
"""Verdicts in which each control is broken."""

BREAKABLE_SINCE = {"procMount": 33}
"""Controls that nothing can break before: the field is dropped."""

_TOLD = re.compile(r'(?:violates|would violate) PodSecurity "[^"]*": .*', re.DOTALL)


@pytest.fixture(scope="module")
def namespaces(api: Api) -> dict[Standard, Namespace]:
    """One that enforces each level in each version."""
    made = {}
    for number, (level, version) in enumerate(product(LEVELS, VERSIONS)):
        made[Standard(level, version)] = Namespace(api, f"security-{number}")
        made[Standard(level, version)].create(enforced(Standard(level, version)))
    return made


def enforced(standard: Standard) -> dict[str, str]:
    """Labels of a namespace that does nothing else."""
    return {
        f"{PREFIX}enforce": standard.level,
        f"{PREFIX}enforce-version": standard.version,
        f"{PREFIX}warn": "privileged",
    }


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
    return "".join(each.text for each in judge(manifest, policy(enforced(standard)), minor))


def smallest(manifest: Manifest, namespace: Namespace, standard: Standard, minor: int) -> str:
    """A disagreement, told by the smallest pod that shows it: a named case for tests/admission."""

    def differs(candidate: Any) -> bool:
        answer = namespace.create_in("Pod", candidate, DRY_RUN)
        return answer.code != INVALID and told(answer) != ours(candidate, standard, minor)

    case = shrunk(manifest, differs)
    theirs = told(namespace.create_in("Pod", case, DRY_RUN))
    return f"{standard}\n{case}\ntheirs {theirs}\nours   {ours(case, standard, minor)}"


def test_pods_get_the_same_verdict_in_the_same_words(
    namespaces: dict[Standard, Namespace], minor: int
) -> None:
    random = Random(SEED)
    counted: Counter[str] = Counter()
    disagreements: list[str] = []
    for number in range(PODS):
        manifest = pod(random, f"pod-{number}")
        standards = [
            Standard(level, version)
            for version, level in product(("latest", *random.sample(VERSIONS[1:], PINNED)), LEVELS)
        ]
        if namespaces[standards[0]].create_in("Pod", manifest, DRY_RUN).code == INVALID:
            counted["invalid"] += 1
            continue
        for standard in standards:
            theirs = told(namespaces[standard].create_in("Pod", manifest, DRY_RUN))
            counted["refused" if theirs else "admitted"] += 1
            counted.update(each.control for each in breaches(manifest, standard, minor))
            if theirs != ours(manifest, standard, minor):
                disagreements.append(smallest(manifest, namespaces[standard], standard, minor))
    assert disagreements == [], f"{len(disagreements)}: {disagreements[0]}"
    controls = {each.name for each in (*BASELINE, *RESTRICTED) if minor >= min(each.checks)}
    breakable = {each for each in controls if minor >= BREAKABLE_SINCE.get(each, 0)}
    rare = {each: counted[each] for each in breakable if counted[each] < BROKEN_AT_LEAST}
    assert rare == {}, counted
    assert PODS - counted["invalid"] >= VALID_AT_LEAST, counted


LABELS: tuple[dict[str, str], ...] = (
    {},
    {"enforce": "baseline"},
    {"enforce": "restricted"},
    {"enforce": "restricted", "enforce-version": "v1.22"},
    {"enforce": "baseline", "warn-version": "v1.18"},
    {"enforce": "baseline", "enforce-version": "v1.18", "warn": "restricted"},
    {"enforce": "restricted", "warn": "baseline"},
    {"enforce-version": "v1.24"},
    {"warn": "restricted", "warn-version": "v1.20"},
    {"audit": "restricted", "warn": "baseline", "warn-version": "latest"},
)
"""Labels of namespaces, without their prefix: what follows where some are missing."""


@pytest.mark.parametrize("labels", LABELS, ids=lambda labels: "_".join(f"{k}-{v}" for k, v in labels.items()))
def test_labels_mean_the_same_to_both(api: Api, minor: int, labels: dict[str, str]) -> None:
    full = {f"{PREFIX}{key}": value for key, value in labels.items()}
    namespace = Namespace(api, f"labels-{LABELS.index(labels)}")
    namespace.create(full)
    random = Random(SEED + 1)
    seen = set()
    for number in range(40):
        manifest = pod(random, f"pod-{number}")
        answer = namespace.create_in("Pod", manifest, DRY_RUN)
        if answer.code == INVALID:
            continue
        said = {each.mode: each.text for each in judge(manifest, policy(full), minor)}
        assert told(answer) == said.get("enforce", "")
        warnings = [each for each in answer.warnings if "PodSecurity" in each]
        # Whom it refuses it does not warn.
        assert warnings == ([said["warn"]] if "warn" in said and "enforce" not in said else [])
        seen.add((answer.accepted, bool(warnings)))
    speaks = "privileged" not in {policy(full).enforce.level, policy(full).warn.level}
    assert len(seen) >= (2 if speaks else 1)


WRONG_LABELS: tuple[dict[str, str], ...] = (
    {"enforce": "strict"},
    {"enforce": "Restricted"},
    {"warn": ""},
    {"audit-version": "1.25"},
    {"enforce-version": "v1.25.3"},
    {"warn-version": "v1.01"},
    {"enforce-version": "v2.0"},
    {"enforce": "baseline", "enforce-version": "Latest"},
)


@pytest.mark.parametrize(
    "labels", WRONG_LABELS, ids=lambda labels: "_".join(f"{k}-{v}" for k, v in labels.items())
)
def test_labels_that_the_api_server_refuses_are_refused(api: Api, labels: dict[str, str]) -> None:
    metadata = {"name": "wrong-labels", "labels": {f"{PREFIX}{key}": value for key, value in labels.items()}}
    answer = api.create("/api/v1/namespaces", {"metadata": metadata}, DRY_RUN)
    problems: list[Problem] = []
    read_labels({"metadata": metadata}, (), problems)
    assert answer.code == INVALID
    assert {problem.path[-1] for problem in problems} == {
        re.findall(r"\[(.*?)\]", cause["field"])[0] for cause in answer.body["details"]["causes"]
    }
