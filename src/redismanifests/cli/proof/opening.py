"""Opening: what `verify` looks at: the options that name it, and how it is opened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.option import duration, reviewed_in
from redismanifests.cli.paths import is_directory, yaml_files
from redismanifests.cli.screen import Screen
from redismanifests.core.steady import steady_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from redismanifests.prove.verification.target import Expected, RehearsalTarget

F = TypeVar("F", bound="Callable[..., Any]")


def target_options(command: F) -> F:
    """`--dump`, `--rehearse`, `--redis-server`, `--watch` and `--timeout`."""
    for option in (
        click.option(
            "--timeout",
            "limit_s",
            metavar="DURATION",
            default="5m",
            show_default=True,
            callback=duration,
            help="With --watch: how long.",
        ),
        click.option(
            "--watch", is_flag=True, help="Repeat until everything is healthy, or --timeout is over."
        ),
        click.option(
            "--redis-server",
            metavar="PATH",
            help="With --rehearse: the redis-server or valkey-server to run.",
        ),
        click.option("--rehearse", is_flag=True, help="Run it on this machine and look there instead."),
        click.option(
            "--dump",
            "dumps",
            multiple=True,
            metavar="FILE|DIR|-",
            help="Look at what `kubectl get -o yaml` printed instead; can be given several times.",
        ),
    ):
        command = option(command)
    return command


def watching(ctx: click.Context, param: click.Parameter, url: str) -> str:
    """The address of a Prometheus; a usage error for what is none."""
    if not url:
        return url
    from redismanifests.prove.live.prometheus import refused

    if fault := refused(url):
        raise click.UsageError(fault)
    return url


def refuse_mixed(*, secrets: bool, watch: bool, prometheus: bool, dump: bool, rehearse: bool) -> None:
    """Usage errors for options of a cluster where another target is looked at."""
    if secrets and (dump or rehearse):
        raise click.UsageError("--secrets reads a cluster: neither a dump nor a rehearsal has Secrets")
    if watch and (dump or rehearse):
        raise click.UsageError(
            "--watch looks at a cluster: a dump does not change, and a rehearsal waits by itself"
        )
    if prometheus and rehearse:
        raise click.UsageError("--prometheus watches a cluster: no one watches a rehearsal")


def expected_of(path: Path, limits: tuple[Path, ...], namespace: str | None) -> Expected:
    """The objects that must be deployed, from a profile or from manifests."""
    from redismanifests.cli.output import show_findings
    from redismanifests.prove.rehearse.bench import subject
    from redismanifests.prove.verification.target import Expected

    files = yaml_files(path) if is_directory(path) else [path]
    manifests = subject.of_manifests(path, files)
    if manifests:
        where = namespace or next(
            (o["metadata"]["namespace"] for o in manifests.objects if "namespace" in o["metadata"]), "default"
        )
        return Expected(manifests.name, where, manifests.objects, None)
    if len(files) > 1:
        raise click.UsageError(f"verify looks at one deployment, and {path} holds {len(files)} profiles")
    reviewed = reviewed_in(files[0], limits, namespace)
    show_findings([each for each in reviewed.findings if each.severity == "error"])
    objects = tuple(each.manifest for each in reviewed.rendering.objects)
    return Expected(reviewed.profile.name, reviewed.profile.namespace, objects, reviewed)


@contextmanager
def rehearsal_of(title: str, engine: str | None) -> Iterator[RehearsalTarget]:
    """A rehearsal whose progress is on the screen."""
    from redismanifests.present.rehearsal.live import Live
    from redismanifests.prove.verification.target import RehearsalTarget

    live = Live(title, steady_now())
    with Screen(lambda columns: live.lines(steady_now(), columns)):
        yield RehearsalTarget(engine, live.see)
