"""The shape of the house: few areas, few files in a folder, and what one area repeats of another."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import redismanifests
from redismanifests import features

if TYPE_CHECKING:
    from collections.abc import Iterator

SRC = Path(redismanifests.__file__).parent
AREAS = {"cli", "core", "features", "judge", "present", "profile", "prove", "render"}


def test_there_are_eight_areas_and_nothing_loose_beside_them() -> None:
    beside = {"__init__.py", "__main__.py", "errors.py", "__pycache__", "py.typed", "_data"}
    assert {each.name for each in SRC.iterdir()} - beside == AREAS


def test_no_folder_holds_more_than_twelve_modules() -> None:
    folders = {folder: [*folder.glob("*.py")] for folder in SRC.rglob("*") if folder.is_dir()}
    crowded = {
        str(folder.relative_to(SRC)): len(files) - 1 for folder, files in folders.items() if len(files) > 13
    }
    assert crowded == {}


def test_no_module_is_longer_than_400_lines() -> None:
    lines = {each: len(each.read_text("utf-8").splitlines()) for each in SRC.rglob("*.py")}
    assert {str(each.relative_to(SRC)): count for each, count in lines.items() if count > 400} == {}


def test_no_module_of_the_command_line_is_longer_than_150_lines() -> None:
    lines = {each: len(each.read_text("utf-8").splitlines()) for each in (SRC / "cli").rglob("*.py")}
    assert {str(each.relative_to(SRC)): count for each, count in lines.items() if count > 150} == {}


def test_only_click_commands_take_more_than_eight_parameters() -> None:
    many = {}
    for module in (SRC / "cli").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
                taken = node.args
                count = len(taken.posonlyargs + taken.args + taken.kwonlyargs)
                if count > 8:
                    many[f"{module.relative_to(SRC)}:{node.name}"] = count
    assert many == {}


def test_every_view_and_every_module_of_rules_is_in_the_list() -> None:
    folder = SRC / "features"
    views = {each.parent.name for each in folder.glob("*/view.py")}
    rules = {*folder.glob("*/rules.py"), *folder.glob("*/rules/[a-z]*.py")}
    assert sorted(features.VIEWS) == sorted(views)
    assert sorted(features.RULES) == sorted(
        ".".join(each.relative_to(folder).with_suffix("").parts) for each in rules
    )


def test_the_seam_of_settings_and_rules_is_typed() -> None:
    seam = [SRC / "core" / "feature.py", SRC / "core" / "setting.py", SRC / "profile" / "defaults.py"]
    seam += (SRC / "features").rglob("*.py")
    assert [each for each in seam if "Any" in _names(each)] == []


def test_no_circle_of_imports_crosses_a_folder_those_of_types_included() -> None:
    modules = {_module(each): each for each in SRC.rglob("*.py")}
    imports = {name: {*_imports(path, modules)} - {name} for name, path in modules.items()}
    reached = {name: _reached(name, imports) for name in imports}
    circles = {
        (one, other)
        for one in imports
        for other in imports[one]
        if one in reached[other] and modules[one].parent != modules[other].parent
    }
    assert circles == set()


def test_what_every_run_loads_compiles_no_pattern_before_its_first_use() -> None:
    areas = ("core", "features", "judge", "profile", "render")
    # The command `migrate` alone loads these.
    apart = SRC / "judge" / "migrate"
    compiled = [
        f"{path.relative_to(SRC)}:{node.lineno}"
        for area in areas
        for path in (SRC / area).rglob("*.py")
        if apart not in path.parents
        for statement in ast.parse(path.read_text("utf-8")).body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "re.compile"
    ]
    assert compiled == []


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SRC.parent).with_suffix("").parts).removesuffix(".__init__")


def _names(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text("utf-8")))
    return {each.id for each in tree if isinstance(each, ast.Name)}


def _imports(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """What a module imports, in functions and for its types as well."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in modules:
            for each in node.names:
                name = f"{node.module}.{each.name}"
                yield name if name in modules else node.module


def _reached(name: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for each in imports[ahead.pop()] - found:
            found.add(each)
            ahead.append(each)
    return found
