"""Application: a pod beside the deployment that writes, reads and looks, and what it saw.

Writer and account are the rehearsal's own, so that both measure with one measure. It knows of the deployment what an
`Aim` says.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from endtoend import look
from redismanifests.core import steady
from redismanifests.prove.rehearse.bench import entry
from redismanifests.prove.rehearse.measure import traffic, writer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from endtoend.place import Place
    from endtoend.topology import Look
    from redismanifests.prove.rehearse.measure.traffic import Account

NAME = "application"
_LABEL = "redismanifests-test"
LABELS = {_LABEL: NAME}
_ACCESS = "/access"
_PACKAGE = writer.__name__.rpartition(".")[0]
MODULES = {f"{_PACKAGE}.look": look, **{each.__name__: each for each in (writer, entry, steady)}}
"""What the pod gets, as modules of the packages from which they are: the writer imports by full names."""
_START_LIMIT_S = 60
_END_LIMIT_S = 120
_DNS = {"ndots": "1", "timeout": "1", "attempts": "1"}
"""As docs/client.md advises: a CoreDNS on a node that is off is asked until the node counts as lost."""


@dataclass(frozen=True)
class Aim:
    """How an application finds the master of a deployment."""

    host: str
    """Of the Sentinels."""
    port: int
    master: str
    members: tuple[str, ...] = ()
    """Arguments of `look`; without them no one looks."""
    away_from: Mapping[str, str] = field(default_factory=dict)
    """Labels of pods beside which it does not run where there is another node."""
    login: Mapping[str, str] = field(default_factory=dict)
    """The files of `Entry`, by name; none where no password is asked for."""


@runtime_checkable
class Aimed(Protocol):
    """A deployment that knows how it is found."""

    @property
    def aim(self) -> Aim:
        """How an application finds the master."""


@dataclass(frozen=True)
class Application:
    """The pod while it runs."""

    deployed: Place
    image: str
    own_aim: Aim | None = None
    """Without it, that of the deployment."""

    @property
    def aim(self) -> Aim:
        """How it finds the master."""
        if self.own_aim is None:
            assert isinstance(self.deployed, Aimed)
            return self.deployed.aim
        return self.own_aim

    @property
    def modules(self) -> dict[str, ModuleType]:
        """What the pod gets, by full name."""
        return MODULES

    def logins(self) -> dict[str, Mapping[str, str]]:
        """Folder -> files of `Entry`."""
        return {_ACCESS: self.aim.login}

    def containers(self) -> list[dict[str, Any]]:
        """The writer, and who looks."""
        aim = self.aim
        # The journal goes to the log, where kubectl finds it.
        writing = ["-m", writer.__name__, aim.host, str(aim.port), aim.master, "/dev/stdout", _ACCESS]
        found = [self._container("writer", writing)]
        if aim.members:
            found.append(self._container("look", ["-m", f"{_PACKAGE}.look", aim.master, *aim.members]))
        return found

    def start(self) -> None:
        """Make it."""
        scripts = {f"{name}.py": Path(each.__file__ or "").read_text() for name, each in self.modules.items()}
        places = [{"key": f"{name}.py", "path": f"{name.replace('.', '/')}.py"} for name in self.modules]
        items = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": _named(NAME), "data": scripts}]
        volumes = [{"name": "scripts", "configMap": {"name": NAME, "items": places}}]
        for path, files in self.logins().items():
            name = f"{NAME}{path.replace('/', '-')}"
            items.append(
                {"apiVersion": "v1", "kind": "Secret", "metadata": _named(name), "stringData": dict(files)}
            )
            volumes.append({"name": path[1:], "secret": {"secretName": name}})
        spec = {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": False,
            # A node that holds no pod of the deployment, where there is one.
            "tolerations": [{"key": "application", "operator": "Exists"}],
            "affinity": _elsewhere(self.aim.away_from),
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "dnsConfig": {"options": [{"name": name, "value": value} for name, value in _DNS.items()]},
            "containers": self.containers(),
            "volumes": volumes,
        }
        items.append({"apiVersion": "v1", "kind": "Pod", "metadata": _named(NAME), "spec": spec})
        self.deployed(
            "apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
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
            "volumeMounts": [
                {"name": "scripts", "mountPath": "/scripts"},
                *({"name": path[1:], "mountPath": path, "readOnly": True} for path in self.logins()),
            ],
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
        kinds = ("pod,configmap,secret", f"--selector={_LABEL}={NAME}")
        self.deployed("delete", *kinds, "--ignore-not-found", "--grace-period=1")


def _lines(text: str) -> list[dict[str, Any]]:
    """Every whole line of JSON; the last one may still be being written."""
    found = []
    for line in text.splitlines():
        if line.startswith("{") and line.endswith("}"):
            found.append(json.loads(line))
    return found


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "labels": LABELS}


def _elsewhere(labels: Mapping[str, str]) -> dict[str, Any]:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": dict(labels)}}
    preferred = [{"weight": 100, "podAffinityTerm": term}]
    return (
        {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": preferred}} if labels else {}
    )
