"""Explain: what a finding means, why it hurts, and how it is right."""

from __future__ import annotations

import click

from redismanifests.cli.option import format_option
from redismanifests.explanation import explanations, named
from redismanifests.report.explanation import (
    explanation_markdown,
    explanation_text,
    explanations_json,
    explanations_table,
)


@click.command(name="explain")
@click.argument("code", required=False)
@click.option("--all", "everything", is_flag=True, help="Explain every code.")
@format_option("text", "json", "markdown")
def command(code: str | None, everything: bool, form: str) -> None:
    """Explain CODE (RM012), a finding's name (quorum-of-all-sentinels) or the beginning of codes (RM01).

    Without one, list all codes.
    """
    if code is not None and everything:
        raise click.UsageError("--all explains every code: name none, or leave --all out")
    known = explanations() if code is None else named(code)
    if form == "json":
        text = explanations_json(known)
    elif form == "markdown":
        text = "\n".join(map(explanation_markdown, known))
    elif code is None and not everything:
        text = explanations_table(known)
    else:
        text = "\n\n".join(map(explanation_text, known))
    click.echo(text, nl=False)
