"""Controllers: those of kube-controller-manager that make pods, claims, revisions, endpoints, and count quotas."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cluster.program import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cluster.apiserver import ApiServer
    from cluster.program import Program

PROGRAM = "kube-controller-manager"
NAMES = ("statefulset", "job", "resourcequota", "endpoints", "endpointslice", "garbage-collector")


@contextmanager
def controllers(programs: Path, server: ApiServer) -> Iterator[Program]:
    """They run for ``server`` while the block runs; its quotas' status is theirs then, and no test may write it."""
    argv = [
        programs / PROGRAM,
        f"--kubeconfig={server.kubeconfig}",
        f"--controllers={','.join(f'{name}-controller' for name in NAMES)}",
        "--leader-elect=false",
        "--secure-port=0",
        # The plugin and the controller both write a quota's status, and a count from before a pod's creation may be
        # the last one; the next full count mends that, by default after five minutes.
        "--resource-quota-sync-period=2s",
    ]
    with running(argv, server.folder / f"{PROGRAM}.log") as program:
        yield program
