"""Profiles: the profiles that come with the package."""

from __future__ import annotations

import sys

import click

from redismanifests.cli.width import fitted
from redismanifests.core.data import data_folder


@click.command(name="profiles")
def command() -> None:
    """List the profiles that come with the package; `redismanifests init --from NAME` copies one."""
    paths = sorted(data_folder("profiles").glob("*.yaml"))
    width = max(len(path.stem) for path in paths)
    for path in paths:
        comments = (line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
        about = next((line for line in comments if "yaml-language-server" not in line), "# ")
        click.echo(fitted(f"{path.stem:<{width}}  {about.removeprefix('# ')}\n", sys.stdout), nl=False)
