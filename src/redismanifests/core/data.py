"""Data: where templates, example profiles and documents are, in a wheel or in a checkout.

The one place that knows.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def data_folder(name: str) -> Path:
    """The folder ``templates``, ``profiles`` or ``docs``: beside the code in a wheel, at the top of a checkout."""
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else PACKAGE.parent.parent / name


def cited_document(name: str) -> str | None:
    """The text of a document as findings cite it (``docs/tls.md``); None where there is none of that name."""
    if not re.fullmatch(r"docs(/measurements)?/[a-z-]+\.md", name):
        return None
    path = data_folder("docs") / name.removeprefix("docs/")
    return path.read_text(encoding="utf-8") if path.is_file() else None


@cache
def template_texts() -> dict[str, str]:
    """Every file under templates/, by its path there."""
    folder = os.fspath(data_folder("templates"))
    found: dict[str, str] = {}
    for feature in sorted(os.listdir(folder)):  # noqa: PTH208 - pathlib costs a millisecond here
        if feature == "__pycache__":
            continue
        for file in sorted(os.listdir(f"{folder}/{feature}")):  # noqa: PTH208
            with open(f"{folder}/{feature}/{file}", encoding="utf-8", newline="") as stream:  # noqa: PTH123
                found[f"{feature}/{file}"] = stream.read()
    return found
