"""What the rehearsal's tests need from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from observe import observe

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


@pytest.fixture(scope="session")
def seen(machine: None) -> Callable[[str], Any]:
    """What an observation of the toy deployment saw; each is played once."""
    known: dict[str, Any] = {}

    def once(name: str) -> Any:
        if name not in known:
            known[name] = observe(name)
        return known[name]

    return once
