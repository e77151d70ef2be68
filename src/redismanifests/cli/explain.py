"""Explain: what a finding means, why it hurts, and how it is right."""

from __future__ import annotations

import click

from redismanifests.explanation import Explanation, explanations


@click.command(name="explain")
@click.argument("code", required=False)
@click.option("--all", "everything", is_flag=True, help="Explain every code.")
def command(code: str | None, everything: bool) -> None:
    """Explain CODE (RM012) or a finding's name (quorum-of-all-sentinels); without one, list all codes."""
    known = explanations()
    if everything:
        click.echo("\n\n".join(_page(item) for item in known))
    elif code is None:
        width = max(len(item.name) for item in known)
        for item in known:
            click.echo(f"{item.code}  {item.name:<{width}}  {item.severity:<7}  {item.text.splitlines()[0]}")
    else:
        click.echo(_page(_found(code, known)))


def _found(wanted: str, known: tuple[Explanation, ...]) -> Explanation:
    for item in known:
        if wanted.upper() == item.code or wanted.lower() == item.name:
            return item
    from difflib import get_close_matches

    near = get_close_matches(
        wanted.lower(), [item.name for item in known] + [item.code.lower() for item in known], n=1
    )
    near = [name.upper() if name.startswith("rm") else name for name in near]
    hint = f" Did you mean {near[0]}?" if near else " `redismanifests explain` lists all."
    raise click.UsageError(f"there is no finding {wanted}.{hint}")


def _page(item: Explanation) -> str:
    title = f"{item.code}: {item.name} ({item.severity})"
    return f"{title}\n{'=' * len(title)}\n\n{item.text}"
