"""Watching: what a rehearsal of alerts runs, and what it cannot run with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from redismanifests.prove.rehearse.alerts.rulefile import RuleFile
    from redismanifests.prove.rehearse.bench.subject import Subject


def watched_scenarios(chosen: tuple[str, ...], *, alerts: bool) -> tuple[str, ...]:
    """What ``--alerts`` runs where nothing was chosen; a usage error where a choice needs it, and it is not there."""
    from redismanifests.prove.rehearse.scenarios import SCENARIOS, watched

    need = {scenario.name for scenario in watched()} if chosen and not alerts else set()
    for name in chosen:
        if name in need:
            raise click.UsageError(f"{name} lasts until its alerts have fired: use it with --alerts")
    if chosen or not alerts:
        return chosen
    from redismanifests.prove.rehearse.alerts.order import named_by_alerts

    named = named_by_alerts()
    return tuple(each.name for each in (*watched(), *SCENARIOS) if each.name in named)


def refuse_two_choices(chosen: Sequence[str], *, quick: bool, alerts: bool) -> None:
    """Refuse --quick beside another option that chooses scenarios."""
    if quick and (chosen or alerts):
        other = "--scenario" if chosen else "--alerts"
        raise click.UsageError(f"--quick and {other} both choose: use one of them")


def rules_of(files: Sequence[Path]) -> tuple[RuleFile, ...]:
    """Rules of someone else's, read and checked."""
    if not files:
        return ()
    from redismanifests.prove.rehearse.alerts.rulefile import rule_files

    return rule_files(files)


def alerts_of(subjects: Sequence[Subject]) -> None:
    """Refuse, before anything is started, what no alerts can be rehearsed of, or with."""
    from redismanifests.prove.rehearse.alerts.order import require_prometheus, watched

    require_prometheus()
    for subject in subjects:
        watched(subject.profile, subject.name)
