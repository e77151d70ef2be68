"""Machine: the record of rehearsals as values that JSON knows, for scripts and for comparing one day with another."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.present.rehearsal.verdicts import as_data

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.prove.rehearse.alerts.sounded import Sounded
    from redismanifests.prove.rehearse.alerts.verdict import Verdict
    from redismanifests.prove.rehearse.result import Measure
    from redismanifests.prove.rehearse.suite import Record, Run


def record_data(record: Record, foreign: Sequence[Verdict]) -> dict[str, object]:
    """Everything that was measured; moments within a run are seconds since it began.

    ``foreign``: what became of the alerts of someone else.
    """
    return {
        "version": record.version,
        "machine": record.machine,
        "began": stamp(record.began),
        "dnsTtl": record.dns_ttl_s,
        "planned": record.planned,
        "held": record.held,
        "sameEngine": record.same_engine,
        "runs": [_run(run) for run in record.runs],
        **({"rules": as_data(foreign)} if foreign else {}),
    }


def stamp(at: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _run(run: Run) -> dict[str, object]:
    result = run.result

    def since(at: float) -> float:
        return round(at - result.began, 3)

    return {
        "subject": run.subject,
        "scenario": result.scenario,
        "about": run.about,
        "number": run.number,
        "engine": result.engine,
        "deployed": result.deployed,
        "held": result.held,
        "began": stamp(result.began),
        "seconds": round(result.took_s, 3),
        "measures": [_measure(measure) for measure in result.measures],
        "problems": list(result.problems),
        "probes": [dataclasses.asdict(outcome) for outcome in result.probes],
        "notCarried": list(result.not_carried),
        **({"alerts": [_alert(each) for each in result.alerts]} if result.alerts else {}),
        "pauses": [{"from": since(begins), "to": since(ends)} for begins, ends in result.pauses],
        "events": [
            {"at": since(event.at), "kind": event.kind, "subject": event.subject, "text": event.text}
            for event in result.events
        ],
    }


def _alert(alert: Sounded) -> dict[str, object]:
    return {
        "alert": alert.alert,
        "severity": alert.severity,
        "after": None if alert.after_s is None else round(alert.after_s, 1),
        "limit": alert.limit_s,
        "mustNot": alert.forbidden,
        "held": alert.held,
    }


def finite(value: float | None) -> float | None:
    """To four digits; None for no end: JSON has no infinity. A zero below zero plus nothing is a zero."""
    return None if value is None or math.isinf(value) else round(value, 4) + 0


def _measure(measure: Measure) -> dict[str, object]:
    return {
        "name": measure.name,
        # JSON has no infinity: an outage that never ended has no length.
        "value": finite(measure.value),
        "unit": measure.unit,
        "limit": finite(measure.limit),
        "held": measure.held,
    }
