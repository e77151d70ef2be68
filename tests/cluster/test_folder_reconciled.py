"""The whole folder under GitOps tools: they apply it server-side, again and again, as managers of its fields.

What Argo CD and Flux send is sent here as they send it: server-side apply with force, each under its own name and with
the marks that it puts on every object; Flux first asks with a dry run whether anything would change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from cluster.api import APPLY, DRY_RUN, MERGE
from cluster.namespace import REFERENCE_LIMITS, RESTRICTED
from cluster.rendering import profile_for, rendered
from deployment import SHIPPED
from seldom import first

if TYPE_CHECKING:
    from pathlib import Path

    from cluster.kubectl import Kubectl
    from cluster.namespace import Namespace
    from cluster.rendering import Rendered
    from deployment import Manifest

pytestmark = pytest.mark.cluster


class Tool(NamedTuple):
    """A GitOps tool, as the API server sees it."""

    manager: str
    labels: dict[str, str]
    annotations: dict[str, str]

    def marked(self, manifest: Manifest) -> Manifest:
        """The object as the tool sends it."""
        metadata = manifest["metadata"]
        labels = {**metadata.get("labels", {}), **self.labels}
        more = (
            {"annotations": {**metadata.get("annotations", {}), **self.annotations}}
            if self.annotations
            else {}
        )
        return {**manifest, "metadata": {**metadata, "labels": labels, **more}}

    def apply(self, namespace: Namespace, manifest: Manifest, query: str = "") -> Manifest:
        """Server-side apply of one object, with force, as both do; it must be accepted without a warning."""
        sent = self.marked(manifest)
        options = f"fieldManager={self.manager}&force=true&{query}"
        answer = namespace.api.patch(namespace.place(sent), sent, APPLY, options)
        assert answer.warnings == ()
        return answer.succeeded()


TOOLS = (
    Tool("argocd-controller", {}, {"argocd.argoproj.io/tracking-id": "redis:/Any:shop/redis"}),
    Tool("argocd-controller", {"argocd.argoproj.io/instance": "redis"}, {}),
    Tool(
        "kustomize-controller",
        {"kustomize.toolkit.fluxcd.io/name": "redis", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"},
        {},
    ),
)


def spoiled(manifest: Manifest) -> dict[str, Any]:
    """What a person changes of an object in a hurry; only what we wrote is ours to put right."""
    kind = manifest["kind"]
    if kind == "ConfigMap":
        return {"data": {min(manifest["data"]): "changed by hand"}}
    return {
        "StatefulSet": {"spec": {"replicas": 9, "template": {"spec": {"terminationGracePeriodSeconds": 1}}}},
        "Service": {"spec": {"selector": {"app": "other"}}, "metadata": {"labels": {"app": "other"}}},
        "PodDisruptionBudget": {"spec": {"maxUnavailable": "90%"}},
        "NetworkPolicy": {"spec": {"ingress": []}},
        "LimitRange": {"spec": {"limits": [{"type": "Pod"}]}},
    }.get(kind, {"metadata": {"labels": {"app.kubernetes.io/managed-by": "someone"}}})


@pytest.fixture(params=first(3, SHIPPED, lambda path: path.stem))
def folder(request: pytest.FixtureRequest, namespace: Namespace, kubernetes: str, tmp_path: Path) -> Rendered:
    """Every profile that travels with the package, rendered for a namespace that is ready for it."""
    made = rendered(profile_for(request.param, namespace.name, kubernetes, tmp_path), tmp_path / "rendered")
    if not made.brings_namespace:
        namespace.create(RESTRICTED, REFERENCE_LIMITS)
    return made


def settled(manifest: Manifest) -> Manifest:
    """An object without what tells only who wrote it and when."""
    metadata = {key: value for key, value in manifest["metadata"].items() if key not in OF_THE_SERVER}
    return {**manifest, "metadata": metadata}


OF_THE_SERVER = {"managedFields", "resourceVersion", "generation"}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: "-".join((tool.manager, *tool.labels)))
def test_a_tool_that_asks_again_finds_nothing_to_do(
    folder: Rendered, namespace: Namespace, tool: Tool
) -> None:
    first = [tool.apply(namespace, each) for each in folder.objects]
    asked = [tool.apply(namespace, each, DRY_RUN) for each in folder.objects]
    assert [settled(each) for each in asked] == [settled(each) for each in first]
    again = [tool.apply(namespace, each) for each in folder.objects]
    assert [each["metadata"]["resourceVersion"] for each in again] == [
        each["metadata"]["resourceVersion"] for each in first
    ]


def test_what_an_operator_applied_is_taken_over_and_what_he_changed_is_put_right(
    folder: Rendered, namespace: Namespace, kubectl: Kubectl
) -> None:
    assert kubectl("apply", "-f", folder.folder).code == 0
    before = [settled(namespace.stored(each))["spec"] for each in folder.of_kind("StatefulSet")]
    for tool in TOOLS:
        taken = [settled(tool.apply(namespace, each)) for each in folder.objects]
        assert [each["spec"] for each in taken if each["kind"] == "StatefulSet"] == before
        for each in folder.objects:
            at = namespace.place(each)
            changed = namespace.api.patch(at, spoiled(each), MERGE, "fieldManager=kubectl-edit").succeeded()
            assert settled(changed) not in taken
        assert [settled(tool.apply(namespace, each)) for each in folder.objects] == taken


def test_an_object_that_is_rendered_no_more_is_pruned_and_nothing_else(
    namespace: Namespace, kubectl: Kubectl, kubernetes: str, tmp_path: Path
) -> None:
    namespace.create(RESTRICTED, REFERENCE_LIMITS)
    profile = profile_for(SHIPPED[0].parent / "minimal.yaml", namespace.name, kubernetes, tmp_path)
    full = rendered(profile, tmp_path / "rendered")
    options = ("--prune", "--applyset=redis", f"--namespace={namespace.name}")
    applyset = replace(kubectl, environment={"KUBECTL_APPLYSET": "true"})
    assert applyset("apply", *options, "-f", full.folder).code == 0
    profile.write_text(profile.read_text("utf-8") + "disruption:\n  redis: {enabled: false}\n", "utf-8")
    less = rendered(profile, tmp_path / "rendered")
    gone = {name(each) for each in full.objects} - {name(each) for each in less.objects}
    said = applyset("apply", *options, "-f", less.folder)
    assert said.code == 0, said.errors
    assert {line for line in said.lines if line.endswith(" pruned")} == {
        f"poddisruptionbudget.policy/{each.partition('/')[2]} pruned" for each in gone
    }
    assert gone == {"PodDisruptionBudget/redis"}


def name(manifest: Manifest) -> str:
    """Kind and name."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"
