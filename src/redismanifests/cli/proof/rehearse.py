"""Rehearse: run the rendered pods as real processes, break them, and report the result."""

from __future__ import annotations

from pathlib import Path

import click

from redismanifests.cli.option import FILE, duration, limits_option, usual_profile
from redismanifests.cli.output import format_option, on_screen, show
from redismanifests.cli.proof.rehearsing import (
    QUICK_JOBS,
    completed_scenarios,
    known_scenarios,
    refuse_impossible,
    rehearsed,
    subjects_of,
)
from redismanifests.cli.proof.watching import alerts_of, refuse_two_choices, rules_of, watched_scenarios
from redismanifests.cli.width import say


@click.command(name="rehearse")
@click.argument("profiles", nargs=-1, metavar="[PROFILES]...", type=FILE)
@limits_option
@click.option(
    "--scenario",
    "chosen",
    metavar="NAME",
    multiple=True,
    callback=known_scenarios,
    shell_complete=completed_scenarios,
    help="Only this scenario; can be given several times.",
)
@click.option(
    "--quick",
    is_flag=True,
    help="Only the five scenarios that matter most, two at a time: under three minutes.",
)
@click.option(
    "--list",
    "listed",
    is_flag=True,
    help="List the scenarios and end; with --alerts also those that need it.",
)
@click.option(
    "--repeat", type=click.IntRange(min=1), default=1, show_default=True, help="How often to run each."
)
@click.option(
    "--redis-server",
    metavar="PATH",
    help="Run this redis-server or valkey-server  [default: the first on PATH]",
)
@click.option(
    "--next-server",
    metavar="PATH",
    help="The server that engine-changed rolls to, under load; not set: no such scenario.",
)
@click.option(
    "--same-engine",
    is_flag=True,
    help="Exit 1, too, if another version ran than the one that is deployed.",
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
    "--alerts", is_flag=True, help="Let a real Prometheus watch: which alerts fire, when, and which must not."
)
@click.option(
    "--rules",
    "rule_files",
    metavar="FILE",
    multiple=True,
    type=FILE,
    help="Load these alerts as well, and report where they fire and where not; implies --alerts.",
)
@click.option(
    "--report",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for a page, Markdown, JSON, JUnit, and a picture and the logs of each run.",
)
@click.option("--verbose", "-v", is_flag=True, help="Show the measures of scenarios that held, too.")
@format_option()
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
    next_server: str | None,
    same_engine: bool,
    dns_ttl: float,
    alerts: bool,
    rule_files: tuple[Path, ...],
    report: Path | None,
    verbose: bool,
    form: str,
) -> None:
    """Run what PROFILES give as real processes on this machine, write to them, break them, and measure.

    A profile is rendered in memory; a file or folder of any Kubernetes objects is used unchanged.
    Needs Linux, redis-server and the right to make namespaces; nothing of the machine is touched.

    Exits 0 if everything held, 1 if not (with --same-engine also where another version ran), 2 if it could not be
    rehearsed.
    """
    alerts = alerts or bool(rule_files)
    refuse_two_choices(chosen, quick=quick, alerts=alerts)
    from redismanifests.present.documents import rehearsal as documents
    from redismanifests.prove.rehearse.scenarios import QUICK, SCENARIOS, watched

    if listed:
        show(documents.scenarios((*SCENARIOS, *(watched() if alerts else ())), QUICK), form)
        return
    chosen = watched_scenarios(chosen, alerts=alerts)
    from redismanifests.prove.rehearse.run import require_machine
    from redismanifests.prove.rehearse.suite import Plan

    rules = rules_of(rule_files)
    subjects = subjects_of(profiles or (usual_profile(ctx),), limits)
    if alerts:
        alerts_of(subjects)
    refuse_impossible(subjects, chosen, next_server)
    scenarios = chosen or (QUICK if quick else tuple(scenario.name for scenario in SCENARIOS))
    jobs = QUICK_JOBS if quick else 1
    plan = Plan(subjects, scenarios, repeat, dns_ttl, redis_server, next_server, jobs, alerts, rules)
    if report:
        from redismanifests.present.rehearsal import files

        files.refuse_loss(report, plan)
    require_machine()
    record, code = rehearsed(plan, form)
    if record.runs or not on_screen(form):
        click.echo("", nl=on_screen(form))
        show(documents.rehearsal(record, every=verbose), form)
    if report and record.runs:
        files.write(report, record)
        say(f"report: {report / 'index.html'}", err=True)
    ctx.exit(code or (0 if record.held and (record.same_engine or not same_engine) else 1))
