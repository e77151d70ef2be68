"""Migrate: the profile that follows from what another tool deployed, with what became of every key.

`migrate status`, `cut` and `back` are commands of their own (cli/proof/moving.py): the data of what was deployed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from redismanifests.cli.output import format_option, on_screen, show
from redismanifests.present.writers import Part

STEPS = ("status", "cut", "back")


class Migrate(click.Command):
    """Reads sources, or is one of the commands that move the data; a source of such a name is written ./status."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command that the first argument names."""
        if not args or args[0] not in STEPS:
            return super().make_context(info_name, args, parent, **extra)
        from redismanifests.cli.colour import add_option
        from redismanifests.cli.proof.moving import STEPS as COMMANDS

        command = COMMANDS[args[0]]
        add_option(command)
        return command.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)


def _fix(path: Path) -> str:
    from difflib import get_close_matches

    if path.is_dir():
        return f"name its files: {path}/*.yaml"
    near = get_close_matches(str(path), STEPS, n=1)
    return f"did you mean migrate {near[0]}?" if near else "check the path"


def _decisions(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """A code with a typing error would leave its decision open without a word."""
    if given:
        from redismanifests.judge.migrate.kinds import DECISIONS

        known = {word for kind in DECISIONS for word in (kind.code, kind.name.upper())}
        for word in given:
            if word.upper() not in known:
                codes = ", ".join(kind.code for kind in DECISIONS)
                raise click.BadParameter(f"{word} is no decision: write one of {codes}", ctx, param)
    return given


def _new_file(ctx: click.Context, param: click.Parameter, given: str | None) -> Path | None:
    from redismanifests.cli.author.starting import new_file

    return new_file(ctx, param, given)


@click.command(name="migrate", cls=Migrate)
@click.argument("sources", nargs=-1, required=True, type=click.Path(readable=False, path_type=Path))
@click.option("--release", default="", help="Name of the Helm release, where the source does not contain it.")
@click.option(
    "--namespace", default="", help="Namespace of the release, where the source does not contain it."
)
@click.option(
    "--chart",
    default="",
    metavar="NAME[:VERSION]",
    help="Chart of a values file, such as bitnami/redis:20.3.0.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(readable=False),
    callback=_new_file,
    help="Write the profile to this file; nothing is overwritten.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="CODE",
    callback=_decisions,
    help="Take this decision as the profile has it; can be given several times.",
)
@click.option(
    "--rehearse",
    "rehearsed",
    is_flag=True,
    help="Then kill a master of what runs today and of the profile, on this machine, and compare the cost.",
)
@format_option(Part.FINDINGS)
@click.pass_context
def command(
    ctx: click.Context,
    sources: tuple[Path, ...],
    release: str,
    namespace: str,
    chart: str,
    output: Path | None,
    accept: tuple[str, ...],
    rehearsed: bool,
    form: str,
) -> None:
    """Read SOURCES, print what is deployed, what is lost on the way, and the profile; --output writes it.

    A source is a values file of Helm (also below redis, redis-ha or valkey of another chart's), a HelmRelease, an
    Application, what `helm get values` or `helm get manifest` prints, or objects of `kubectl get -o yaml`; - is
    standard input. Of several sources objects count: they are what runs.

    The data are moved by `migrate status PROFILE`, `migrate cut PROFILE` and `migrate back PROFILE`, with
    migration.from in the profile (docs/moving.md).

    Exits 0 with a complete profile, 1 while a decision is open or (with --rehearse) if the profile's side lost a
    write, 2 if a source cannot be read.
    """
    from redismanifests.cli.author import rehearsing
    from redismanifests.cli.author.starting import schema_beside, write_new
    from redismanifests.core.sources.foreign import MAX_FOREIGN_BYTES
    from redismanifests.core.sources.reading import bounded, not_read, shown
    from redismanifests.judge.migrate.migration import Options, migrate
    from redismanifests.present.documents.migration import migration

    files = {}
    for path in sources:
        try:
            files[shown(path)] = bounded(path, MAX_FOREIGN_BYTES)
        except (OSError, ValueError) as error:
            raise not_read(str(path), error, _fix(path)) from None
    found = migrate(files, Options(release, namespace, chart, accept))
    theirs = rehearsing.todays(files) if rehearsed else None
    if output:
        schema, content = schema_beside(output)
        written = {output: found.profile.encode(), schema: content}
        write_new(written, "move it away, or name another file with --output", err=True)
    if on_screen(form) or not theirs:
        show(migration(found, str(output) if output else ""), form, fit=True)
    proven = True
    if theirs:
        results = rehearsing.compared(theirs, found.profile, form)
        proven = rehearsing.proven(results)
        if on_screen(form):
            rehearsing.shown(results)
        else:
            show(migration(found, str(output) if output else "", rehearsing.data(results)), form)
    ctx.exit(1 if found.open or not proven else 0)
