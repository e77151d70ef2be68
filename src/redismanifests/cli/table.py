"""Table: what namespaces allow against what deployments ask for, beside what a command prints anyway."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

table_option = click.option(
    "--table",
    is_flag=True,
    help="Also a table: what the namespace allows, what is used of it and what the deployment asks for.",
)


def with_namespaces(listed: str, key: str, paths: Sequence[Path], limits: Sequence[Path], form: str) -> str:
    """``listed`` (text, or a JSON list that goes under ``key``) and the table of every profile that can be read."""
    from redismanifests.errors import ProfileRefused
    from redismanifests.namespace_table import Table, table
    from redismanifests.report.namespace import beside_json, namespace_text
    from redismanifests.review import review

    tables: list[Table] = []
    for path in paths:
        try:
            reviewed = review(path, limits)
        except ProfileRefused:
            continue
        tables.append(table(reviewed.profile, reviewed.rendering, reviewed.demands))
    if form == "json":
        return beside_json(key, listed, tables)
    return "\n".join([listed, *(namespace_text(each, colour=sys.stdout.isatty()) for each in tables)])
