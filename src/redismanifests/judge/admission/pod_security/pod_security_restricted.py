"""Pod Security restricted: controls in addition to those of the baseline.

Source: k8s.io/pod-security-admission policy/check_*.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.admission.pod_security.pod_security_baseline import PROFILES, seccomp
from redismanifests.judge.admission.pod_security.pod_security_pod import (
    Offence,
    places,
    plural,
    quoted,
    setting,
    who,
)

if TYPE_CHECKING:
    from redismanifests.judge.admission.pod_security.pod_security_pod import Pod

VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
"""Types of volumes that a pod may use. An image since Kubernetes 1.33, for any pinned version; before, the API
server has no such volumes by default (kubernetes#130394)."""


def privilege_escalation(pod: Pod) -> Offence | None:
    """A program that may gain more rights than its parent."""
    bad = [each for each in pod.containers if each.security("allowPrivilegeEscalation") is not False]
    if not bad:
        return None
    detail = f"{who(bad)} must set securityContext.allowPrivilegeEscalation=false"
    return Offence("allowPrivilegeEscalation != false", detail, places(bad, "allowPrivilegeEscalation"))


def dropped_capabilities(pod: Pod) -> Offence | None:
    """Capabilities that are not dropped; only NET_BIND_SERVICE may be added."""
    keeping = [each for each in pod.containers if "ALL" not in (each.security("capabilities", "drop") or ())]
    adding = setting(pod.containers, ("capabilities", "add"), lambda added: bool(set(added) - _ADDED))
    if not keeping and not adding:
        return None
    added = {each for container in adding for each in container.security("capabilities", "add")} - _ADDED
    told = [f'{who(keeping)} must set securityContext.capabilities.drop=["ALL"]'] if keeping else []
    if adding:
        names = quoted(sorted(added))
        told.append(f"{who(adding)} must not include {names} in securityContext.capabilities.add")
    at = (*places(keeping, "capabilities", "drop"), *places(adding, "capabilities", "add"))
    return Offence("unrestricted capabilities", "; ".join(told), at)


_ADDED = {"NET_BIND_SERVICE"}


def volume_types(pod: Pod) -> Offence | None:
    """A volume of a type that is not allowed."""
    bad = [
        (index, volume)
        for index, volume in enumerate(pod.volumes)
        if not any(volume.get(kind) is not None for kind in VOLUMES)
    ]
    if not bad:
        return None
    types = sorted({_type(volume) for _, volume in bad})
    names = [str(volume["name"]) for _, volume in bad]
    detail = (
        f"{plural('volume', names)} {quoted(names)} {'uses' if len(bad) == 1 else 'use'} "
        f"{plural('restricted volume type', types)} {quoted(types)}"
    )
    return Offence("restricted volume types", detail, tuple(("spec", "volumes", index) for index, _ in bad))


def _type(volume: object) -> str:
    kinds = [key for key, value in dict(volume).items() if key != "name" and value is not None]  # type: ignore[call-overload]
    return kinds[0] if kinds else "unknown"


def non_root(pod: Pod) -> Offence | None:
    """A container that may run as root."""
    key = "runAsNonRoot"
    bad = setting(pod.bearers, (key,), lambda value: value is False)
    if bad:
        return Offence(_NON_ROOT, f"{who(bad)} must not set securityContext.{key}=false", places(bad, key))
    if pod.own.security(key):
        return None
    open_to_root = [each for each in pod.containers if each.security(key) is None]
    if not open_to_root:
        return None
    detail = f"pod or {who(open_to_root)} must set securityContext.{key}=true"
    return Offence(_NON_ROOT, detail, places(open_to_root, key))


_NON_ROOT = "runAsNonRoot != true"


def root_user(pod: Pod) -> Offence | None:
    """Root, by number."""
    bad = setting(pod.bearers, ("runAsUser",), lambda value: value == 0)
    if not bad:
        return None
    return Offence("runAsUser=0", f"{who(bad)} must not set runAsUser=0", places(bad, "runAsUser"))


def seccomp_asked_for(pod: Pod) -> Offence | None:
    """System call filters switched off, or not set."""
    wrong = seccomp(pod)
    if wrong or pod.own.security("seccompProfile") is not None:
        return wrong
    without = [each for each in pod.containers if each.security("seccompProfile") is None]
    if not without:
        return None
    allowed = " or ".join(f'"{profile}"' for profile in sorted(PROFILES, reverse=True))
    detail = f"pod or {who(without)} must set securityContext.seccompProfile.type to {allowed}"
    return Offence("seccompProfile", detail, places(without, "seccompProfile", "type"))
