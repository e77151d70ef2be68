"""Pod Security baseline: controls against known ways out of a container.

One function for each control returns the offence or None. `pod_security` has the versions from which each applies.
Source: k8s.io/pod-security-admission policy/check_*.go.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from redismanifests.judge.admission.pod_security.pod_security_pod import (
    APP_ARMOR_ANNOTATION,
    Offence,
    annotation_places,
    assignments,
    handlers,
    places,
    plural,
    quoted,
    setting,
    who,
)

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.judge.admission.pod_security.pod_security_pod import Pod

CAPABILITIES = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
"""Capabilities that a container may add: the default set of runtimes."""

SELINUX_TYPES_1_0 = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})
SELINUX_TYPES_1_31 = SELINUX_TYPES_1_0 | {"container_engine_t"}

SYSCTLS_1_0 = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    }
)
SYSCTLS_1_27 = SYSCTLS_1_0 | {"net.ipv4.ip_local_reserved_ports"}
SYSCTLS_1_29 = SYSCTLS_1_27 | {
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
SYSCTLS_1_32 = SYSCTLS_1_29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
SYSCTLS_1_37 = SYSCTLS_1_32 | {"net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"}

PROFILES = frozenset({"RuntimeDefault", "Localhost"})
"""Types of seccomp and AppArmor profiles that confine."""

_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"


def app_armor(pod: Pod) -> Offence | None:
    """An AppArmor profile without restrictions, in a field or in the older annotation."""
    bad = setting(pod.bearers, ("appArmorProfile",), lambda profile: profile.get("type") not in PROFILES)
    values = sorted({str(each.security("appArmorProfile", "type") or "") for each in bad})
    keys = [
        key
        for key, value in pod.annotations.items()
        if key.startswith(APP_ARMOR_ANNOTATION)
        and value not in {"", "runtime/default"}
        and not value.startswith("localhost/")
    ]
    if not bad and not keys:
        return None
    values += assignments(pod.annotations, keys)
    setters = [*([who(bad)] if bad else []), *([plural("annotation", keys)] if keys else [])]
    return Offence(
        plural("forbidden AppArmor profile", values),
        f"{' and '.join(setters)} must not set AppArmor profile type to {quoted(values)}",
        (*annotation_places(keys), *places(bad, "appArmorProfile", "type")),
    )


def capabilities(pod: Pod) -> Offence | None:
    """Capabilities beyond the default set of runtimes."""
    bad = setting(pod.containers, ("capabilities", "add"), lambda added: not CAPABILITIES.issuperset(added))
    added = {each for container in bad for each in container.security("capabilities", "add")} - CAPABILITIES
    detail = f"{who(bad)} must not include {quoted(sorted(added))} in securityContext.capabilities.add"
    return _offence("non-default capabilities", detail, places(bad, "capabilities", "add"))


def host_namespaces(pod: Pod) -> Offence | None:
    """The node's own network, processes or shared memory."""
    keys = [key for key in ("hostNetwork", "hostPID", "hostIPC") if pod.own.at(key) is True]
    detail = ", ".join(f"{key}=true" for key in keys)
    return _offence("host namespaces", detail, tuple(("spec", key) for key in keys))


def host_path_volumes(pod: Pod) -> Offence | None:
    """A directory of the node."""
    bad = [index for index, volume in enumerate(pod.volumes) if volume.get("hostPath") is not None]
    names = [str(pod.volumes[index]["name"]) for index in bad]
    at = tuple(("spec", "volumes", index, "hostPath") for index in bad)
    return _offence("hostPath volumes", f"{plural('volume', names)} {quoted(names)}", at)


def host_ports(pod: Pod) -> Offence | None:
    """A port of the node."""
    found = [
        (container, (*container.path, "ports", index, "hostPort"), str(port["hostPort"]))
        for container in pod.containers
        for index, port in enumerate(container.at("ports") or ())
        if port.get("hostPort")
    ]
    ports = sorted({port for _, _, port in found})
    bad = list(dict.fromkeys(container.name for container, _, _ in found))
    detail = (
        f"{plural('container', bad)} {quoted(bad)} {'uses' if len(bad) == 1 else 'use'} "
        f"{plural('hostPort', ports)} {', '.join(ports)}"
    )
    return _offence("hostPort", detail, tuple(at for _, at, _ in found))


def host_probes(pod: Pod) -> Offence | None:
    """A probe or hook that makes the kubelet connect to another machine."""
    found = [
        (container.name, (*at, "host"), str(action["host"]))
        for container in pod.containers
        for at, action in handlers(container)
        if action.get("host")
    ]
    bad, hosts = sorted({name for name, _, _ in found}), sorted({host for _, _, host in found})
    detail = (
        f"{plural('container', bad)} {quoted(bad)} {'uses' if len(bad) == 1 else 'use'} "
        f"{plural('probe or lifecycle host', hosts)} {quoted(hosts)}"
    )
    return _offence("probe or lifecycle host", detail, tuple(at for _, at, _ in found))


def privileged(pod: Pod) -> Offence | None:
    """A container that is root on the node."""
    bad = setting(pod.containers, ("privileged",), lambda value: value is True)
    detail = f"{who(bad)} must not set securityContext.privileged=true"
    return _offence("privileged", detail, places(bad, "privileged"))


def proc_mount(pod: Pod) -> Offence | None:
    """A /proc without masked paths."""
    bad = setting(pod.containers, ("procMount",), lambda value: value != "Default")
    values = sorted({str(each.security("procMount")) for each in bad})
    detail = f"{who(bad)} must not set securityContext.procMount to {quoted(values)}"
    return _offence("procMount", detail, places(bad, "procMount"))


def selinux_options(pod: Pod, types: frozenset[str]) -> Offence | None:
    """An SELinux type with fewer restrictions, or a custom user or role."""

    def wrong(options: Any) -> bool:
        return (
            (options.get("type") or "") not in types or bool(options.get("user")) or bool(options.get("role"))
        )

    bad = setting(pod.bearers, ("seLinuxOptions",), wrong)
    options = [each.security("seLinuxOptions") for each in bad]
    wrong_types = sorted({str(each.get("type") or "") for each in options} - types)
    told = [f"{plural('type', wrong_types)} {quoted(wrong_types)}"] if wrong_types else []
    told += [f"{key} may not be set" for key in ("user", "role") if any(each.get(key) for each in options)]
    detail = f"{who(bad)} set forbidden securityContext.seLinuxOptions: {'; '.join(told)}"
    return _offence("seLinuxOptions", detail, places(bad, "seLinuxOptions"))


selinux_1_0 = partial(selinux_options, types=SELINUX_TYPES_1_0)
selinux_1_31 = partial(selinux_options, types=SELINUX_TYPES_1_31)


def seccomp_annotations(pod: Pod) -> Offence | None:
    """Before 1.19: an annotation that switches system call filters off."""
    keys = [_SECCOMP_POD, *(_SECCOMP_CONTAINER + container.name for container in pod.containers)]
    bad = [key for key in dict.fromkeys(keys) if not _confines(pod.annotations.get(key, "runtime/default"))]
    told = assignments(pod.annotations, bad)
    detail = f"forbidden {plural('annotation', told)} {', '.join(told)}"
    return _offence("seccompProfile", detail, annotation_places(bad))


def seccomp(pod: Pod) -> Offence | None:
    """System call filters switched off."""
    bad = setting(pod.bearers, ("seccompProfile",), lambda profile: profile.get("type") not in PROFILES)
    values = sorted({str(each.security("seccompProfile", "type") or "") for each in bad})
    detail = f"{who(bad)} must not set securityContext.seccompProfile.type to {quoted(values)}"
    return _offence("seccompProfile", detail, places(bad, "seccompProfile", "type"))


def sysctls(pod: Pod, safe: frozenset[str]) -> Offence | None:
    """Kernel parameters that may affect other pods."""
    found = [(index, str(each.get("name"))) for index, each in enumerate(pod.own.security("sysctls") or ())]
    bad = [(index, name) for index, name in found if name not in safe]
    at: tuple[Path, ...] = tuple(("spec", "securityContext", "sysctls", index) for index, _ in bad)
    return _offence("forbidden sysctls", ", ".join(name for _, name in bad), at)


sysctls_1_0 = partial(sysctls, safe=SYSCTLS_1_0)
sysctls_1_27 = partial(sysctls, safe=SYSCTLS_1_27)
sysctls_1_29 = partial(sysctls, safe=SYSCTLS_1_29)
sysctls_1_32 = partial(sysctls, safe=SYSCTLS_1_32)
sysctls_1_37 = partial(sysctls, safe=SYSCTLS_1_37)


def windows_host_process(pod: Pod) -> Offence | None:
    """A container that is a process of the Windows node."""
    bad = setting(pod.bearers, ("windowsOptions", "hostProcess"), lambda value: value is True)
    detail = f"{who(bad)} must not set securityContext.windowsOptions.hostProcess=true"
    return _offence("hostProcess", detail, places(bad, "windowsOptions", "hostProcess"))


def _confines(profile: str) -> bool:
    return profile in {"runtime/default", "docker/default"} or profile.startswith("localhost/")


def _offence(reason: str, detail: str, at: tuple[Path, ...]) -> Offence | None:
    return Offence(reason, detail, at) if at else None
