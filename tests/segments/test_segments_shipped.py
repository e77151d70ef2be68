"""What a server appends to its file is in the store within a minute, and leads back to any second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import keys_of, next_second, restore_at, stamp

if TYPE_CHECKING:
    from pathlib import Path

    from restore.conftest import Store

    from .conftest import Shipper

pytestmark = pytest.mark.slow


def test_a_flushall_is_undone_to_the_second(tmp_path: Path, store: Store, shipper: Shipper) -> None:
    shipper.call("SET", "before", "1")
    shipper.start()
    next_second()
    shipper.wait_for(0)
    at = next_second()
    shipper.call("SET", "last", "1")
    flushed = next_second()
    shipper.call("FLUSHALL")
    shipper.call("SET", "after", "1")
    later = next_second()
    shipper.wait_for(later)
    restore = restore_at(tmp_path / "restore", store, flushed - 1)
    restore.both()
    assert keys_of(restore) == {"before", "last"}
    restore = restore_at(tmp_path / "early", store, at - 1)
    restore.both()
    assert keys_of(restore) == {"before"}
    restore = restore_at(tmp_path / "late", store, later)
    restore.both()
    assert keys_of(restore) == {"after"}
    assert stamp(at) < shipper.reaches()
