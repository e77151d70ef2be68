"""A real API server for the session, and for each test a namespace and a kubectl of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cluster.apiserver import ApiServer, api_server
from cluster.kubectl import Kubectl
from cluster.namespace import Namespace
from cluster.rendering import Rendered, profile_for, rendered
from deployment import COMMITTED, TOP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cluster.api import Api

_NUMBERS = count()


@pytest.fixture(scope="session")
def programs(require: Callable[[bool, str], None], require_tool: Callable[[str, str], str]) -> Path:
    """The folder with etcd and kube-apiserver."""
    require_tool("openssl", "Debian package openssl")
    asked = subprocess.run(
        [sys.executable, TOP / "tools" / "build_kubernetes.py", "--built"],
        capture_output=True,
        text=True,
        check=False,
    )
    require(asked.returncode == 0, asked.stderr.strip())
    return Path(asked.stdout.strip())


@pytest.fixture(scope="session")
def server(programs: Path) -> Iterator[ApiServer]:
    """One API server for all tests."""
    with api_server(programs) as started:
        yield started


@pytest.fixture(scope="session")
def api(server: ApiServer) -> Iterator[Api]:
    """The HTTP door to it."""
    with closing(server.connected()) as connected:
        yield connected


@pytest.fixture(scope="session")
def kubernetes(api: Api) -> str:
    """The version that answers, as a profile names it: ``1.32``."""
    version = api.get("/version").succeeded()
    return f"{version['major']}.{version['minor']}"


@pytest.fixture(scope="session")
def minor(kubernetes: str) -> int:
    """The Kubernetes that answers: 32 for 1.32."""
    return int(kubernetes.partition(".")[2])


@pytest.fixture(scope="session")
def kubectl(server: ApiServer, require_tool: Callable[[str, str], str]) -> Kubectl:
    """The command line to it."""
    return Kubectl(require_tool("kubectl", "Kubernetes' command line, 1.28 or newer"), server.kubeconfig)


@pytest.fixture
def namespace(api: Api) -> Iterator[Namespace]:
    """A name that no other test has; the test makes it, or applies what makes it."""
    own = Namespace(api, f"test-{next(_NUMBERS)}")
    yield own
    own.remove()


@pytest.fixture(params=COMMITTED, ids=lambda path: path.stem)
def folder(request: pytest.FixtureRequest, namespace: Namespace, kubernetes: str, tmp_path: Path) -> Rendered:
    """Every committed profile, rendered for the test's namespace and this Kubernetes."""
    return rendered(profile_for(request.param, namespace.name, kubernetes, tmp_path), tmp_path / "rendered")
