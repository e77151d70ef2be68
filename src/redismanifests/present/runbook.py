"""Runbook: what a person reads when an alert fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import CHAPTERS
from redismanifests.present.document import Document, Lines, Prose

if TYPE_CHECKING:
    from redismanifests.features.alerts.alert import Alert


def runbook(alert: Alert) -> Document:
    """A page for a terminal and for viewers."""
    head = f"{alert.name} ({alert.severity})"
    chapters = "\n\n".join(f"{name}: {alert.chapter(name)}" for name in CHAPTERS)
    text = Prose(f"{alert.summary}\n\n{chapters}")
    data = {"name": alert.name, "severity": alert.severity, "summary": alert.summary}
    return Document(
        title=alert.name,
        blocks=[text],
        screen=[Lines([head, "=" * len(head)]), text],
        data=data | {name.lower(): alert.chapter(name) for name in CHAPTERS},
    )


def runbook_markdown(alert: Alert) -> str:
    """A chapter of docs/alerts.md."""
    chapters = "".join(f"\n**{name}.** {alert.chapter(name)}\n" for name in CHAPTERS)
    return f"## {alert.name}\n\n*{alert.severity.capitalize()}.* {alert.summary}\n{chapters}"
