"""Schema: whether every rendered object is legal in the schema of its Kubernetes version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.judge.kubernetes import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.sources.source import Source
    from redismanifests.judge.case.case import Case
    from redismanifests.render.rendered import Rendering

REFUSED_BY_SCHEMA = FindingKind(
    "RM091",
    "refused-by-schema",
    Severity.ERROR,
    "A rendered object is not legal in the schema of the chosen Kubernetes version, unknown fields included. "
    "The API server refuses it, or drops the field. Correct the object, or choose the version of the cluster.\n\n"
    "Source: the OpenAPI schemas of Kubernetes 1.25 to 1.37 (tools/make_schemas.py).",
)

_SETTING = ("kubernetesVersion",)


def findings(case: Case) -> Iterator[Finding]:
    """What our own judge of schemas refuses."""
    version = case.profile.kubernetes_version
    for item in case.rendering.objects:
        for violation in violations(item.manifest, version):
            fix = f"change the setting, or the version: Kubernetes {version} refuses this"
            yield REFUSED_BY_SCHEMA.at(case.source, _SETTING, f"{item.file}: {violation}", fix)


def asked_of_kubeconform(source: Source, version: str, rendering: Rendering) -> Iterator[Finding]:
    """What the real kubeconform, with the same schemas, refuses of the rendered files; raises ToolError without it."""
    # Only where it is asked for: it runs a program.
    from redismanifests.judge.kubernetes.kubeconform import check  # noqa: PLC0415

    files = {name: content.decode() for name, content in rendering.files.items()}
    for verdict in check(files, version):
        if not verdict.accepted:
            fact = f"{verdict.file}: {verdict.message}"
            fix = f"change the setting: kubeconform refuses this for {version}"
            yield REFUSED_BY_SCHEMA.at(source, _SETTING, fact, fix)
