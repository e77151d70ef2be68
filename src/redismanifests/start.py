"""Start: what a process that lives for a tenth of a second can do without.

Each line is there because a measurement says so (docs/benchmarks.md). What must not come in: anything that a user
would notice but for the time.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

GARBAGE_THRESHOLD = 100_000
"""Objects after which garbage is looked for: more than a start makes. It would find nothing: what is imported stays."""


def start_lightly() -> None:
    """Before the first command is imported."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    sys.modules.setdefault(_NoPlugins.NAME, _NoPlugins(_NoPlugins.NAME))


def end_lightly() -> None:
    """At the very end: Python would look through everything once more, which takes as long as importing half of it."""
    gc.freeze()


class _NoPlugins(ModuleType):
    """Stands in for pydantic's search for plugins, which reads the metadata of every installed package.

    We have none, and somebody else's must not change what a profile means. Should pydantic ask for more than this, it
    gets its own module.
    """

    NAME = "pydantic.plugin._loader"

    @staticmethod
    def get_plugins() -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for these
            raise AttributeError(name)
        sys.modules.pop(self.NAME, None)
        return getattr(import_module(self.NAME), name)
