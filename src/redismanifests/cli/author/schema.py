"""Schema: the JSON Schema of a profile, for editors."""

from __future__ import annotations

import json

import click


@click.command(name="schema")
def command() -> None:
    """Print the JSON Schema of a profile.

    Editors use it through the first line of a profile:
    # yaml-language-server: $schema=redismanifests.schema.json
    """
    from redismanifests.profile.json_schema import profile_schema

    click.echo(json.dumps(profile_schema(), indent=2, ensure_ascii=False))
