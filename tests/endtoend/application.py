"""Application: a pod beside the deployment that writes, reads and looks, and what it saw.

Writer and account are the rehearsal's own, so that both measure with one measure.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from endtoend import look
from redismanifests.core import steady
from redismanifests.prove.rehearse.bench import entry
from redismanifests.prove.rehearse.measure import traffic, writer

if TYPE_CHECKING:
    from endtoend.deployed import Deployed
    from endtoend.topology import Look
    from redismanifests.prove.rehearse.measure.traffic import Account

NAME = "application"
_PACKAGE = writer.__name__.rpartition(".")[0]
MODULES = {f"{_PACKAGE}.look": look, **{each.__name__: each for each in (writer, entry, steady)}}
"""What the pod gets, as modules of the packages from which they are: the writer imports by full names."""
_START_LIMIT_S = 60
_END_LIMIT_S = 120
_DNS = {"ndots": "1", "timeout": "1", "attempts": "1"}
"""As docs/client.md advises: a CoreDNS on a node that is off is asked until the node counts as lost."""


@dataclass(frozen=True)
class Application:
    """The pod while it runs."""

    deployed: Deployed
    image: str

    def start(self) -> None:
        """Make it."""
        scripts = {f"{name}.py": Path(module.__file__ or "").read_text() for name, module in MODULES.items()}
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}, "data": scripts}
        places = [{"key": f"{name}.py", "path": f"{name.replace('.', '/')}.py"} for name in MODULES]
        master = self.deployed.master_name
        service = self.deployed.stateful_set("sentinel")["metadata"]["name"]
        host = f"{service}.{self.deployed.namespace}.svc.cluster.local"
        port = str(self.deployed.port("sentinel"))
        members = [*self.deployed.addresses("redis"), "--", *self.deployed.addresses("sentinel")]
        containers = [
            # The journal goes to the log, where kubectl finds it.
            self._container("writer", ["-m", writer.__name__, host, port, master, "/dev/stdout", "/nothing"]),
            self._container("look", ["-m", f"{_PACKAGE}.look", master, *members]),
        ]
        spec = {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": False,
            # A node that holds no pod of the deployment, where there is one.
            "tolerations": [{"key": "application", "operator": "Exists"}],
            "affinity": _elsewhere(self.deployed),
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "dnsConfig": {"options": [{"name": name, "value": value} for name, value in _DNS.items()]},
            "containers": containers,
            "volumes": [{"name": "scripts", "configMap": {"name": NAME, "items": places}}],
        }
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME}, "spec": spec}
        self.deployed(
            "apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": [config, pod]})
        )

    def wait_until_writing(self, since: float = 0.0, limit_s: float = _START_LIMIT_S) -> float:
        """Until it has been writing for a while from ``since`` on; when the first of these writes was acknowledged."""
        until = time.monotonic() + limit_s
        while len(good := [at for at in self._acknowledged() if at > since]) < 30:
            assert time.monotonic() < until, f"the application does not write: {self._log('writer')[-1000:]}"
            time.sleep(0.5)
        return good[0]

    def _acknowledged(self) -> list[float]:
        writes = (each for each in self._journal() if each["kind"] == "write" and not each["problem"])
        return [each["ended"] for each in writes]

    def _container(self, name: str, command: list[str]) -> dict[str, Any]:
        return {
            "name": name,
            "image": self.image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["python3", "-u", *command],
            "env": [{"name": "PYTHONPATH", "value": "/scripts"}],
            "resources": {
                "requests": {"cpu": "100m", "memory": "128Mi"},
                "limits": {"cpu": "500m", "memory": "256Mi"},
            },
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "scripts", "mountPath": "/scripts"}],
        }

    def _log(self, container: str, *words: str) -> str:
        # It may be starting.
        return self.deployed.kubectl(
            "-n", self.deployed.namespace, "logs", NAME, "-c", container, *words
        ).output

    def _journal(self) -> list[dict[str, Any]]:
        return _lines(self._log("writer"))

    def last_look(self) -> Look | None:
        """What all members said just now."""
        looks = _lines(self._log("look", "--tail=2"))
        return looks[-1] if looks else None

    def finish(self, since: float) -> tuple[Account, list[Look]]:
        """End it; what its journal says from ``since`` on (seconds since 1970), and every look from there on."""
        looks = [each for each in _lines(self._log("look")) if each["at"] > since - 1]
        # One that has ended by itself says why in its log.
        ending = ("exec", NAME, "-c", "writer", "--", "sh", "-c", "kill -TERM 1")
        told = self.deployed.kubectl("-n", self.deployed.namespace, *ending)
        until = time.monotonic() + _END_LIMIT_S
        while not (journal := self._journal()) or journal[-1]["kind"] != "end":
            log = self._log("writer")[-1000:]
            assert time.monotonic() < until, f"the application does not end: {told.errors}{log}"
            time.sleep(0.5)
        self.remove()
        return traffic.account(journal, since), looks

    def remove(self) -> None:
        """Away with it."""
        self.deployed("delete", "pod,configmap", NAME, "--ignore-not-found", "--grace-period=1")


def _lines(text: str) -> list[dict[str, Any]]:
    """Every whole line of JSON; the last one may still be being written."""
    found = []
    for line in text.splitlines():
        if line.startswith("{") and line.endswith("}"):
            found.append(json.loads(line))
    return found


def _elsewhere(deployed: Deployed) -> dict[str, Any]:
    name = deployed.stateful_set("redis")["metadata"]["labels"]["app.kubernetes.io/instance"]
    term = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": name}},
    }
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}}
