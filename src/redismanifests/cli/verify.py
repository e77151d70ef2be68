"""Verify: ask a deployment everything, and say what is not as it was asked for."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from redismanifests.cli.option import (
    cluster_options,
    duration,
    format_option,
    limits_option,
    profile_paths,
    read_deployed,
    reviewed_in,
)
from redismanifests.cli.reporting import drill_options, drills_of, refuse, report_option, tell, write
from redismanifests.cli.screen import Screen
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.drills.result import Drill
    from redismanifests.probes.askable import Object
    from redismanifests.probes.probe import Probe
    from redismanifests.report.rehearsal.live import Live
    from redismanifests.review import Review
    from redismanifests.verification import Subject
    from redismanifests.verify.seen import Seen


class _Asked(NamedTuple):
    """What is verified: the objects, and the profile that gave them, where there is one."""

    name: str
    namespace: str
    objects: tuple[Object, ...]
    reviewed: Review | None

    @property
    def words(self) -> dict[str, str]:
        """What the commands of remedies speak of."""
        profile = self.reviewed.source.name if self.reviewed else "PROFILE"
        return {"NAMESPACE": self.namespace, "DEPLOYMENT": self.name, "PROFILE": profile}


@click.command(name="verify")
@click.argument("profile", type=click.Path(path_type=Path))
@limits_option
@cluster_options
@click.option(
    "--dump",
    "dumps",
    multiple=True,
    metavar="FILE|DIR|-",
    help="Look at what `kubectl get -o yaml` printed instead; can be given several times.",
)
@click.option("--rehearse", is_flag=True, help="Run it on this machine and look there instead.")
@click.option(
    "--redis-server", metavar="PATH", help="With --rehearse: the redis-server or valkey-server to run."
)
@click.option("--watch", is_flag=True, help="Look again until all is well, or --timeout is over.")
@click.option(
    "--timeout",
    "limit_s",
    metavar="DURATION",
    default="5m",
    show_default=True,
    callback=duration,
    help="With --watch: how long.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    help="Only this probe, by code, name, or beginning of codes (PB1).",
)
@click.option("--strict", is_flag=True, help="What could not be verified counts as failed.")
@click.option("--evidence", is_flag=True, help="Show also what passed, with everything that was said.")
@click.option(
    "--print-rbac", is_flag=True, help="Print the Role that verify needs, with its RoleBinding, and end."
)
@report_option
@drill_options
@format_option("text", "json", "junit")
@click.pass_context
def command(
    ctx: click.Context,
    profile: Path,
    limits: tuple[Path, ...],
    namespace: str | None,
    kubeconfig: str,
    context: str,
    dumps: tuple[str, ...],
    rehearse: bool,
    redis_server: str | None,
    watch: bool,
    limit_s: float,
    select: tuple[str, ...],
    strict: bool,
    evidence: bool,
    print_rbac: bool,
    reports: tuple[Path, ...],
    drilled: tuple[Path, ...],
    kinds: tuple[str, ...],
    form: str,
) -> None:
    """Hold what is deployed against what PROFILE gives: its objects, pods, Redis and Sentinels.

    PROFILE may also be a file or folder of manifests, whoever wrote them. Nothing is changed but one key of its own,
    which is written, read back and removed.

    Exits 0 if all that was seen is right and what decides was seen, 1 if not, 2 if it could not be looked at, or a
    permission is missing.
    """
    if sum((bool(dumps), rehearse, bool(context or kubeconfig))) > 1:
        raise click.UsageError("look at a cluster, at a --dump, or --rehearse: choose one")
    if watch and (dumps or rehearse):
        raise click.UsageError(
            "--watch looks at a cluster: a dump does not change, and a rehearsal waits by itself"
        )
    asked = _asked(profile, limits, namespace)
    if print_rbac:
        click.echo(_rbac(asked), nl=False)
        return
    if kinds and not rehearse:
        raise click.UsageError("--drill breaks a rehearsal: use --rehearse, or `drill` for a cluster")
    refuse(asked.reviewed, reports)
    drills = drills_of(drilled)
    probes = _selected(select)
    if rehearse:
        seen, subject = _rehearsed(asked, probes, redis_server)
        drills += _drilled(asked, kinds, redis_server)
    elif dumps:
        seen, subject = _dumped(asked, probes, dumps)
    else:
        seen, subject = _live(asked, probes, (context, kubeconfig), limit_s if watch else None, strict=strict)
    click.echo(_shown(asked, seen, subject, form, strict=strict, evidence=evidence), nl=False)
    tell(drills, form)
    write(asked.reviewed, reports, subject, seen, drills)
    for refusal in seen.refused:
        from redismanifests.cli.trouble import show
        from redismanifests.live.trouble import ForbiddenError

        show(ForbiddenError(refusal))
    ctx.exit(seen.code(strict=strict) or (0 if all(drill.held for drill in drills) else 1))


def _asked(path: Path, limits: tuple[Path, ...], namespace: str | None) -> _Asked:
    from redismanifests.cli.trouble import show_findings
    from redismanifests.rehearse import subject

    files = profile_paths((path,))
    manifests = subject.of_manifests(path, files)
    if manifests:
        where = namespace or next(
            (o["metadata"]["namespace"] for o in manifests.objects if "namespace" in o["metadata"]), "default"
        )
        return _Asked(manifests.name, where, manifests.objects, None)
    if len(files) > 1:
        raise click.UsageError(f"verify looks at one deployment, and {path} holds {len(files)} profiles")
    reviewed = reviewed_in(files[0], limits, namespace)
    show_findings([each for each in reviewed.findings if each.severity == "error"])
    objects = tuple(each.manifest for each in reviewed.rendering.objects)
    return _Asked(reviewed.profile.name, reviewed.profile.namespace, objects, reviewed)


def _rbac(asked: _Asked) -> str:
    from redismanifests.live.reading import role
    from redismanifests.report.verify.role import objects_yaml

    return objects_yaml(role(asked.objects, asked.namespace, f"{asked.name}-verify"))


def _selected(select: Iterable[str]) -> tuple[Probe, ...]:
    from redismanifests.probes.index import ALL_PROBES

    chosen: dict[str, None] = {}
    for word in select:
        found = [each.code for each in ALL_PROBES if each.code.startswith(word.upper()) or each.name == word]
        if not found:
            raise click.UsageError(f"no probe is named {word}: docs/probes.md has them all")
        chosen |= dict.fromkeys(found)
    return tuple(each for each in ALL_PROBES if not chosen or each.code in chosen)


def _live(
    asked: _Asked, probes: Sequence[Probe], cluster: tuple[str, str], limit_s: float | None, *, strict: bool
) -> tuple[Seen, Subject]:
    from redismanifests.live.kubectl import Kubectl
    from redismanifests.probes.desired import Desired
    from redismanifests.verification import Subject, SubjectKind
    from redismanifests.verify.asking import Progress, of_cluster, watched

    context, kubeconfig = cluster
    kubectl, desired, progress = (
        Kubectl.found(asked.namespace, context, kubeconfig),
        Desired.of(asked.objects),
        Progress(),
    )

    async def work() -> Seen:
        if limit_s is None:
            return await of_cluster(kubectl, desired, probes, progress)
        return await watched(
            lambda: of_cluster(kubectl, desired, probes, progress), limit_s, progress, strict=strict
        )

    with Screen(progress.lines):
        seen = asyncio.run(work())
    return seen, Subject(SubjectKind.CLUSTER, context or "the current context", asked.namespace)


def _dumped(asked: _Asked, probes: Sequence[Probe], dumps: tuple[str, ...]) -> tuple[Seen, Subject]:
    from redismanifests.live.dump import Dump
    from redismanifests.probes.desired import Desired
    from redismanifests.verification import Subject, SubjectKind
    from redismanifests.verify.asking import of_dump

    objects = [each for given in dumps for each in read_deployed(given).objects]
    if not objects:
        raise RedismanifestsError(
            f"{', '.join(dumps)} holds no object", "give what `kubectl get -o yaml` prints"
        )
    seen = asyncio.run(of_dump(Dump(objects, asked.namespace), Desired.of(asked.objects), probes))
    return seen, Subject(SubjectKind.DUMP, ", ".join(map(os.path.basename, dumps)), asked.namespace)


def _rehearsed(asked: _Asked, probes: Sequence[Probe], engine: str | None) -> tuple[Seen, Subject]:
    import time

    from redismanifests.report.rehearsal.live import Live
    from redismanifests.verification import Subject, SubjectKind
    from redismanifests.verify.asking import of_rehearsal

    live = Live(f"{asked.name}: coming up on this machine", time.time())
    with _screen(live):
        seen = of_rehearsal(asked.objects, probes, engine, live.see)
    return seen, Subject(SubjectKind.REHEARSAL, "this machine", asked.namespace, seen.notes)


def _screen(live: Live) -> Screen:
    import time

    return Screen(lambda columns: live.lines(time.time(), columns))


def _drilled(asked: _Asked, kinds: Sequence[str], engine: str | None) -> list[Drill]:
    import time

    from redismanifests.facts.drill import Kind
    from redismanifests.rehearse.drilled import SCENARIOS, drilled
    from redismanifests.rehearse.run import run
    from redismanifests.report.rehearsal.live import Live

    found = []
    for kind in map(Kind, kinds):
        live = Live(f"{asked.name}: drill {kind} on this machine", time.time())
        with _screen(live):
            result = run(list(asked.objects), SCENARIOS[kind], engine=engine, watch=live.see)
        made = drilled(result)
        if made is None:
            raise RedismanifestsError(
                f"drill {kind} could not be done: {'; '.join(result.problems) or 'it never came so far'}",
                f"redismanifests rehearse --scenario {SCENARIOS[kind]} shows every step",
            )
        found.append(made)
    return found


def _shown(asked: _Asked, seen: Seen, subject: Subject, form: str, *, strict: bool, evidence: bool) -> str:
    if form == "junit":
        from redismanifests.report.verify.junit import seen_junit

        return seen_junit(seen, f"{asked.name} in {asked.namespace}", strict=strict)
    if form == "json":
        from redismanifests.report.verify.machine import seen_json

        return seen_json(seen, subject, asked.reviewed, strict=strict)
    from redismanifests.report.verify.text import seen_text

    return seen_text(seen, asked.words, strict=strict, evidence=evidence, colour=sys.stdout.isatty())
