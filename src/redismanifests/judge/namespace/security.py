"""Namespace security: what Pod Security, as the namespace's labels set it, says of the rendered pods.

Admission decides; here its verdict finds the line of the profile that must change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Path, Severity
from redismanifests.judge.admission.pod_security.pod_security import breaches, judge
from redismanifests.judge.admission.pod_security.pod_security_labels import (
    LEVELS,
    PREFIX,
    Policy,
    Standard,
    policy,
)
from redismanifests.judge.case.section import SECTIONS
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.object import Object
    from redismanifests.judge.admission.pod_security.pod_security import Breach
    from redismanifests.judge.case.case import Case
    from redismanifests.judge.case.demands import Demands
    from redismanifests.profile.model import Profile
    from redismanifests.render.rendered import Rendering

POD_SECURITY_REFUSES = FindingKind(
    "RM121",
    "pod-security-refuses",
    Severity.ERROR,
    "A rendered pod breaks a control of the Pod Security level that the namespace enforces.\n\n"
    "The API server takes the StatefulSet and refuses its pods; it stays at zero pods, and only its events "
    "say why. The level and its version come from the Namespace that is rendered, and from one in a file of "
    "`limits` (`kubectl get namespace NAME -o yaml`).\n\n"
    "Source: Kubernetes docs, Pod Security Standards; k8s.io/pod-security-admission; docs/admission.md.",
)

POD_SECURITY_WARNS = FindingKind(
    "RM122",
    "pod-security-warns",
    Severity.WARNING,
    "A rendered pod breaks a control of the Pod Security level that the namespace warns of: it runs, and "
    "kubectl prints a warning. Often it announces the level that will be enforced next.\n\n"
    "Source: Kubernetes docs, Pod Security Standards; k8s.io/pod-security-admission; docs/admission.md.",
)

POD_SECURITY_AUDITS = FindingKind(
    "RM123",
    "pod-security-audits",
    Severity.NOTE,
    "A rendered pod breaks a control of the Pod Security level that the namespace audits: it runs, and every "
    "creation is marked in the audit log of the cluster. "
    "Give the pods the settings that the finding names, or ask for another audit level.\n\n"
    "Source: Kubernetes docs, Pod Security Standards; k8s.io/pod-security-admission; docs/admission.md.",
)

KINDS = {"enforce": POD_SECURITY_REFUSES, "warn": POD_SECURITY_WARNS, "audit": POD_SECURITY_AUDITS}


def policy_of(rendering: Rendering, demands: Demands) -> Policy:
    """What the namespace will hold to once the folder is applied: its own labels, then those of a rendered one."""
    labels = dict(demands.labels)
    for item in rendering.objects:
        if item.manifest["kind"] == "Namespace":
            written: Mapping[str, str] = item.manifest["metadata"].get("labels", {})
            labels |= {key: value for key, value in written.items() if key.startswith(PREFIX)}
    return policy(labels)


def findings(case: Case) -> Iterator[Finding]:
    """Every control that a rendered pod breaks, once, by the gravest of what the namespace does about it."""
    profile, source, rendering, demands = case.profile, case.source, case.rendering, case.demands
    asked = policy_of(rendering, demands)
    minor = case.minor
    for item in rendering.objects:
        if not makes_pods(item.manifest):
            continue
        template = pod_template(item.manifest)
        told: set[str] = set()
        for judgement in judge(template, asked, minor):
            for breach in judgement.breaches:
                if breach.control not in told:
                    told.add(breach.control)
                    whose = f"pods of {item.manifest['metadata']['name']}"
                    fact = f"{whose}: {judgement.about(breach)}"
                    path = _setting(breach, item.manifest)
                    fix = _fix(profile, path, template, minor)
                    yield KINDS[judgement.mode].at(source, path, fact, fix, at_key=True)


def _setting(breach: Breach, manifest: Object) -> Path:
    """The line that causes it: an annotation of the profile, else the section of the container or of the pod."""
    place = breach.offence.places[0]
    if place[:2] == ("metadata", "annotations"):
        return ("pods", "annotations", place[2])
    component: Path = (str(manifest["metadata"]["labels"]["app.kubernetes.io/component"]),)
    _, key, index, *_ = (*place, None, None)
    if key not in ("containers", "initContainers"):
        return component
    container = pod_template(manifest)["spec"][key][index]["name"]
    return SECTIONS.get(container, component)


def _fix(profile: Profile, path: Path, template: Object, minor: int) -> str:
    if path[:2] == ("pods", "annotations") and path[-1] in profile.pods.annotations:
        return f"remove the annotation {path[-1]}"
    admitting = next(
        level for level in reversed(LEVELS) if not breaches(template, Standard(level, "latest"), minor)
    )
    return f"ask the owner of the namespace for level {admitting}; the templates write this, not the profile"
