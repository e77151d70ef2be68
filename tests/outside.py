"""Outside: what a test needs that is no part of this package.

Not in conftest.py: folders of tests have modules of that name, too, and the last one that was read is what is imported.
"""

from __future__ import annotations

import os

import pytest


def missing(reason: str) -> None:
    """Something from outside is not here: skip and say why, and fail where CI promised that it is here."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; with CI=true this is a failure")
    pytest.skip(reason)
