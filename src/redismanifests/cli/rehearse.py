"""Rehearse: run what was rendered as real processes, break it, and tell how it went."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from redismanifests.cli.option import duration, format_option, limits_option, profile_paths
from redismanifests.cli.screen import Screen
from redismanifests.cli.trouble import show, show_findings
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from click.shell_completion import CompletionItem

    from redismanifests.rehearse.event import Event
    from redismanifests.rehearse.subject import Subject
    from redismanifests.rehearse.suite import Plan, Record

INTERRUPTED = 130
QUICK_JOBS = 2
"""--quick runs two at a time, to end within three minutes; figures are better one at a time."""


def _known(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        return given
    from redismanifests.rehearse.scenarios import SCENARIOS

    names = [scenario.name for scenario in SCENARIOS]
    for name in given:
        if name not in names:
            from difflib import get_close_matches

            near = get_close_matches(name, names, n=1)
            hint = f"Did you mean {near[0]}?" if near else "`redismanifests rehearse --list` names all."
            raise click.UsageError(f"there is no scenario {name}. {hint}", ctx)
    return tuple(dict.fromkeys(given))


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from redismanifests.rehearse.scenarios import SCENARIOS

    return [CompletionItem(s.name, help=s.about) for s in SCENARIOS if s.name.startswith(incomplete)]


@click.command(name="rehearse")
@click.argument("profiles", nargs=-1, type=click.Path(path_type=Path))
@limits_option
@click.option(
    "--scenario",
    "chosen",
    metavar="NAME",
    multiple=True,
    callback=_known,
    shell_complete=_completed,
    help="Only this scenario; can be given several times.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Only the five scenarios that matter most, two at a time: under three minutes.",
)
@click.option("--list", "listed", is_flag=True, help="List the scenarios and end.")
@click.option(
    "--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="How often to run each."
)
@click.option(
    "--redis-server",
    metavar="PATH",
    help="The redis-server or valkey-server to run; the first on PATH, where not said.",
)
@click.option(
    "--dns-ttl",
    metavar="DURATION",
    default="30s",
    show_default=True,
    callback=duration,
    help="How long the cluster's DNS keeps answers and refusals; kubeadm's CoreDNS keeps them for 30s.",
)
@click.option(
    "--report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for a page, Markdown, JSON, JUnit, and a picture and the logs of each run.",
)
@format_option("text", "json")
@click.pass_context
def command(
    ctx: click.Context,
    profiles: tuple[Path, ...],
    limits: tuple[Path, ...],
    chosen: tuple[str, ...],
    quick: bool,
    listed: bool,
    repeat: int,
    redis_server: str | None,
    dns_ttl: float,
    report: Path | None,
    form: str,
) -> None:
    """Run what PROFILES give as real processes on this machine, write to them, break them, and measure.

    A profile is rendered in memory; a file or folder of Kubernetes objects is taken as it stands, whoever wrote it.
    Needs Linux, redis-server and the right to make namespaces; nothing of the machine is touched.

    Exits 0 if everything held, 1 if not, 2 if it could not be rehearsed.
    """
    if quick and chosen:
        raise click.UsageError("--quick and --scenario both choose: use one of them")
    from redismanifests.rehearse.scenarios import QUICK, SCENARIOS

    if listed:
        click.echo(_list(form), nl=False)
        return
    if not profiles:
        raise click.UsageError("Missing argument 'PROFILES...'.", ctx)
    from redismanifests.rehearse.run import require_machine
    from redismanifests.rehearse.suite import Plan, lacks

    subjects = _subjects(profiles, limits)
    for name in chosen:
        reasons = [lacks(subject, name) for subject in subjects]
        if all(reasons):
            raise RedismanifestsError(f"{name} cannot be rehearsed: {reasons[0]}", "leave this scenario out")
    scenarios = chosen or (QUICK if quick else tuple(scenario.name for scenario in SCENARIOS))
    plan = Plan(subjects, scenarios, repeat, dns_ttl, redis_server, jobs=QUICK_JOBS if quick else 1)
    if report:
        from redismanifests.report.rehearsal import files

        files.refuse_loss(report, plan)
    require_machine()
    record, code = _rehearse(plan, form)
    if form == "json":
        from redismanifests.report.rehearsal.machine import record_json

        click.echo(record_json(record), nl=False)
    elif record.runs:
        from redismanifests.report.rehearsal.table import record_text

        click.echo(f"\n{record_text(record, colour=sys.stdout.isatty())}", nl=False)
    if report and record.runs:
        files.write(report, record)
        click.echo(f"report: {report / 'index.html'}", err=True)
    ctx.exit(code or (0 if record.held else 1))


def _list(form: str) -> str:
    from redismanifests.rehearse.scenarios import QUICK, SCENARIOS

    if form == "json":
        from redismanifests.report.rehearsal.machine import scenarios_json

        return scenarios_json(SCENARIOS, QUICK)
    width = max(len(scenario.name) for scenario in SCENARIOS)
    return "".join(
        f"{s.name:<{width}}  {s.about}{' (quick)' if s.name in QUICK else ''}\n" for s in SCENARIOS
    )


def _subjects(given: Sequence[Path], limits: tuple[Path, ...]) -> list[Subject]:
    from redismanifests.rehearse import subject
    from redismanifests.report.rehearsal.files import slug

    found: list[Subject] = []
    refused = 0
    for path in given:
        files = profile_paths((path,))
        manifests = subject.of_manifests(path, files)
        if manifests:
            found.append(manifests)
            continue
        for file in files:
            try:
                found.append(subject.of_profile(file, limits))
            except RedismanifestsError as error:
                show(error)
                refused = max(refused, error.exit_code)
            else:
                show_findings(found[-1].findings)
    if refused:
        raise click.exceptions.Exit(refused)
    names = [slug(each.name) for each in found]
    if len(set(names)) < len(names):
        raise click.UsageError(f"two of these have one name in the report: {', '.join(names)}")
    return found


class _Watch:
    """What the terminal shows of the runs that go on now."""

    def __init__(self, planned: int) -> None:
        self.lives: dict[tuple[str, str], Any] = {}
        self.number = 0
        self.planned = planned

    def begin(self, subject: str, scenario: str) -> Callable[[Event], None]:
        from redismanifests.report.rehearsal.live import Live

        self.number += 1
        live = Live(f"{subject} {scenario}  {self.number} of {self.planned}", time.time())
        self.lives[subject, scenario] = live
        see: Callable[[Event], None] = live.see
        return see

    def end(self, subject: str, scenario: str) -> None:
        self.lives.pop((subject, scenario), None)

    def lines(self, columns: int) -> list[str]:
        return [line for live in list(self.lives.values()) for line in live.lines(time.time(), columns)]


def _rehearse(plan: Plan, form: str) -> tuple[Record, int]:
    """The record, also of a plan that broke off, and the exit code of what broke it."""
    from redismanifests.report.rehearsal.table import line_text

    record, code = plan.record(), 0
    watch = _Watch(record.planned)
    many = len(plan.subjects) > 1
    with Screen(watch.lines) as screen:
        try:
            for run in plan.runs(watch.begin):
                watch.end(run.subject, run.result.scenario)
                record = replace(record, runs=(*record.runs, run))
                if form == "text":
                    screen.say(line_text(run, subject=many, colour=sys.stdout.isatty()))
        except KeyboardInterrupt:
            screen.over()
            click.echo("interrupted; what was rehearsed so far follows", err=True)
            code = INTERRUPTED
        except RedismanifestsError as error:
            screen.over()
            show(error)
            code = error.exit_code
    return replace(record, runs=plan.ordered(record.runs)), code
