"""Our verdict beside those of kubeconform and of jsonschema-rs, on objects that are wrong in many ways.

Three programs read the same schemas: a judge of ours that forgets a rule disagrees with two that know JSON
Schema.
"""

from __future__ import annotations

import json
import random
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from redismanifests.judge.kubernetes import kubeconform, supported_versions, violations
from redismanifests.judge.kubernetes.pool import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MUTANTS = 1_500
OLDEST_AND_NEWEST = (supported_versions()[0], supported_versions()[-1])
VALUES = (
    *(None, True, False, 0, 3, -1, 3.0, 2.5, 1e20, 2**40, "", "3", "true", "null", "25%", "1Gi", "ä€😀"),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        ["x"],
        [3],
        [["x"]],
        {"x": None},
        {"x": 3},
        {"x": "y"},
        {"name": "x"},
        {"1": {}},
    ),
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*path, key))


def mutant(base: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """A copy with one or two places changed: value, field, item, depth."""
    obj = deepcopy(base)
    for _ in range(dice.choice((1, 1, 1, 2))):
        *trunk, leaf = dice.choice(list(places(obj)))
        parent: Any = obj
        for step in trunk:
            parent = parent[step]
        match dice.randrange(9):
            case 0:
                del parent[leaf]
            case 1 if isinstance(parent, dict):
                parent[f"{leaf}x"] = parent.pop(leaf)
            case 2 if isinstance(parent, dict):
                parent[dice.choice(("unknown", "spec", "name", "value", "status", "3"))] = dice.choice(VALUES)
            case 3:
                parent[leaf] = None
            case 4:
                parent[leaf] = [parent[leaf]]
            case 5:
                parent[leaf] = {str(leaf): parent[leaf]}
            case 6 if isinstance(parent[leaf], int | float | str):
                parent[leaf] = str(parent[leaf]) if dice.random() < 0.5 else f"{parent[leaf]}x"
            case _:
                parent[leaf] = deepcopy(dice.choice(VALUES))
    return obj


@pytest.fixture(scope="module", params=OLDEST_AND_NEWEST)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def mutants(objects: dict[str, dict[str, Any]], version: str) -> list[dict[str, Any]]:
    dice = random.Random(f"mutants of {version}")
    bases = list(objects.values())
    return [mutant(bases[number % len(bases)], dice) for number in range(MUTANTS)]


@pytest.fixture(scope="module")
def ours(mutants: list[dict[str, Any]], version: str) -> list[bool]:
    return [not violations(obj, version) for obj in mutants]


def disagreements(mutants: list[dict[str, Any]], ours: list[bool], theirs: list[bool]) -> list[str]:
    pairs = zip(mutants, ours, theirs, strict=True)
    return [
        f"ours: {mine}, theirs: {other}: {json.dumps(obj)}" for obj, mine, other in pairs if mine != other
    ]


def test_mutants_are_good_and_bad(ours: list[bool]) -> None:
    assert sum(ours) >= 200
    assert len(ours) - sum(ours) >= 200


def test_kubeconform_agrees(
    mutants: list[dict[str, Any]], ours: list[bool], version: str, require_tool: Callable[[str, str], str]
) -> None:
    require_tool("kubeconform", 'PATH="$(tools/build_kubeconform.sh):$PATH"')
    texts = {str(number): json.dumps(obj, ensure_ascii=False) for number, obj in enumerate(mutants)}
    verdicts = kubeconform.check(texts, version)
    assert [verdict.file for verdict in verdicts] == list(texts)
    assert disagreements(mutants, ours, [verdict.accepted for verdict in verdicts]) == []


def test_jsonschema_rs_agrees(
    mutants: list[dict[str, Any]], ours: list[bool], version: str, tmp_path: Path
) -> None:
    kubeconform.export(version, tmp_path)
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("*.json")]
    by_definition = {
        each["$ref"].removeprefix("#/$defs/"): jsonschema_rs.validator_for(each) for each in schemas
    }
    validators = {key: by_definition[name] for key, name in kinds().items()}
    keys = [(obj.get("apiVersion"), obj.get("kind")) for obj in mutants]
    known = [
        validators[key].is_valid(obj)
        if all(isinstance(part, str) for part in key) and key in validators
        else False
        for key, obj in zip(keys, mutants, strict=True)
    ]
    assert disagreements(mutants, ours, known) == []
