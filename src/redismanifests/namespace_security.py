"""Namespace security: what Pod Security, as the namespace's labels set it, says of the rendered pods.

Admission decides; here its verdict finds the line of the profile that must change. What must not come in: the
standard (admission).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.admission.pod_security import breaches, judge
from redismanifests.admission.pod_security_labels import LEVELS, PREFIX, Policy, Standard, policy
from redismanifests.core.findings import (
    POD_SECURITY_AUDITS,
    POD_SECURITY_REFUSES,
    POD_SECURITY_WARNS,
    Finding,
    Path,
)
from redismanifests.namespace_limits import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.admission.pod_security import Breach
    from redismanifests.core.source import Source
    from redismanifests.namespace_files import Demands
    from redismanifests.profile import Profile
    from redismanifests.render.rendering import Rendering

KINDS = {"enforce": POD_SECURITY_REFUSES, "warn": POD_SECURITY_WARNS, "audit": POD_SECURITY_AUDITS}


def policy_of(rendering: Rendering, demands: Demands) -> Policy:
    """What the namespace will hold to once the folder is applied: its own labels, then those of a rendered one."""
    labels = dict(demands.labels)
    for item in rendering.objects:
        if item.manifest["kind"] == "Namespace":
            written: Mapping[str, str] = item.manifest["metadata"].get("labels", {})
            labels |= {key: value for key, value in written.items() if key.startswith(PREFIX)}
    return policy(labels)


def findings(profile: Profile, source: Source, rendering: Rendering, demands: Demands) -> Iterator[Finding]:
    """Every control that a rendered pod breaks, once, by the gravest of what the namespace does about it."""
    asked = policy_of(rendering, demands)
    minor = int(profile.kubernetes_version.partition(".")[2])
    for item in rendering.objects:
        if item.manifest["kind"] != "StatefulSet":
            continue
        template = item.manifest["spec"]["template"]
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


def _setting(breach: Breach, manifest: Mapping[str, Any]) -> Path:
    """The line that causes it: an annotation of the profile, else the section of the container or of the pod."""
    place = breach.offence.places[0]
    if place[:2] == ("metadata", "annotations"):
        return ("pods", "annotations", place[2])
    component: Path = (str(manifest["metadata"]["labels"]["app.kubernetes.io/component"]),)
    _, key, index, *_ = (*place, None, None)
    if key not in ("containers", "initContainers"):
        return component
    container = manifest["spec"]["template"]["spec"][key][index]["name"]
    return SECTIONS.get(container, component)


def _fix(profile: Profile, path: Path, template: Mapping[str, Any], minor: int) -> str:
    if path[:2] == ("pods", "annotations") and path[-1] in profile.pods.annotations:
        return f"remove the annotation {path[-1]}"
    admitting = next(
        level for level in reversed(LEVELS) if not breaches(template, Standard(level, "latest"), minor)
    )
    return f"ask the owner of the namespace for level {admitting}; the templates write this, not the profile"
