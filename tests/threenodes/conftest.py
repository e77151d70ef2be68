"""What a cluster of three nodes needs from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from threenodes.places import NotBuilt, Places, built

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def places(require: Callable[[bool, str], None]) -> Places:
    """Programs and root file systems."""
    require(os.geteuid() == 0, "three nodes need root (namespaces, mounts, cgroups)")
    hierarchy = Path("/sys/fs/cgroup/cpu/cgroup.clone_children")
    require(
        hierarchy.exists(), "three nodes need the hierarchies of cgroup v1; on other machines set KUBECONFIG"
    )
    try:
        return built()
    except NotBuilt as lacking:
        require(False, str(lacking))
        raise
