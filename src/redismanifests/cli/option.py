"""Option: arguments that several commands take, said once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

profile_argument = click.argument("profile", type=click.Path(path_type=Path))
profiles_argument = click.argument("profiles", nargs=-1, required=True, type=click.Path(path_type=Path))
limits_option = click.option(
    "--limits",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File with the namespace's LimitRange objects; takes the place of those that the profile names.",
)


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`, the first one by default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the output.",
    )


def profile_paths(given: tuple[Path, ...]) -> list[Path]:
    """The profiles meant: a directory means the YAML files in it."""
    paths: list[Path] = []
    for path in given:
        if path.is_dir():
            found = sorted(
                p for p in path.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith(".")
            )
            if not found:
                raise click.UsageError(f"{path} holds no profile: no file in it ends in .yaml")
            paths += found
        else:
            paths.append(path)
    return paths
