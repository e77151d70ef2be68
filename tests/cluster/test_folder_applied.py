"""The whole folder, applied as operators and GitOps tools apply it: accepted in one pass, and never drifting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cluster.namespace import REFERENCE_LIMITS, RESTRICTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.kubectl import Kubectl, Said
    from cluster.namespace import Namespace
    from cluster.rendering import Rendered

pytestmark = pytest.mark.cluster

MANAGERS = ("kubectl", "argocd-controller", "kustomize-controller")
"""Field managers of server-side apply: kubectl's own, Argo CD's, Flux'."""

ALWAYS_CONFIGURED = "poddisruptionbudget.policy/"
"""kubectl's client-side diff never calls a PodDisruptionBudget unchanged: its selector has the patch strategy
"replace", for which apimachinery does not compare. Source: handleMapDiff in its pkg/util/strategicpatch/patch.go."""


@pytest.fixture
def empty(folder: Rendered, namespace: Namespace) -> Rendered:
    """The folder, before anything of it is applied, in the namespace that it needs."""
    if not folder.brings_namespace:
        namespace.create(RESTRICTED, REFERENCE_LIMITS)
    return folder


@pytest.fixture
def applied(empty: Rendered, kubectl: Kubectl) -> Rendered:
    """The folder, applied client-side."""
    assert_quiet(kubectl("apply", "-f", empty.folder))
    return empty


def assert_quiet(said: Said) -> None:
    """It worked, and nobody warned of anything."""
    assert (said.code, said.errors) == (0, "")


def assert_no_difference(kubectl: Kubectl, folder: Rendered, *options: str) -> None:
    """``kubectl diff`` finds none."""
    said = kubectl("diff", *options, "-f", folder.folder)
    assert (said.code, said.output, said.errors) == (0, "", "")


def server_side(kubectl: Kubectl, folder: Rendered, manager: str) -> Said:
    return kubectl("apply", "--server-side", f"--field-manager={manager}", "-f", folder.folder)


def versions(folder: Rendered, namespace: Namespace) -> dict[str, str]:
    """What changes whenever the API server stores something else."""
    stored = [namespace.stored(each) for each in folder.objects]
    return {
        f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["resourceVersion"] for each in stored
    }


def generations(folder: Rendered, namespace: Namespace) -> dict[str, int]:
    """What changes whenever a spec does: a controller would act, pods would be replaced."""
    stored = [namespace.stored(each) for each in folder.of_kind("StatefulSet")]
    return {each["metadata"]["name"]: each["metadata"]["generation"] for each in stored}


def test_everything_is_created_in_one_pass_without_a_warning(empty: Rendered, kubectl: Kubectl) -> None:
    said = kubectl("apply", "-f", empty.folder)
    assert_quiet(said)
    assert [line for line in said.lines if not line.endswith(" created")] == []
    assert len(said.lines) == len(empty.objects)


def test_applied_again_nothing_changes(applied: Rendered, namespace: Namespace, kubectl: Kubectl) -> None:
    before = versions(applied, namespace)
    again = kubectl("apply", "-f", applied.folder)
    assert_quiet(again)
    changed = [line for line in again.lines if not line.endswith(" unchanged")]
    assert [line for line in changed if not line.startswith(ALWAYS_CONFIGURED)] == []
    assert versions(applied, namespace) == before


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


def test_what_is_written_is_stored_as_it_is_written(applied: Rendered, namespace: Namespace) -> None:
    found = [
        difference
        for each in applied.objects
        for difference in lost(each, namespace.stored(each), f"{each['kind']}/{each['metadata']['name']}")
    ]
    assert found == []


def test_there_is_no_difference_after_a_client_side_apply(applied: Rendered, kubectl: Kubectl) -> None:
    assert_no_difference(kubectl, applied)


def test_server_side_apply_of_every_manager_changes_nothing_the_second_time(
    empty: Rendered, namespace: Namespace, kubectl: Kubectl
) -> None:
    for manager in MANAGERS:
        assert_quiet(server_side(kubectl, empty, manager))
        before = versions(empty, namespace)
        assert_quiet(server_side(kubectl, empty, manager))
        assert versions(empty, namespace) == before
        assert_no_difference(kubectl, empty, "--server-side", f"--field-manager={manager}")


def test_a_gitops_tool_takes_over_what_an_operator_applied_without_a_conflict(
    applied: Rendered, namespace: Namespace, kubectl: Kubectl
) -> None:
    before = generations(applied, namespace)
    for manager in MANAGERS:
        assert_quiet(server_side(kubectl, applied, manager))
    assert generations(applied, namespace) == before
    assert_no_difference(kubectl, applied)
