"""Rehearsing: `migrate --rehearse`: a killed master with the objects of the source, and with the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.cli.output import show
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.prove.rehearse.bench.subject import Subject
    from redismanifests.prove.rehearse.result import Result

THEIRS, OURS = "today", "profile"
SCENARIO = "master-killed"


def todays(files: Mapping[str, bytes]) -> Subject:
    """The objects of the sources; raises RedismanifestsError if there are none, or no rehearsal can run here."""
    from redismanifests.prove.rehearse.bench import subject
    from redismanifests.prove.rehearse.run import require_machine

    found = subject.of_contents(THEIRS, files)
    if found is None:
        raise RedismanifestsError(
            "--rehearse runs what is deployed today, and no source has its objects",
            "give what `helm template` or `helm get manifest` prints beside the values",
        )
    require_machine()
    return found


def compared(theirs: Subject, profile: str, form: str) -> dict[str, Result | str]:
    """What came out on either side, or why nothing did; today's side may have nothing that could be rehearsed."""
    from redismanifests.cli.proof.rehearsing import rehearsed
    from redismanifests.cli.proof.sight import shown_playable
    from redismanifests.prove.rehearse.bench import subject
    from redismanifests.prove.rehearse.run import DNS_TTL_S
    from redismanifests.prove.rehearse.suite import Plan

    found: dict[str, Result | str] = {}
    subjects = [subject.of_text(OURS, profile)]
    try:
        subjects.insert(0, shown_playable(theirs))
    except RedismanifestsError as error:
        found[THEIRS] = error.fact
    record, _ = rehearsed(Plan(subjects, (SCENARIO,), 1, DNS_TTL_S), form)
    ran = {run.subject: run.result for run in record.runs}
    return found | {each.name: ran.get(each.name, "it was not run to its end") for each in subjects}


def circumstances(results: Mapping[str, Result | str]) -> str:
    """Which scenario, servers and machine."""
    from redismanifests.prove.rehearse.suite import machine

    ran = dict.fromkeys(each.engine for each in results.values() if not isinstance(each, str))
    return f"{SCENARIO}, one run each, with {' and '.join(filter(None, ran))}; {machine()}"


def shown(results: Mapping[str, Result | str]) -> None:
    """Print the table."""
    from redismanifests.present.documents.comparison.today import today

    show(today(results, circumstances(results)))


def data(results: Mapping[str, Result | str]) -> dict[str, object]:
    """The table for programs."""
    from redismanifests.present.documents.comparison.today import data as of_results

    return of_results(results, circumstances(results))


def proven(results: Mapping[str, Result | str]) -> bool:
    """Whether the profile's side came as far as the fault, and lost nothing."""
    from redismanifests.present.documents.comparison.today import figures

    found = figures(results[OURS])
    return found is not None and found[1] == 0
