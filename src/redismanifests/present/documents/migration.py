"""Migration: what is deployed today, the profile that follows from it, and what a person must decide or know."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.core.values.duration import Duration
from redismanifests.judge.migrate.row import Fate, Shape
from redismanifests.judge.migrate.way import way
from redismanifests.present.document import Document, Lines, Run, Section, Table, Tone
from redismanifests.present.documents.findings import count_text, finding_lines, findings_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.judge.migrate.facts import Account
    from redismanifests.judge.migrate.migration import Migration
    from redismanifests.judge.migrate.today import Today
    from redismanifests.present.document import Block, Text

_CHAPTERS = (
    (Severity.ERROR, "To decide"),
    (Severity.WARNING, "Not kept, or to know before the move"),
    (Severity.NOTE, "Other than the chart's default"),
)


def migration(found: Migration, written: str = "", rehearsed: Mapping[str, object] | None = None) -> Document:
    """Everything on one screen; ``written`` is the file that has the profile, else it is printed.

    ``rehearsed`` is for programs: what a killed master costs (documents/comparison/today.py).
    """
    blocks: list[Block] = [Section("What you have", [Table(("", ""), list(_rows(found.today)))])]
    blocks += _without_effect(found.accounts)
    blocks += _findings(found.findings)
    if not written:
        blocks.append(
            Section("profile.yaml", [Lines([Run(line, code=True) for line in found.profile.splitlines()])])
        )
    blocks.append(Section("Keys", [Lines([_counted(found.accounts)])]))
    blocks.append(Lines(_verdict(found, written)))
    return Document(
        title=f"redismanifests migrate: {found.today.origin}",
        level=3,
        screen=blocks,
        data=_data(found) | ({"rehearsed": rehearsed} if rehearsed else {}),
        findings=found.findings,
    )


def _rows(today: Today) -> Iterator[tuple[Text, ...]]:
    where = f"release {today.release or '(not given)'} in namespace {today.namespace or '(not given)'}"
    yield "deployed by", f"{today.origin}, {where}"
    yield "server", f"{today.engine} {today.server or '(version unknown)'}"
    yield "pods", _pods(today)
    amounts = ", ".join(
        f"{place.replace('.', ' ')} {amount}" for place, amount in sorted(today.amounts.items())
    )
    yield "Redis gets", amounts or "no requests and no limits"
    yield "disk", f"{today.disk} for each pod" if today.disk else "none: the data go with the pod"
    yield "persistence", _persistence(today)
    yield "passwords", _passwords(today)
    yield "reached by", _exposure(today)
    yield "may be lost", _loss(today)
    yield "a dead master", _dead(today)
    yield "its data", way(today).text


def _pods(today: Today) -> str:
    count = (
        "an unknown number of pods"
        if today.pods is None
        else f"{today.pods} pod{'s' if today.pods > 1 else ''}"
    )
    if today.shape is Shape.SENTINEL and today.sentinels:
        sentinels = f"{today.sentinels} Sentinel{'s' if today.sentinels > 1 else ''}"
        return f"{count} of Redis, one of them the master, and {sentinels} in pods of their own"
    if today.shape is Shape.SENTINEL:
        return f"{count}, each Redis with a Sentinel beside it; one of them is the master"
    if today.shape is Shape.STANDALONE:
        return f"{count}, no replica and no Sentinel"
    return f"{count}: a master that never moves, and its replicas; no Sentinel"


def _persistence(today: Today) -> str:
    kept = [
        name for name, on in (("append-only file", today.append_only), ("snapshots", today.snapshots)) if on
    ]
    return " and ".join(kept) or "none"


def _passwords(today: Today) -> str:
    if not today.password:
        return "none: every pod that reaches Redis may do everything"
    made = "in the objects themselves" if today.plain else "of a Secret that the chart made"
    secret = f"of Secret {today.secret}" if today.secret else made
    also = "also for Sentinel" if today.sentinel_password else "not for Sentinel"
    return f"one {secret}{f', {also}' if today.shape is Shape.SENTINEL else ''}"


def _exposure(today: Today) -> str:
    how = "a Service that leads to the master" if today.master_address else "asking Sentinel for the master"
    return f"{how}; Service type {today.service_type}; {'TLS' if today.tls else 'no TLS'}"


def _loss(today: Today) -> str:
    if today.shape is not Shape.SENTINEL:
        return "no master: writes stop until its pod is back"
    if not today.losable:
        return f"no pod: {today.quorum} Sentinels must agree (quorum), and a majority must vote"
    return f"{today.losable} of {today.pods} pods; {today.quorum} Sentinels must agree (quorum)"


def _dead(today: Today) -> str:
    if today.down_after_ms is None:
        return "stays dead until its pod is back" if today.shape is not Shape.SENTINEL else "unknown"
    text = f"counts as down after {Duration(today.down_after_ms)}, and is replaced some seconds later"
    if today.failover_timeout_ms is not None:
        text += f"; a failed election costs {Duration(2 * today.failover_timeout_ms)}"
    return text


def _without_effect(accounts: Sequence[Account]) -> list[Block]:
    found = [each for each in accounts if each.fate is Fate.NO_EFFECT]
    if not found:
        return []
    reasons: dict[str, list[str]] = {}
    for each in found:
        reasons.setdefault(each.text, []).append(each.key)
    rows = [(", ".join(keys), reason) for reason, keys in reasons.items()]
    lines: list[Text] = [
        line for keys, reason in rows for line in (f"  {keys}", Run(f"      {reason}", Tone.FAINT))
    ]
    return [Section("Keys without effect today", [Lines(lines)])]


def _findings(found: Sequence[Finding]) -> Iterator[Block]:
    for severity, title in _CHAPTERS:
        shown = [each for each in found if each.severity is severity and not each.waived]
        if shown:
            yield Section(title, [Lines([line for each in shown for line in finding_lines(each)])])


def _counted(accounts: Sequence[Account]) -> str:
    count = Counter(each.fate for each in accounts)
    fates = ", ".join(f"{count[fate]} {fate.value}" for fate in Fate if count[fate])
    return f"{len(accounts)} in the source: {fates or 'none'}"


def _verdict(found: Migration, written: str) -> list[Text]:
    refused = [each for each in found.checked if each.severity is Severity.ERROR]
    lines: list[Text] = []
    if refused:
        lines.append((Run("check refuses the profile", Tone.BAD), f": {count_text(refused)}"))
        lines += [f"  {each.code} {each.name}: {each.fact}" for each in refused]
    if found.open:
        lines.append((Run("open", Tone.OPEN), ": a decision above; --accept CODE records that it is taken"))
    if written:
        lines.append(f"next: redismanifests check {written}, then: redismanifests plan {written}")
    else:
        lines.append("next: the same with --output profile.yaml, which writes the profile")
    return lines


def _data(found: Migration) -> dict[str, object]:
    """Durations in milliseconds, amounts as Kubernetes writes them; null where it is not known."""
    return {
        "today": {**found.today._asdict(), "shape": found.today.shape.value},
        "move": way(found.today).value,
        "profile": found.profile,
        "keys": [
            {
                "key": each.key,
                "file": each.place.document.name,
                "line": each.place.document.place(each.place.path, at_key=True)[0],
                "fate": each.fate.value,
                "text": each.text,
            }
            for each in found.accounts
        ],
        "findings": findings_data(found.findings),
        "check": findings_data(found.checked),
        "open": found.open,
    }
