"""Place: a namespace of a test's own, seen and handled with kubectl."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from cluster.kubectl import Kubectl, Said

PATIENCE_S = 180


@dataclass(frozen=True)
class Place:
    """The namespace, and who is asked about it."""

    kubectl: Kubectl
    namespace: str

    def __call__(self, *words: str | Path, text: str = "") -> Said:
        """kubectl in the namespace; it must succeed."""
        said = self.kubectl("--namespace", self.namespace, *words, text=text)
        assert said.code == 0, f"kubectl {' '.join(map(str, words))}: {said.errors}"
        return said

    def json(self, *words: str) -> Any:
        """What kubectl prints with -o json."""
        return json.loads(self(*words, "--output=json").output)

    def wait_until_gone(self) -> None:
        """Delete the namespace with everything in it; pods by force, since no one is left to hand over to."""
        in_it = ("--namespace", self.namespace)
        self.kubectl(*in_it, "delete", "statefulset", "--all", "--cascade=orphan")
        self.kubectl(*in_it, "delete", "deployment", "--all")
        self.kubectl(*in_it, "delete", "pod", "--all", "--force", "--grace-period=0", "--wait=false")
        self.kubectl("delete", "namespace", self.namespace, "--wait=false", "--ignore-not-found")
        until = time.monotonic() + PATIENCE_S
        while self.kubectl("get", "namespace", self.namespace).code == 0:
            assert time.monotonic() < until, f"namespace {self.namespace} is not gone"
            time.sleep(0.5)
