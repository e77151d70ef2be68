"""Every sabotage is caught by exactly the one that must catch it, and what is not sabotaged is not accused."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notheld import why
from redismanifests.prove.rehearse.run import run
from redismanifests.prove.rehearse.scenarios import QUICK
from sabotage.page import LONG
from sabotage.play import changed, codes, findings_about, reviewed, told
from sabotage.sabotage import MINIMAL, Found, NotShown, Rehearsed
from sabotage.table import SABOTAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from deployment import Manifest
    from redismanifests.prove.rehearse.result import Result
    from sabotage.sabotage import Sabotage

    Rehearsal = Callable[[], Result]

TOP = Path(__file__).parents[2]
SIDE_BY_SIDE = 3
"""Rehearsals mostly wait; three of them leave two cores idle half of the time."""
DNS_TTL_S = 5.0
"""What RM040 asks of a cluster where members know each other by names."""
EDITED_BY_HAND = {"RM253"}
"""Found wherever a ConfigMap was edited after it was rendered: not which guard is gone, so it catches no row."""
TRIES = 6
"""Where chance decides: with `ordinal-0-always-bootstraps` one of two tries shows it (three that did not were seen)."""
each_sabotage = pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.name)
REHEARSED = [(each, caught) for each in SABOTAGES for caught in each.caught if isinstance(caught, Rehearsed)]
SOUND = sorted({(caught.scenario, json.dumps(each.base)) for each, caught in REHEARSED})
"""The same scenarios, of the same profiles, without a sabotage."""


@each_sabotage
def test_what_is_found_before_anything_runs_is_exactly_what_the_table_says(
    sabotage: Sabotage, tmp_path: Path
) -> None:
    known = {"RM040"} if sabotage.over == "profile" and "addressing" in sabotage.base else set()
    expected = {caught.code for caught in sabotage.caught if isinstance(caught, Found)}
    found = codes(sabotage, tmp_path)
    if sabotage.over == "objects":
        found -= EDITED_BY_HAND
    assert found == expected | known


@each_sabotage
def test_a_sabotage_changes_something_and_says_what(sabotage: Sabotage, tmp_path: Path) -> None:
    before = [o.manifest for o in reviewed(sabotage.base, tmp_path).rendering.objects]
    assert changed(sabotage, tmp_path) != before
    assert sabotage.about.endswith(".")
    assert sabotage.seen
    assert sabotage.caught


def test_what_is_not_sabotaged_is_not_accused(tmp_path: Path) -> None:
    review = reviewed(MINIMAL, tmp_path)
    assert review.findings == ()
    assert list(findings_about([o.manifest for o in review.rendering.objects])) == []


def test_names_are_unique_and_there_are_more_than_twenty() -> None:
    assert len({each.name for each in SABOTAGES}) == len(SABOTAGES)
    assert sum(not any(isinstance(c, NotShown) for c in each.caught) for each in SABOTAGES) >= 20


def test_what_ci_leaves_out_is_a_part_of_the_table() -> None:
    assert {scenario for scenario, _ in SOUND} > set(LONG)


def test_the_tests_that_a_row_names_are_there() -> None:
    for shown in (caught for each in SABOTAGES for caught in each.caught):
        if isinstance(shown, NotShown) and shown.shown_by:
            path, _, word = shown.shown_by.partition(" -k ")
            files = sorted((TOP / path).glob("test_*.py")) or [TOP / path]
            names = [name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())]
            assert any(word in name for name in names), shown.shown_by


HELD_ELSEWHERE = ("apply", *QUICK)
"""Scenarios that `.ci/run` holds anyway: in tests/rehearse/test_rehearse_suite.py, and with --quick."""


def _seldom(chosen: bool) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.release,) if chosen else ()


def _found_first(sabotage: Sabotage) -> bool:
    """Whether a finding catches it as well: then it is refused before anything runs, and that is tested each time."""
    return any(isinstance(caught, Found) for caught in sabotage.caught)


def _of_defaults(base: str) -> bool:
    return json.loads(base).keys() == MINIMAL.keys()


def _until_it_shows(objects: list[Manifest], caught: Rehearsed) -> Result:
    """The first of up to three rehearsals in which the sabotage shows: some faults are races, and win one of two."""
    for _ in range(TRIES - 1):
        result = run(objects, caught.scenario, dns_ttl=DNS_TTL_S)
        if any(caught.says in line for line in told(result)):
            return result
    return run(objects, caught.scenario, dns_ttl=DNS_TTL_S)


def _not_only_late(objects: list[Manifest], scenario: str) -> Result:
    """The same once more where nothing but a limit of time was missed: a machine is busy once, a fault stays."""
    result = run(objects, scenario, dns_ttl=DNS_TTL_S)
    late = not result.problems and all(each.held or each.unit == "s" for each in result.measures)
    return result if result.held or not late else run(objects, scenario, dns_ttl=DNS_TTL_S)


@pytest.fixture(scope="module")
def rehearsals(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Future[Result], Rehearsal]]]:
    """The rehearsals of all selected tests, some side by side, by the name of the test; and how to do each again."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        begun = {}
        for item in request.session.items:
            spec = getattr(item, "callspec", None)
            if spec and "rehearsed" in spec.params:
                sabotage, caught = spec.params["rehearsed"]
                objects = changed(sabotage, tmp_path_factory.mktemp("profile"))
                rehearsal = partial(_until_it_shows, objects, caught)
            elif spec and "sound" in spec.params:
                scenario, base = spec.params["sound"]
                review = reviewed(json.loads(base), tmp_path_factory.mktemp("profile"))
                objects = [o.manifest for o in review.rendering.objects]
                rehearsal = partial(_not_only_late, objects, scenario)
            else:
                continue
            begun[item.name] = pool.submit(rehearsal), rehearsal
        yield begun


@pytest.fixture
def result(request: pytest.FixtureRequest, rehearsals: dict[str, tuple[Future[Result], Rehearsal]]) -> Result:
    """How the rehearsal of this test went; a test that is repeated (--reruns) rehearses again."""
    first, again = rehearsals[request.node.name]
    return again() if getattr(request.node, "execution_count", 1) > 1 else first.result()


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "rehearsed",
    [
        pytest.param(
            (each, caught),
            id=f"{each.name}-{caught.scenario}",
            marks=_seldom(caught.scenario in LONG or _found_first(each)),
        )
        for each, caught in REHEARSED
    ],
)
def test_the_rehearsal_catches_it_and_names_it(rehearsed: tuple[Sabotage, Rehearsed], result: Result) -> None:
    assert not result.held
    assert any(rehearsed[1].says in line for line in told(result)), (told(result), why(result))


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(
            pair,
            id=f"{pair[0]}-{number}",
            marks=_seldom(pair[0] in LONG or (pair[0] in HELD_ELSEWHERE and _of_defaults(pair[1]))),
        )
        for number, pair in enumerate(SOUND)
    ],
)
def test_the_same_rehearsal_holds_without_a_sabotage(sound: tuple[str, str], result: Result) -> None:
    assert told(result) == [], why(result)
