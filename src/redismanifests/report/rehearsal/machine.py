"""Machine: the record of rehearsals as one JSON document, for scripts and for comparing one day with another.

What must not come in: printing, logs (they lie beside a report).
"""

from __future__ import annotations

import dataclasses
import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.rehearse.result import Measure
    from redismanifests.rehearse.scenario import Scenario
    from redismanifests.rehearse.suite import Record, Run


def record_json(record: Record) -> str:
    """Everything that was measured; moments within a run are seconds since it began."""
    document = {
        "version": record.version,
        "machine": record.machine,
        "began": stamp(record.began),
        "dnsTtl": record.dns_ttl_s,
        "planned": record.planned,
        "held": record.held,
        "runs": [_run(run) for run in record.runs],
    }
    return _printed(document)


def scenarios_json(scenarios: Iterable[Scenario], quick: Iterable[str]) -> str:
    """The scenarios that there are."""
    chosen = set(quick)
    return _printed([{"name": s.name, "about": s.about, "quick": s.name in chosen} for s in scenarios])


def stamp(at: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _printed(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _run(run: Run) -> dict[str, Any]:
    result = run.result

    def since(at: float) -> float:
        return round(at - result.began, 3)

    return {
        "subject": run.subject,
        "scenario": result.scenario,
        "about": run.about,
        "number": run.number,
        "engine": result.engine,
        "held": result.held,
        "began": stamp(result.began),
        "seconds": round(result.took_s, 3),
        "measures": [_measure(measure) for measure in result.measures],
        "problems": list(result.problems),
        "probes": [dataclasses.asdict(outcome) for outcome in result.probes],
        "notCarried": list(result.not_carried),
        "pauses": [{"from": since(begins), "to": since(ends)} for begins, ends in result.pauses],
        "events": [
            {"at": since(event.at), "kind": event.kind, "subject": event.subject, "text": event.text}
            for event in result.events
        ],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        # JSON has no infinity: an outage that never ended has no length.
        "value": None if math.isinf(measure.value) else round(measure.value, 4),
        "unit": measure.unit,
        "limit": measure.limit,
        "held": measure.held,
    }
