"""Start: what a process that lives for a tenth of a second can do without.

Each line is there because a measurement says so (docs/benchmarks.md).
"""

from __future__ import annotations

import gc

GARBAGE_THRESHOLD = 100_000
"""Objects after which garbage is looked for: more than a start makes. It would find nothing: what is imported stays."""


def start_lightly() -> None:
    """Before the first command is imported."""
    gc.set_threshold(GARBAGE_THRESHOLD)


def end_lightly() -> None:
    """At the very end: Python would look through everything once more, which takes as long as importing half of it."""
    gc.freeze()
