"""Cli: one file per command; parses and prints, never decides.

Commands are imported when they are called, so that the command line answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper

import click

COMMANDS = {
    "init": "Write a commented starting profile.",
    "render": "Write the manifests of profiles to a folder.",
    "check": "Judge profiles and what they would render; mend what is certain.",
    "plan": "Show a deployment on one screen: pods, votes, recovery, memory, disk, findings.",
    "diff": "Show what rendering would change in a folder.",
    "rehearse": "Run what profiles give as real processes, break it, and measure.",
    "verify": "Hold what is deployed against its profile, and ask it.",
    "drill": "Break what is deployed on purpose, and measure.",
    "client": "Print the settings that an application needs, for one of eight client libraries.",
    "report": "Compare two reports of verifications, or show one in another form.",
    "show": "Print the whole effective profile, with where each value came from.",
    "explain": "Tell what a finding means, why it hurts, and how it is right.",
    "profiles": "List the profiles that come with the package.",
    "schema": "Print the JSON Schema of a profile, for editors.",
}


class LazyGroup(click.Group):
    """Commands by name; a command's module is imported only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from the module of its name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"redismanifests.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list for --help, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a name that is nearly right."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            raise click.UsageError(
                f"{error.message} Did you mean {near[0]}?" if near else error.message, ctx
            ) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="redismanifests", prog_name="redismanifests")
def cli() -> None:
    """From a small typed profile to Kubernetes manifests for Redis with Sentinel.

    Exit codes: 0 all is well, 1 differences or findings, 2 trouble (nothing was done).
    """


def main() -> None:
    """Run the command line; what goes wrong ends as a message and an exit code, never as a traceback."""
    from redismanifests.errors import RedismanifestsError

    if isinstance(sys.stdout, TextIOWrapper):
        # A file name that is no text, or a locale without our letters, is shown as well as it goes.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Not standalone, click hands back the code that a command exits with.
        sys.exit(cli.main(prog_name="redismanifests", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        click.echo("interrupted; nothing was half written", err=True)
        sys.exit(130)
    except RedismanifestsError as error:
        from redismanifests.cli.trouble import show

        show(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (head, less): nobody is left to tell.
        sys.stderr.close()
        sys.exit(141)
