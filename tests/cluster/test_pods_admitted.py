"""Pods and claims of the rendered StatefulSets: admitted, or refused in the words that `check --limits` had before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cluster.api import DRY_RUN
from cluster.namespace import REFERENCE_LIMITS, RESTRICTED
from cluster.refusal import sentences
from cluster.rendering import job_of, pods_of
from deployment import MINIMAL
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cluster.api import Answer
    from cluster.namespace import Namespace
    from cluster.rendering import Rendered
    from deployment import Manifest

pytestmark = pytest.mark.cluster

TIGHT: dict[str, dict[str, object]] = {
    "asks-for-more-cpu": {"type": "Container", "min": {"cpu": "3"}},
    "asks-for-more-memory": {"type": "Container", "min": {"cpu": "10m", "memory": "5Gi"}},
    "memory-at-most-100Mi": {"type": "Container", "max": {"memory": "100Mi"}},
    "cpu-must-be-limited-to-twice-the-request": {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
    "cpu-limited-by-default-below-the-request": {"type": "Container", "default": {"cpu": "20m"}},
    "pods-at-most-150Mi": {"type": "Pod", "max": {"memory": "150Mi"}},
    "pods-at-least-4-cpus": {"type": "Pod", "min": {"cpu": "4"}},
    "claims-at-most-500Mi": {"type": "PersistentVolumeClaim", "max": {"storage": "500Mi"}},
    "claims-at-least-1Ti": {"type": "PersistentVolumeClaim", "min": {"storage": "1Ti"}},
}
"""Entries of a LimitRange that most profiles break, one constraint each."""

MARK = ": LimitRange tight: "
"""Stands in a finding before the sentence of the API server."""


def limit_range(entry: dict[str, object]) -> Manifest:
    """A LimitRange of that one entry."""
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "tight"},
        "spec": {"limits": [entry]},
    }


@pytest.fixture
def limits(folder: Rendered) -> tuple[Manifest, ...]:
    """The LimitRanges that the profile names; the reference's where it names none."""
    return folder.limit_ranges or REFERENCE_LIMITS


def prepare(folder: Rendered, namespace: Namespace, limit_ranges: tuple[Manifest, ...]) -> None:
    """What must be there before a pod is made: the namespace, its limits, the accounts, the priority classes."""
    brought = [each["metadata"]["labels"] for each in folder.of_kind("Namespace")]
    namespace.create(brought[0] if brought else RESTRICTED, limit_ranges)
    for account in folder.of_kind("ServiceAccount"):
        namespace.create_in("ServiceAccount", account).succeeded()
    folder.create_priority_classes(namespace.api)


def answers(folder: Rendered, namespace: Namespace) -> Iterator[tuple[str, Answer]]:
    """What the API server says of the first pod and the claims of each StatefulSet, and of each CronJob's pod."""
    for stateful_set in folder.of_kind("StatefulSet"):
        pod, claims = pods_of(stateful_set, namespace.name)
        for manifest in (*claims, pod):
            yield manifest["metadata"]["name"], namespace.create_in(manifest["kind"], manifest, DRY_RUN)
    for cron_job in folder.of_kind("CronJob"):
        _, pod = job_of(cron_job)
        yield pod["metadata"]["name"], namespace.create_in("Pod", pod, DRY_RUN)


def test_pods_and_claims_are_admitted_without_a_warning(
    folder: Rendered, namespace: Namespace, limits: tuple[Manifest, ...]
) -> None:
    prepare(folder, namespace, limits)
    said = {name: (answer.message, answer.warnings) for name, answer in answers(folder, namespace)}
    assert len(said) >= 3
    assert said == dict.fromkeys(said, ("", ()))


@pytest.mark.parametrize("tight", TIGHT)
def test_limits_that_are_too_tight_refuse_in_the_words_of_check(
    folder: Rendered, namespace: Namespace, tmp_path: Path, tight: str
) -> None:
    tight_range = limit_range(TIGHT[tight])
    file = tmp_path / "tight.yaml"
    file.write_text(json.dumps(tight_range))
    prepare(folder, namespace, (tight_range,))
    said = {sentence for _, answer in answers(folder, namespace) for sentence in sentences(answer)}
    findings = review(folder.profile, [file]).findings
    told = {finding.fact.partition(MARK)[2] for finding in findings if MARK in finding.fact}
    assert said == told


@pytest.mark.parametrize("tight", TIGHT)
def test_every_tight_limit_refuses_the_shortest_profile(tight: str, tmp_path: Path) -> None:
    """So that the comparison above compares more than silence."""
    file = tmp_path / "tight.yaml"
    file.write_text(json.dumps(limit_range(TIGHT[tight])))
    assert [finding for finding in review(MINIMAL, [file]).findings if MARK in finding.fact]
