"""Not held: what a person needs to see of a rehearsal that should have held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.rehearsal.log import since_fault

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.result import Result


def why(result: Result) -> str:
    """Its problems, its measures with their limits, and every line of its log from the fault on."""
    measures = (
        f"{each.name}: {each.value:g} {each.unit} (limit {each.limit}{'' if each.held else ', exceeded'})"
        for each in result.measures
    )
    return "\n".join([result.scenario, *result.problems, *measures, *since_fault(result)])
