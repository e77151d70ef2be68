"""Client: settings of an application for scripts; people get the code itself.

What must not come in: printing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.client import Client


def client_json(client: Client) -> str:
    """One document; times in milliseconds."""
    document = {
        "library": client.library.name,
        "checked": client.library.checked,
        "deployment": client.deployment,
        "namespace": client.namespace,
        "masterName": client.master_name,
        "sentinels": [{"host": each.host, "port": each.port} for each in client.sentinels],
        "sentinelService": {"host": client.service.host, "port": client.service.port},
        "login": client.login and client.login._asdict(),
        "tls": client.encryption and client.encryption._asdict(),
        "times": client.timing._asdict(),
        "notes": client.notes,
        "pitfalls": client.pitfalls,
        "code": client.code,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
