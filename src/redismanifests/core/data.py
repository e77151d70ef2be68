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
    return {name: content.decode() for name, content in template_files().items()}


@cache
def template_files() -> dict[str, bytes]:
    """The same, not decoded."""
    folder = os.fspath(data_folder("templates"))
    features = sorted(each for each in os.listdir(folder) if each != "__pycache__")  # noqa: PTH208 (each costs a millisecond)
    return {
        f"{feature}/{file}": file_bytes(f"{folder}/{feature}/{file}")
        for feature in features
        for file in sorted(os.listdir(f"{folder}/{feature}"))  # noqa: PTH208 (as above)
    }


def file_bytes(path: str) -> bytes:
    """The content of a file; hundreds are read at a start, and a buffer for each takes half of the time."""
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 (as above)
        return stream.readall()
