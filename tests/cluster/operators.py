"""Operators: the kinds that they bring, known to the API server as in a cluster where they are installed.

Their definitions here take any spec: what is right in it is for the operator's own, which its version brings.
"""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING

from redismanifests.judge.kubernetes.custom import CUSTOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.api import Api
    from deployment import Manifest

_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PATIENCE_S = 60


def plural(kind: str) -> str:
    """As the operators name their collections: ``externalsecrets``."""
    return f"{kind.lower()}s"


def definitions() -> Iterator[Manifest]:
    """A CustomResourceDefinition for each kind, with all of its versions; the first one is stored."""
    for (group, kind), versions in groupby(
        sorted(CUSTOM), key=lambda each: (each[0].partition("/")[0], each[1])
    ):
        names = [version.partition("/")[2] for version, _ in versions]
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        yield {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural(kind)}.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural(kind)},
                "versions": [
                    {
                        "name": name,
                        "served": True,
                        "storage": name == names[0],
                        "schema": {"openAPIV3Schema": anything},
                    }
                    for name in names
                ],
            },
        }


def install(api: Api) -> None:
    """Bring them all, and wait until they are served: established first, and its storage a moment later."""
    wanted = list(definitions())
    for definition in wanted:
        api.create(_DEFINITIONS, definition).succeeded()
    until = time.monotonic() + PATIENCE_S
    for definition in wanted:
        spec = definition["spec"]
        for version in spec["versions"]:
            path = f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}"
            while not api.found(path):
                assert time.monotonic() < until, f"{path} is not served"
                time.sleep(0.1)
