"""Explain: what a finding means, why it hurts, and how to do it right."""

from __future__ import annotations

import click

from redismanifests.cli.output import format_option, show
from redismanifests.present.writers import Part


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from redismanifests.judge.explanation import explanations

    words = {word: None for each in explanations() for word in (each.code, each.name, each.topic)}
    return [word for word in words if word.lower().startswith(incomplete.lower())]


@click.command(name="explain")
@click.argument("code", required=False, shell_complete=_complete)
@click.option("--all", "everything", is_flag=True, help="Explain every code.")
@format_option(Part.PAGE)
def command(code: str | None, everything: bool, form: str) -> None:
    """Explain CODE (RM012), a finding's name (quorum-of-all-sentinels) or the beginning of codes (RM01).

    The name of an alert (RedisNoMaster) prints its runbook, that of a document (docs/tls.md) the document. Any other
    word (memory, quorum) lists what is about it; without one, the topics are listed.
    """
    if code is not None and everything:
        raise click.UsageError("--all explains every code: name none, or leave --all out")
    from redismanifests.core.data import cited_document
    from redismanifests.features.alerts.index import alert_named
    from redismanifests.judge import explanation as judge
    from redismanifests.present.documents.explanation import cited, explanations, index, topics
    from redismanifests.present.runbook import runbook

    fit = True
    if code is None:
        found = (explanations if everything else topics)(judge.explanations())
    elif alert := alert_named(code):
        found = runbook(alert)
    elif (text := cited_document(code)) is not None:
        found, fit = cited(code, text), False
    elif judge.is_code_or_name(code):
        found = explanations(judge.named(code))
    else:
        found = index(judge.about(code))
    show(found, form, fit=fit)
