"""What kubectl says when it fails reaches a person as what is, and what to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from patience import sooner
from redismanifests.errors import ToolError
from redismanifests.prove.live.kubectl import Kubectl
from redismanifests.prove.live.trouble import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    Refusal,
    UnreachableError,
    refusals,
    trouble,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LISTED = (
    'Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the '
    'namespace "shop"\n'
    'Error from server (Forbidden): statefulsets.apps is forbidden: User "ann" cannot list resource "statefulsets" in '
    'API group "apps" in the namespace "shop"\n'
)
_NODES = (
    'Error from server (Forbidden): nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the '
    "cluster scope"
)


def test_every_missing_permission_is_read_from_the_servers_own_words() -> None:
    assert refusals(_LISTED + _LISTED) == (
        Refusal("list", "pods", "", "shop", "ann"),
        Refusal("list", "statefulsets", "apps", "shop", "ann"),
    )
    assert [str(each) for each in refusals(_LISTED + _NODES)] == [
        "list pods in namespace shop",
        "list statefulsets.apps in namespace shop",
        "list nodes in the cluster",
    ]


@pytest.mark.parametrize(
    ("said", "kind", "fact"),
    [
        (_LISTED, ForbiddenError, "ann may not list pods in namespace shop"),
        ('error: context "home" does not exist', ClusterError, "the kubeconfig has no context home"),
        (
            'Error from server (NotFound): namespaces "shop" not found',
            NotFoundError,
            'Error from server (NotFound): namespaces "shop" not found',
        ),
        (
            'Error from server (AlreadyExists): leases.coordination.k8s.io "drill" already exists',
            ConflictError,
            'Error from server (AlreadyExists): leases.coordination.k8s.io "drill" already exists',
        ),
        (
            "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout",
            UnreachableError,
            "the cluster of context home does not answer: Unable to connect to the server: dial tcp 10.0.0.1:6443: "
            "i/o timeout",
        ),
        (
            "error: You must be logged in to the server (Unauthorized)",
            ClusterError,
            "the cluster does not accept this login: error: You must be logged in to the server (Unauthorized)",
        ),
        ("error: something new", ClusterError, "kubectl failed: error: something new"),
        ("", ClusterError, "kubectl failed: it printed nothing"),
    ],
)
def test_each_kind_of_trouble_is_told_with_a_way_out(said: str, kind: type[ClusterError], fact: str) -> None:
    error = trouble(said, "home", "shop")
    assert (type(error), error.fact) == (kind, fact)
    assert error.fix
    assert error.exit_code == 2


def test_a_kubectl_that_is_missing_is_told_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="kubectl is not on PATH"):
        Kubectl.found("shop")


def test_a_kubeconfig_and_a_context_that_are_not_there_and_a_server_that_does_not_answer(
    require_tool: Callable[[str, str], str], tmp_path: Path
) -> None:
    require_tool("kubectl", "Kubernetes' command line, 1.28 or newer")
    config = tmp_path / "config"
    config.write_text(
        '{"apiVersion": "v1", "kind": "Config", "current-context": "here", "users": [{"name": "me", "user": {}}],'
        ' "clusters": [{"name": "here", "cluster": {"server": "http://127.0.0.1:9"}}],'
        ' "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}]}'
    )
    wrong = {
        Kubectl.found("shop", kubeconfig=str(tmp_path / "none")): "the kubeconfig cannot be used",
        Kubectl.found("shop", "there", str(config)): "the kubeconfig has no context there",
        Kubectl.found("shop", "here", str(config)): "the cluster of context here does not answer",
    }
    for kubectl, fact in wrong.items():
        with pytest.raises(ClusterError, match=fact):
            asyncio.run(kubectl.listed("pods"))


def test_what_takes_too_long_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\nsleep 60 & echo $! >{tmp_path}/child\nwait\n")
    program.chmod(0o755)
    said = asyncio.run(Kubectl(str(program), "shop").run("get", limit_s=1))
    assert (said.code, said.errors) == (124, "kubectl get did not end within 1 s")
    child = int((tmp_path / "child").read_text())
    with pytest.raises(ClusterError, match="did not end within 1 s"):
        raise trouble(said.errors, "", "shop")
    # Killed is not gone: on a busy machine a process needs a moment to end, and no one of ours waits for this one.
    assert sooner(10, lambda: not _runs(child))


def _runs(process: int) -> bool:
    from pathlib import Path

    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
