"""Client: settings of an application; people get the code itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Run

if TYPE_CHECKING:
    from redismanifests.render.client_settings import Client


def client(made: Client) -> Document:
    """The code; as JSON everything that it is made of, with times in milliseconds."""
    return Document(
        title=f"Settings of {made.library.name} for {made.deployment} in {made.namespace}",
        screen=[Lines([Run(line, code=True) for line in made.code.removesuffix("\n").split("\n")])],
        data={
            "library": made.library.name,
            "checked": made.library.checked,
            "deployment": made.deployment,
            "namespace": made.namespace,
            "masterName": made.master_name,
            "sentinels": [{"host": each.host, "port": each.port} for each in made.sentinels],
            "sentinelService": {"host": made.service.host, "port": made.service.port},
            "login": made.login and made.login._asdict(),
            "tls": made.encryption and made.encryption._asdict(),
            "times": made.timing._asdict(),
            "notes": made.notes,
            "pitfalls": made.pitfalls,
            "code": made.code,
        },
    )
