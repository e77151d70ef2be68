"""Secret: passwords that any reader of the manifests can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.objects.objects import Container, Manifests

_LITERAL = r"[\"']?(?![\"']?[$%<])[\w!@#^&*+.:/-]{3,}"
_DIRECTIVE = pattern(
    rf"^[ \t]*(?:requirepass|masterauth|sentinel (?:auth-pass \S+|sentinel-pass|requirepass)) {_LITERAL}"
    rf"|^[ \t]*user \S+ .*>{_LITERAL}",
    re.MULTILINE,
)
_MENTIONS = ("requirepass", "masterauth", "-pass ", "user ")
"""Looked for first: no file of most deployments holds one."""
_ARGUMENT = pattern(r"(?:-cli\b.*\s(?:-a|--pass)|--requirepass|--masterauth|--redis\.password)[ =](\S+)")
_VARIABLE = pattern(r"PASSW(?:OR)?D|PASSWD|SECRET|REDISCLI_AUTH")
_FIX = "keep it in a Secret, and read it from a file or a variable that refers to it"


@rule("RM139", Severity.ERROR, unless="RM081")
def password_in_the_manifests(objects: Manifests) -> Iterator[Fault]:
    """A password is in a ConfigMap, in a variable's value, or on a command line.

    ConfigMaps and pod specs go to git and are readable for every user of the namespace; a command line is also
    seen by every process of the node.

    Bad:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              command: [redis-server, --requirepass, redis123]
    ```
    Good:
    ```yaml
    kind: StatefulSet
    metadata: {name: redis}
    spec:
      template:
        spec:
          containers:
            - name: redis
              ports: [{containerPort: 6379}]
              resources: {requests: {cpu: 100m, memory: 64Mi}}
              env: [{name: REDISCLI_AUTH, valueFrom: {secretKeyRef: {name: redis, key: password}}}]
    ```
    Source: Kubernetes docs, good practices for Secrets; spotahome/redis-operator, bitnami charts (docs/sabotage.md).
    """
    for item in objects.of_kind("ConfigMap"):
        for file, text in (item.get("data") or {}).items():
            if _holds_password(text):
                fact = f"ConfigMap {item['metadata']['name']}: {file} holds a password"
                yield Fault(path=("redis",), fact=fact, fix=_FIX)
    for container in objects.containers:
        for fact in _in_container(container):
            yield Fault(path=container.section, fact=f"{container.name}: {fact}", fix=_FIX)


@once
def _holds_password(text: str) -> bool:
    return any(word in text for word in _MENTIONS) and _DIRECTIVE.search(text) is not None


def _in_container(container: Container) -> Iterator[str]:
    for variable in container.spec.get("env", ()):
        if variable.get("value") and _VARIABLE.search(variable["name"]):
            yield f"the value of {variable['name']} is in the manifest"
    places = {"command": (*container.spec.get("command", ()), *container.spec.get("args", ()))}
    for kind in ("startup", "readiness", "liveness"):
        places[f"{kind}Probe"] = ((container.probe(kind) or {}).get("exec") or {}).get("command", ())
    for place, words in places.items():
        if _ARGUMENT.search(" ".join(str(word) for word in words)):
            yield f"a password is on the command line of its {place}"
