"""Colour: whether what a command prints is coloured: `--color`, and what a terminal and its user say.

Read in this order: `--color`; `NO_COLOR` and `FORCE_COLOR`, which count where they are not empty (no-color.org,
force-color.org); a terminal is coloured, unless it is `TERM=dumb`. Out of scope: which colours.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from typing import TextIO

CHOICES = ("auto", "always", "never")
_chosen: dict[str, bool | None] = {"colour": None}


def coloured(stream: TextIO) -> bool:
    """Whether what goes to ``stream`` is coloured."""
    chosen = _chosen["colour"]
    if chosen is not None:
        return chosen
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and not _dumb()


def redrawn(stream: TextIO) -> bool:
    """Whether lines on ``stream`` can be drawn again in place."""
    return stream.isatty() and not _dumb()


def begin() -> None:
    """Forget what an earlier command line of this process chose."""
    _chosen["colour"] = None


def add_option(command: click.Command) -> None:
    """Give ``command`` and its own commands `--color`: people write it behind the command's name."""
    if not any(param.name == "color" for param in command.params):
        command.params.append(
            click.Option(
                ["--color"],
                type=click.Choice(CHOICES),
                default=None,
                expose_value=False,
                is_eager=True,
                callback=_choose,
                help="Colour the text: auto (on terminals; NO_COLOR, FORCE_COLOR and TERM=dumb are heeded), always, "
                "never.",
            )
        )
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        add_option(each)


def echo_colours(ctx: click.Context) -> None:
    """Configure click's own echo, which removes colours if the output is not a terminal."""
    forced = _chosen["colour"]
    if forced is None and os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR"):
        forced = True
    ctx.color = forced if forced is not None else ctx.color


def _choose(ctx: click.Context, param: click.Parameter, given: str | None) -> None:
    if given is not None:
        _chosen["colour"] = {"always": True, "never": False}.get(given)
    echo_colours(ctx)


def _dumb() -> bool:
    return os.environ.get("TERM") == "dumb"
