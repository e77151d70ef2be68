"""Examples: how many of a law are tried where somebody waits for them, and how many where there is time."""

from __future__ import annotations

import os


def examples(full: int) -> int:
    """``full`` with EXAMPLES=all, else a quarter of it."""
    return full if os.environ.get("EXAMPLES") == "all" else full // 4
