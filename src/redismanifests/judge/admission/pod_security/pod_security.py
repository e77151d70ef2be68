"""Pod Security: the controls of a version of the standard that a pod violates, and the action of its namespace.

The standard changes with Kubernetes, and a namespace may pin a version. So one table has each control with the version
from which it applies. Source: registry.go in k8s.io/pod-security-admission policy/, and the versions in its
check_*.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.admission.pod_security import pod_security_baseline as baseline
from redismanifests.judge.admission.pod_security import pod_security_restricted as restricted
from redismanifests.judge.admission.pod_security.pod_security_labels import MODES, Mode, Policy, Standard
from redismanifests.judge.admission.pod_security.pod_security_pod import Offence, Pod, read_pod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object

Check = Callable[[Pod], Offence | None]


def _unless_windows(check: Check) -> Check:
    """Windows has no capabilities, seccomp or privilege escalation."""
    return lambda pod: None if pod.is_windows else check(pod)


def _unless_own_users(check: Check) -> Check:
    """In a user namespace, root has no rights on the node."""
    return lambda pod: None if pod.has_own_users else check(pod)


class Control(NamedTuple):
    """One control of the standard."""

    name: str
    """Its id in the API server; the order of its message follows it."""
    checks: Mapping[int, Check]
    """Its function, by the minor version from which it applies."""
    replaces: str = ""
    """The control of the baseline that it replaces."""

    def check(self, minor: int) -> Check | None:
        """Its function in 1.``minor``; None before its first version."""
        since = max((each for each in self.checks if each <= minor), default=None)
        return None if since is None else self.checks[since]


BASELINE = (
    Control("appArmorProfile", {0: baseline.app_armor}),
    Control("capabilities_baseline", {0: baseline.capabilities}),
    Control("hostNamespaces", {0: baseline.host_namespaces}),
    Control("hostPathVolumes", {0: baseline.host_path_volumes}),
    Control("hostPorts", {0: baseline.host_ports}),
    Control("hostProbesAndHostLifecycle", {34: baseline.host_probes}),
    Control("privileged", {0: baseline.privileged}),
    Control("procMount", {0: baseline.proc_mount, 35: _unless_own_users(baseline.proc_mount)}),
    Control("seLinuxOptions", {0: baseline.selinux_1_0, 31: baseline.selinux_1_31}),
    Control("seccompProfile_baseline", {0: baseline.seccomp_annotations, 19: baseline.seccomp}),
    Control(
        "sysctls",
        {
            0: baseline.sysctls_1_0,
            27: baseline.sysctls_1_27,
            29: baseline.sysctls_1_29,
            32: baseline.sysctls_1_32,
            37: baseline.sysctls_1_37,
        },
    ),
    Control("windowsHostProcess", {0: baseline.windows_host_process}),
)

RESTRICTED = (
    Control(
        "allowPrivilegeEscalation",
        {8: restricted.privilege_escalation, 25: _unless_windows(restricted.privilege_escalation)},
    ),
    Control(
        "capabilities_restricted",
        {22: restricted.dropped_capabilities, 25: _unless_windows(restricted.dropped_capabilities)},
        replaces="capabilities_baseline",
    ),
    Control("procMount_restricted", {35: baseline.proc_mount}, replaces="procMount"),
    Control("restrictedVolumes", {0: restricted.volume_types}, replaces="hostPathVolumes"),
    Control("runAsNonRoot", {0: restricted.non_root, 35: _unless_own_users(restricted.non_root)}),
    Control("runAsUser", {23: restricted.root_user, 35: _unless_own_users(restricted.root_user)}),
    Control(
        "seccompProfile_restricted",
        {19: restricted.seccomp_asked_for, 25: _unless_windows(restricted.seccomp_asked_for)},
        replaces="seccompProfile_baseline",
    ),
)


class Breach(NamedTuple):
    """One control that a pod violates."""

    control: str
    offence: Offence

    @property
    def text(self) -> str:
        """Its part of the API server's message."""
        return f"{self.offence.reason} ({self.offence.detail})"


class Judgement(NamedTuple):
    """The verdict of one mode of a namespace about a pod."""

    mode: Mode
    standard: Standard
    breaches: tuple[Breach, ...]

    @property
    def text(self) -> str:
        """The sentence of the API server."""
        return f"{self._words}: {', '.join(each.text for each in self.breaches)}"

    def about(self, breach: Breach) -> str:
        """The API server's message if this were the only breach."""
        return f"{self._words}: {breach.text}"

    @property
    def _words(self) -> str:
        violates = "violates" if self.mode == "enforce" else "would violate"
        return f'{violates} PodSecurity "{self.standard}"'


def breaches(template: Object, standard: Standard, minor: int) -> tuple[Breach, ...]:
    """Every control of ``standard`` that the pod ``template`` (parsed YAML) violates in Kubernetes 1.``minor``."""
    pod = read_pod(template, minor)
    found = ((control.name, check(pod)) for control, check in _checks(standard, minor))
    return tuple(Breach(name, offence) for name, offence in found if offence)


def judge(template: Object, policy: Policy, minor: int) -> Iterator[Judgement]:
    """A judgement for each mode of the namespace that the pod violates."""
    # Most namespaces have one standard for all modes.
    found = {standard: breaches(template, standard, minor) for standard in {*policy}}
    for mode in MODES:
        standard = getattr(policy, mode)
        if found[standard]:
            yield Judgement(mode, standard, found[standard])


def _checks(standard: Standard, cluster: int) -> Iterator[tuple[Control, Check]]:
    if standard.level == "privileged":
        return
    minor = standard.minor(cluster)
    stricter = RESTRICTED if standard.level == "restricted" else ()
    active = [(control, check) for control in stricter if (check := control.check(minor))]
    replaced = {control.replaces for control, _ in active}
    for control in BASELINE:
        check = control.check(minor)
        if check and control.name not in replaced:
            yield control, check
    yield from active
