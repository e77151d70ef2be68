"""Objects to judge: one realistic manifest of every kind, and what this repository renders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml12

HERE = Path(__file__).parent
RENDERED = HERE.parent.parent / "rendered"


@pytest.fixture(scope="session")
def manifests() -> dict[str, str]:
    """File name and text."""
    paths = [*(HERE / "objects").glob("*.yaml"), *RENDERED.glob("*.yaml")]
    return {f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8") for path in sorted(paths)}


@pytest.fixture(scope="session")
def objects(manifests: dict[str, str]) -> dict[str, dict[str, Any]]:
    """File name and object; a test that changes one copies it first."""
    return {name: yaml12.parse_yaml(text) for name, text in manifests.items()}
