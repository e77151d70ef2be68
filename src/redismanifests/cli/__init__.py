"""Cli: one file per command; parses and prints, never decides.

Commands are imported when they are called, so that the command line answers at once.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper

import click

from redismanifests.cli.width import say

COMMANDS = {
    "init": ("author", "Write a commented starting profile."),
    "migrate": ("author", "Write the profile that follows from what another tool deployed."),
    "render": ("manifests", "Write the manifests of profiles to a folder."),
    "check": ("manifests", "Check profiles and what they would render; fix what has one certain fix."),
    "plan": ("manifests", "Show a deployment on one screen: pods, votes, recovery, budgets, findings."),
    "diff": ("manifests", "Show what rendering would change in a folder."),
    "rehearse": ("proof", "Run deployments as real processes on this machine, break them, and measure."),
    "verify": ("proof", "Compare a running deployment with its profile, and query it."),
    "drill": ("proof", "Break a running deployment on purpose, and measure."),
    "backup": ("proof", "List the backups in the store of a profile, or read them back."),
    "client": (
        "manifests",
        "Print the settings that an application needs, for one of eight libraries.",
    ),
    "report": ("proof", "Compare two reports, or show one in another format."),
    "show": ("author", "Print every setting of a profile, and where its value comes from."),
    "explain": ("author", "Explain what a finding means, why it hurts, and how to do it right."),
    "profiles": ("author", "List the profiles of the package."),
    "schema": ("author", "Print the JSON Schema of a profile, for editors."),
}
"""Name -> the folder of its module, and a line for --help; in the order in which a user meets them."""


class LazyGroup(click.Group):
    """Commands by name; a command's module is imported only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from the module of its name."""
        if cmd_name not in COMMANDS:
            return None
        from redismanifests.cli.colour import add_option

        command: click.Command = import_module(
            f"redismanifests.cli.{COMMANDS[cmd_name][0]}.{cmd_name}"
        ).command
        add_option(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for --help, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a name that is nearly right."""
        if args[1:].count("-") > 1:
            raise click.UsageError("standard input can be read once: give - once", ctx)
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            from redismanifests.cli.meant import MEANT

            near = [MEANT[args[0]]] if args[0] in MEANT else get_close_matches(args[0], COMMANDS, n=1)
            raise click.UsageError(
                f"{error.message} Did you mean {near[0]}?" if near else error.message, ctx
            ) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="redismanifests", prog_name="redismanifests")
def cli() -> None:
    """From a small typed profile to Kubernetes manifests for Redis with Sentinel.

    Exit codes: 0 success, 1 differences or findings, 2 error (nothing was done).
    """


def main() -> None:
    """Run the command line; what goes wrong ends as a message and an exit code, never as a traceback."""
    from redismanifests.cli import colour
    from redismanifests.errors import INTERRUPTED, RedismanifestsError

    colour.begin()
    colour.add_option(cli)
    # A stream that was closed (`>&-`) is one that no one reads: the exit code still says how it went.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (until the end)
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (as above)
    if isinstance(sys.stdout, TextIOWrapper):
        # A file name that is no text, or a locale without our letters, is shown as well as it goes.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Not standalone, click hands back the code that a command exits with.
        code = cli.main(prog_name="redismanifests", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code)
    except click.ClickException as error:
        if isinstance(error, click.NoSuchOption) and error.ctx:
            from redismanifests.cli.meant import option_meant

            said = error.message + option_meant(error.ctx.info_name or "", error.option_name)
            error = click.UsageError(said, error.ctx)
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("interrupted; nothing was half written", err=True)
        sys.exit(INTERRUPTED)
    except RedismanifestsError as error:
        from redismanifests.cli.output import show_trouble

        show_trouble(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has exited (head, less): a message would reach no one.
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        # Such as a full disk under standard output: what is left in its buffer would fail again at the end.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        where = f"{error.filename}: " if error.filename else "the output cannot be written: "
        say(f"error: {where}{error.strerror or error}", err=True)
        click.echo("   = fix: free some space, or name another place", err=True)
        sys.exit(2)
