"""The application on nodes takes along every module of ours that its writer imports."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from endtoend.application import MODULES
from redismanifests.prove.rehearse.bench.entry import LOGIN, Entry

if TYPE_CHECKING:
    import pytest


def test_no_module_that_is_taken_along_imports_one_that_is_left_at_home() -> None:
    for name, module in MODULES.items():
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        # Of the module itself: what is imported for types only stands below a condition.
        imported = {each.module for each in tree.body if isinstance(each, ast.ImportFrom)}
        ours = {each for each in imported if each and each.startswith("redismanifests")}
        assert ours <= set(MODULES), name


def test_a_client_before_providers_of_credentials_gets_in_by_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the pods: Debian 12 has redis-py 4.3."""
    (tmp_path / LOGIN).write_text('{"username": "", "password": "a-word"}', "utf-8")
    monkeypatch.setitem(sys.modules, "redis.credentials", None)
    assert Entry(tmp_path).options() == {"password": "a-word"}
