"""The whole folder, applied as operators apply it: accepted in one pass, and never drifting, in whatever order.

The profiles are those that cover every field, of which CI applies those that cover most; other values of the fields are
tried in test_values.py.

All tests share one namespace for each profile: what one of them has done must not make a difference to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from cluster.rendering import profile_for, rendered
from deployment import covering
from seldom import first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.api import Api
    from cluster.kubectl import Kubectl, Said
    from cluster.rendering import Rendered

pytestmark = pytest.mark.cluster

ALWAYS_CONFIGURED = "poddisruptionbudget.policy/"
"""kubectl's client-side diff never calls a PodDisruptionBudget unchanged: its selector has the patch strategy
"replace", for which apimachinery does not compare. Source: handleMapDiff in its pkg/util/strategicpatch/patch.go."""


PRUNED = tuple(
    f"--prune-allowlist={kind}"
    for kind in (
        *("core/v1/ConfigMap", "core/v1/Service", "core/v1/ServiceAccount", "apps/v1/StatefulSet"),
        "batch/v1/CronJob",
        *("policy/v1/PodDisruptionBudget", "networking.k8s.io/v1/NetworkPolicy"),
    )
)
"""Kinds that kubectl may take away. Without them it takes every Namespace with the label as well, of which each
deployment may have one."""


class Applied(NamedTuple):
    """A folder, and what kubectl said when it was applied to a server that had nothing of it."""

    folder: Rendered
    namespace: Namespace
    kubectl: Kubectl
    said: Said

    def versions(self) -> dict[str, str]:
        """What changes whenever the API server stores something else."""
        stored = [self.namespace.stored(each) for each in self.folder.objects]
        return {
            f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["resourceVersion"]
            for each in stored
        }

    def again(self, *options: str) -> Said:
        """Apply it another time."""
        return self.kubectl("apply", *options, "-f", self.folder.folder)


@pytest.fixture(scope="module", params=first(4, covering(), lambda path: path.stem))
def applied(
    request: pytest.FixtureRequest,
    api: Api,
    kubectl: Kubectl,
    kubernetes: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Applied]:
    """Every field that a committed profile renders, applied client-side."""
    room = tmp_path_factory.mktemp("applied")
    namespace = Namespace(api, f"applied-{covering().index(request.param)}")
    folder = rendered(profile_for(request.param, namespace.name, kubernetes, room), room / "rendered")
    if not folder.brings_namespace:
        namespace.create(RESTRICTED, REFERENCE_LIMITS)
    yield Applied(folder, namespace, kubectl, kubectl("apply", "-f", folder.folder))
    namespace.remove()


def assert_quiet(said: Said) -> None:
    """It worked, and no one warned of anything."""
    assert (said.code, said.errors) == (0, "")


def assert_no_difference(applied: Applied, *options: str) -> None:
    """``kubectl diff`` finds none."""
    said = applied.kubectl("diff", *options, "-f", applied.folder.folder)
    assert (said.code, said.output, said.errors) == (0, "", "")


def test_everything_is_created_in_one_pass_without_a_warning(applied: Applied) -> None:
    assert_quiet(applied.said)
    assert [line for line in applied.said.lines if not line.endswith(" created")] == []
    assert len(applied.said.lines) == len(applied.folder.objects)


def test_applied_again_nothing_changes(applied: Applied) -> None:
    before = applied.versions()
    again = applied.again()
    assert_quiet(again)
    changed = [line for line in again.lines if not line.endswith(" unchanged")]
    assert [line for line in changed if not line.startswith(ALWAYS_CONFIGURED)] == []
    # As long as kubectl has its quirk, it is a quirk and no difference: nothing is stored again.
    assert len(changed) == len(applied.folder.of_kind("PodDisruptionBudget"))
    assert applied.versions() == before


def lost(written: object, stored: object, at: str) -> Iterator[str]:
    """What the API server left out or wrote another way."""
    if isinstance(written, dict) and isinstance(stored, dict):
        for key, value in written.items():
            # Null is what a field is that is not there.
            yield from lost(value, stored.get(key), f"{at}.{key}")
    elif isinstance(written, list) and isinstance(stored, list) and len(written) == len(stored):
        for index, (ours, theirs) in enumerate(zip(written, stored, strict=True)):
            yield from lost(ours, theirs, f"{at}[{index}]")
    elif written != stored:
        yield f"{at}: {written!r} is stored as {stored!r}"


def test_what_is_written_is_stored_as_it_is_written(applied: Applied) -> None:
    found = [
        difference
        for each in applied.folder.objects
        for difference in lost(
            each, applied.namespace.stored(each), f"{each['kind']}/{each['metadata']['name']}"
        )
    ]
    assert found == []


def test_there_is_no_difference_after_a_client_side_apply(applied: Applied) -> None:
    assert_no_difference(applied)


def test_kubectl_takes_over_server_side_without_a_conflict(applied: Applied) -> None:
    assert_quiet(applied.again("--server-side"))
    before = applied.versions()
    assert_quiet(applied.again("--server-side"))
    assert applied.versions() == before
    assert_no_difference(applied, "--server-side")


def test_pruning_by_label_takes_nothing_away(applied: Applied) -> None:
    options = ("--prune", "--selector=app.kubernetes.io/managed-by=redismanifests", *PRUNED)
    namespace = f"--namespace={applied.namespace.name}"
    # After another way to apply, the first run writes kubectl's own annotation again.
    first = applied.again(*options, namespace)
    before = applied.versions()
    second = applied.again(*options, namespace)
    assert [(each.code, each.errors) for each in (first, second)] == [(0, "")] * 2
    lines = [*first.lines, *second.lines]
    assert [line for line in lines if line.endswith((" pruned", " created"))] == []
    assert applied.versions() == before
