"""Rehearsing: the subjects of a rehearsal, and its runs while the terminal shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from redismanifests.cli.output import on_screen, show_findings, show_trouble
from redismanifests.cli.paths import each_once, is_directory, yaml_files
from redismanifests.cli.proof.sight import shown_playable
from redismanifests.cli.screen import Screen
from redismanifests.core.steady import steady_now
from redismanifests.errors import INTERRUPTED, RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from redismanifests.prove.rehearse.bench.subject import Subject
    from redismanifests.prove.rehearse.suite import Plan, Record
    from redismanifests.prove.toycluster.event import Event

QUICK_JOBS = 2
"""--quick runs two at a time, to end within three minutes; figures are better one at a time."""


def known_scenarios(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Names of scenarios, each once; a usage error, with the nearest name, where there is none."""
    if not given:
        return given
    from redismanifests.prove.rehearse.scenarios import SCENARIOS, scenario_named

    for name in given:
        try:
            scenario_named(name)
        except RedismanifestsError:
            from difflib import get_close_matches

            names = [scenario.name for scenario in SCENARIOS]
            near = get_close_matches(name, names, n=1)
            hint = f"Did you mean {near[0]}?" if near else "`redismanifests rehearse --list` names all."
            raise click.UsageError(f"there is no scenario {name}. {hint}", ctx) from None
    return tuple(dict.fromkeys(given))


def completed_scenarios(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Scenarios whose name begins so."""
    from click.shell_completion import CompletionItem

    from redismanifests.prove.rehearse.scenarios import SCENARIOS

    return [CompletionItem(s.name, help=s.about) for s in SCENARIOS if s.name.startswith(incomplete)]


def subjects_of(given: Sequence[Path], limits: tuple[Path, ...]) -> list[Subject]:
    """The deployments to rehearse; exits where one is refused."""
    from redismanifests.present.rehearsal.names import slug
    from redismanifests.prove.rehearse.bench import subject

    found: list[Subject] = []
    refused = 0
    profiles: list[Path] = []
    for path in each_once(given):
        files = yaml_files(path) if is_directory(path) else [path]
        manifests = subject.of_manifests(path, files)
        if manifests:
            found.append(manifests)
            continue
        new = each_once([*profiles, *files])[len(profiles) :]
        profiles += new
        for file in new:
            try:
                found.append(subject.of_profile(file, limits))
            except RedismanifestsError as error:
                show_trouble(error)
                refused = max(refused, error.exit_code)
            else:
                show_findings(found[-1].findings)
    if refused:
        raise click.exceptions.Exit(refused)
    names = [slug(each.name) for each in found]
    if len(set(names)) < len(names):
        raise click.UsageError(f"two of these have one name in the report: {', '.join(names)}")
    return [each if each.profile else shown_playable(each) for each in found]


def refuse_impossible(subjects: Sequence[Subject], chosen: Sequence[str], next_server: str | None) -> None:
    """Refuse a chosen scenario that none of the subjects can run, or that needs another server."""
    from redismanifests.prove.rehearse.suite import lacks

    for name in chosen:
        reasons = [lacks(subject, name) for subject in subjects]
        if all(reasons):
            raise RedismanifestsError(f"{name} cannot be rehearsed: {reasons[0]}", "leave this scenario out")
    if "engine-changed" in chosen and next_server is None:
        raise click.UsageError("engine-changed rolls to another server: name it with --next-server")


class _Watch:
    """What the terminal shows of the runs that go on now."""

    def __init__(self, planned: int) -> None:
        self.lives: dict[tuple[str, str], Any] = {}
        self.number = 0
        self.planned = planned

    def begin(self, subject: str, scenario: str) -> Callable[[Event], None]:
        from redismanifests.present.rehearsal.live import Live

        self.number += 1
        live = Live(f"{subject} {scenario}  {self.number} of {self.planned}", steady_now())
        self.lives[subject, scenario] = live
        see: Callable[[Event], None] = live.see
        return see

    def end(self, subject: str, scenario: str) -> None:
        self.lives.pop((subject, scenario), None)

    def lines(self, columns: int) -> list[str]:
        return [line for live in list(self.lives.values()) for line in live.lines(steady_now(), columns)]


def rehearsed(plan: Plan, form: str) -> tuple[Record, int]:
    """The record, also of a plan that broke off, and the exit code of what broke it."""
    from redismanifests.present.documents.rehearsal import finished

    record, code = plan.record(), 0
    watch = _Watch(record.planned)
    many = len(plan.subjects) > 1
    with Screen(watch.lines) as screen:
        try:
            for run in plan.runs(watch.begin):
                watch.end(run.subject, run.result.scenario)
                record = replace(record, runs=(*record.runs, run))
                if on_screen(form):
                    screen.show(finished(run, subject=many))
        except KeyboardInterrupt:
            screen.over()
            click.echo("interrupted; what was rehearsed so far follows", err=True)
            code = INTERRUPTED
        except RedismanifestsError as error:
            screen.over()
            show_trouble(error)
            code = error.exit_code
    return replace(record, runs=plan.ordered(record.runs)), code
