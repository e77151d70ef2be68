"""Data: where templates and example profiles are, in a wheel or in a checkout.

The one place that knows. What must not come in: reading them.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def data_folder(name: str) -> Path:
    """The folder ``templates`` or ``profiles``: beside the code in a wheel, at the top of a checkout."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent.parent / name
