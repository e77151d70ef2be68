"""What a cluster of three nodes needs from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from threenodes.places import Places, built, lacking

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def places(require: Callable[[bool, str], None]) -> Places:
    """Programs and root file systems."""
    require(not lacking(), lacking())
    return built()
