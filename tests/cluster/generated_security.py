"""Generated security: pods that say something about most fields a Pod Security control looks at, from a seed.

Each field is usually left out or harmless, so that a pod breaks some controls and holds others; what makes a pod
invalid before any admission plugin sees it is left out where it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from deployment import Manifest

VERSIONS = (
    *(
        "latest",
        "v1.0",
        "v1.7",
        "v1.8",
        "v1.18",
        "v1.19",
        "v1.21",
        "v1.22",
        "v1.23",
        "v1.24",
        "v1.25",
        "v1.26",
        "v1.27",
    ),
    *(
        "v1.28",
        "v1.29",
        "v1.30",
        "v1.31",
        "v1.32",
        "v1.33",
        "v1.34",
        "v1.35",
        "v1.36",
        "v1.37",
        "v1.38",
        "v1.99",
    ),
)
"""Both sides of every version in which a control changed, and of the future."""

SYSCTLS = (
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies"),
    *("net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
    *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    *(
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_notsent_lowat",
        "kernel.msgmax",
        "net.core.somaxconn",
    ),
)

VOLUMES: tuple[dict[str, Any], ...] = (
    {"emptyDir": {}},
    {"configMap": {"name": "c"}},
    {"secret": {"secretName": "s"}},
    {"downwardAPI": {"items": []}},
    {"projected": {"sources": []}},
    {"persistentVolumeClaim": {"claimName": "c"}},
    {"csi": {"driver": "example.com"}},
    {"ephemeral": {"volumeClaimTemplate": {"spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}}},
    {"hostPath": {"path": "/srv"}},
    {"nfs": {"server": "nfs.example.com", "path": "/"}},
    {"awsElasticBlockStore": {"volumeID": "v"}},
    {"gcePersistentDisk": {"pdName": "v"}},
    {"gitRepo": {"repository": "https://example.com/r.git"}},
    {"iscsi": {"targetPortal": "192.0.2.1", "iqn": "iqn.2001-04.com.example:v", "lun": 1}},
    {"glusterfs": {"endpoints": "e", "path": "v"}},
    {"rbd": {"monitors": ["192.0.2.1"], "image": "v"}},
    {"flexVolume": {"driver": "example.com/v"}},
    {"cinder": {"volumeID": "v"}},
    {"cephfs": {"monitors": ["192.0.2.1"]}},
    {"flocker": {"datasetName": "v"}},
    {"fc": {"targetWWNs": ["50060e801049cfd1"], "lun": 0}},
    {"azureFile": {"secretName": "s", "shareName": "v"}},
    {"azureDisk": {"diskName": "d", "diskURI": "https://example.com/d"}},
    {"vsphereVolume": {"volumePath": "v"}},
    {"quobyte": {"registry": "192.0.2.1:7861", "volume": "v"}},
    {"portworxVolume": {"volumeID": "v"}},
    {"photonPersistentDisk": {"pdID": "v"}},
    {"scaleIO": {"gateway": "g", "system": "s", "volumeName": "v", "secretRef": {"name": "s"}}},
    {"storageos": {"volumeName": "v"}},
    {"image": {"reference": "redis:7", "pullPolicy": "Always"}},
)  # fmt: skip

CAPABILITIES = ("NET_BIND_SERVICE", "CHOWN", "NET_ADMIN", "SYS_ADMIN", "NET_RAW", "KILL")

APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"


def pod(random: Random, name: str) -> Manifest:
    """One pod; half of them start from what the restricted level asks for, and then spoil some of it."""
    hardened, windows = random.random() < 0.6, random.random() < 0.06
    names = [f"c{number}" for number in range(random.choice((1, 1, 2, 3)))]
    first = [f"i{number}" for number in range(random.choice((0, 0, 0, 1)))]
    spec: dict[str, Any] = {
        "containers": [_container(random, each, hardened, windows) for each in names],
        **(
            {"initContainers": [_container(random, each, hardened, windows) for each in first]}
            if first
            else {}
        ),
    }
    if windows:
        spec["os"] = {"name": "windows"}
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if not windows and random.random() < 0.06:
            spec[key] = random.random() < 0.8
    if random.random() < 0.12 and not {"hostNetwork", "hostPID", "hostIPC"} & set(spec):
        spec["hostUsers"] = random.random() < 0.2
    volumes = (
        random.choices(VOLUMES, k=random.choice((0, 0, 1, 2)))
        if not hardened or random.random() < 0.4
        else []
    )
    if volumes:
        spec["volumes"] = [{"name": f"v{number}", **each} for number, each in enumerate(volumes)]
    security = _pod_security(random, hardened, windows)
    if security or random.random() < 0.3:
        spec["securityContext"] = security
    if security.get("windowsOptions", {}).get("hostProcess"):
        # Kubernetes takes the one only with the other.
        spec["hostNetwork"] = True
    if spec.get("hostUsers") is False:
        # Only there may /proc be unmasked.
        for container in spec["containers"]:
            if random.random() < 0.4:
                container.setdefault("securityContext", {})["procMount"] = random.choice(
                    ("Unmasked", "Default")
                )
    _match_ports(spec)
    annotations = {} if windows else _annotations(random, [*names, *first])
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, **({"annotations": annotations} if annotations else {})},
        "spec": spec,
    }


def _container(random: Random, name: str, hardened: bool, windows: bool) -> dict[str, Any]:
    container: dict[str, Any] = {"name": name, "image": "redis"}
    security = _container_security(random, hardened, windows)
    if security or random.random() < 0.3:
        container["securityContext"] = security
    if random.random() < 0.15:
        container["ports"] = [{"containerPort": port, **_host_port(random, port)} for port in (6379, 80)]
    if name.startswith("c"):
        for key in ("livenessProbe", "readinessProbe", "startupProbe"):
            if random.random() < 0.06:
                container[key] = _action(random)
        if random.random() < 0.05:
            container["lifecycle"] = {
                key: _action(random)
                for key in random.choice((["preStop"], ["postStart"], ["preStop", "postStart"]))
            }
    return container


def _host_port(random: Random, port: int) -> dict[str, int]:
    return {"hostPort": port} if random.random() < 0.4 else {}


def _action(random: Random) -> dict[str, Any]:
    host = random.choice(({}, {"host": "127.0.0.1"}, {"host": "example.com"}, {"host": ""}))
    return {random.choice(("httpGet", "tcpSocket")): {"port": 6379, **host}}


def _container_security(random: Random, hardened: bool, windows: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    _sometimes(random, found, "runAsNonRoot", (True, True, False), 0.15)
    if windows:
        _sometimes(random, found, "windowsOptions", ({"runAsUserName": "u"},), 0.1)
        return found
    if hardened:
        found |= {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    _sometimes(random, found, "allowPrivilegeEscalation", (False, True), 0.1)
    _sometimes(random, found, "runAsUser", (0, 999, 1000), 0.12)
    _sometimes(random, found, "seccompProfile", _profiles("p.json"), 0.15)
    _sometimes(random, found, "appArmorProfile", _profiles("p"), 0.08)
    _sometimes(random, found, "seLinuxOptions", _SELINUX, 0.08)
    _sometimes(random, found, "procMount", ("Default",), 0.05)
    if random.random() < 0.12:
        add = random.sample(CAPABILITIES, random.choice((0, 1, 2)))
        drop = random.choice(([], ["ALL"], ["ALL", "KILL"], ["NET_RAW"], ["all"]))
        found["capabilities"] = {"add": add, **({"drop": drop} if drop else {})}
    if random.random() < 0.06:
        found["privileged"] = random.random() < 0.7
        if found["privileged"]:
            # The two exclude each other before any plugin is asked.
            found["allowPrivilegeEscalation"] = True
    return found


def _pod_security(random: Random, hardened: bool, windows: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if hardened:
        found["runAsNonRoot"] = True
    _sometimes(random, found, "runAsNonRoot", (True, False), 0.1)
    if windows:
        _sometimes(random, found, "windowsOptions", ({"hostProcess": True}, {"runAsUserName": "u"}), 0.8)
        return found
    if hardened:
        found["seccompProfile"] = {"type": "RuntimeDefault"}
    _sometimes(random, found, "seccompProfile", _profiles("p.json"), 0.1)
    _sometimes(random, found, "appArmorProfile", _profiles("p"), 0.06)
    _sometimes(random, found, "seLinuxOptions", _SELINUX, 0.08)
    _sometimes(random, found, "runAsUser", (0, 999), 0.1)
    if random.random() < 0.12:
        names = random.sample(SYSCTLS, random.choice((1, 2, 3)))
        found["sysctls"] = [{"name": each, "value": "1"} for each in names]
    return found


_SELINUX = (
    {"level": "s0:c1"},
    {"type": "container_t"},
    {"type": "container_engine_t"},
    {"type": "spc_t"},
    {"user": "u"},
    {"role": "r", "type": "other_t"},
)


def _profiles(local: str) -> tuple[dict[str, str], ...]:
    return (
        {"type": "RuntimeDefault"},
        {"type": "Unconfined"},
        {"type": "Localhost", "localhostProfile": local},
    )


def _sometimes(
    random: Random, found: dict[str, Any], key: str, values: Sequence[object], share: float
) -> None:
    if random.random() < share:
        found[key] = random.choice(values)


def _annotations(random: Random, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if random.random() < 0.06:
        found[APP_ARMOR + random.choice(names)] = random.choice(
            ("unconfined", "runtime/default", "localhost/p")
        )
    values = ("unconfined", "runtime/default", "docker/default", "localhost/p")
    if random.random() < 0.06:
        found[SECCOMP + random.choice(names)] = random.choice(values)
    if random.random() < 0.06:
        found["seccomp.security.alpha.kubernetes.io/pod"] = random.choice(values)
    return found


def _match_ports(spec: dict[str, Any]) -> None:
    """On the node's network a container's ports are the node's, and no two containers may have one."""
    taken: set[int] = set()
    for container in (*spec["containers"], *spec.get("initContainers", ())):
        ports = [port for port in container.get("ports", ()) if port["containerPort"] not in taken]
        if spec.get("hostNetwork"):
            ports = [{**port, "hostPort": port["containerPort"]} for port in ports]
        taken |= {port["hostPort"] for port in ports if "hostPort" in port}
        if ports:
            container["ports"] = ports
        else:
            container.pop("ports", None)
