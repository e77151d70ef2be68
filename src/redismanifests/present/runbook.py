"""Runbook: what a person reads when an alert fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import CHAPTERS
from redismanifests.present.document import Document, Lines, Prose

if TYPE_CHECKING:
    from redismanifests.features.alerts.alert import Alert


HOW_TO_READ = (
    "NAMESPACE, NAME, POD, SENTINEL-POD and PROFILE are those of your deployment. MASTER is the name under which the "
    "Sentinels know the master; `redismanifests plan PROFILE` prints it (NAMESPACE-NAME, unless `sentinel.masterName` "
    "is set). `redis-cli` is run in the pod: `kubectl -n NAMESPACE exec POD -- redis-cli ...`. With `auth` write "
    "`sh /config/cli.sh redis` in place of `redis-cli`, and `sh /config/cli.sh sentinel` in place of "
    "`redis-cli -p 26379`: it knows port, password and TLS (docs/auth.md). With `auth.mode: acl` it logs in as an "
    "account that only looks: what changes something needs one of yours. With `tls` alone: "
    "`sh -c '. /config/settings.sh; $CLI -p $REDIS_PORT ...'`, or `$SENTINEL_PORT`."
)
"""What the commands of every runbook leave open."""


def runbook(alert: Alert) -> Document:
    """A page for a terminal and for viewers."""
    head = f"{alert.name} ({alert.severity})"
    chapters = "\n\n".join(f"{name}: {alert.chapter(name)}" for name in CHAPTERS)
    text = Prose(f"{alert.summary}\n\n{chapters}\n\nCommands: {HOW_TO_READ}")
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
