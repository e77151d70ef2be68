"""Table: what namespaces allow compared with what deployments request, beside what a command prints anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from redismanifests.present.document import Document

table_option = click.option(
    "--table",
    is_flag=True,
    help="Also print what the namespace allows, what is used and what is requested.",
)


def with_namespaces(document: Document, key: str, paths: Sequence[Path], limits: Sequence[Path]) -> Document:
    """``document``, its data under ``key``, and the table of the namespace of every profile that can be read."""
    from redismanifests.core.findings import ProfileRefused
    from redismanifests.judge.namespace.table import Table, table
    from redismanifests.judge.review import review
    from redismanifests.present.documents.namespace import beside

    tables: list[Table] = []
    for path in paths:
        try:
            reviewed = review(path, limits)
        except ProfileRefused:
            continue
        tables.append(table(reviewed.profile, reviewed.rendering, reviewed.demands))
    return beside(document, key, tables)
