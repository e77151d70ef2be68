"""The application on nodes takes along every module of ours that its writer imports."""

from __future__ import annotations

import ast
from pathlib import Path

from endtoend.application import MODULES


def test_no_module_that_is_taken_along_imports_one_that_is_left_at_home() -> None:
    for name, module in MODULES.items():
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        # Of the module itself: what is imported for types only stands below a condition.
        imported = {each.module for each in tree.body if isinstance(each, ast.ImportFrom)}
        ours = {each for each in imported if each and each.startswith("redismanifests")}
        assert ours <= set(MODULES), name
