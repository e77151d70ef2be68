"""Access: passwords, TLS, Services, network policies: who reaches Redis today, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.migrate.kinds import (
    EXPOSED,
    LINES_OPEN,
    NOT_KEPT,
    OPEN_SENTINEL,
    SECRET_OF_CHART,
)
from redismanifests.judge.migrate.row import Fate, Shape

if TYPE_CHECKING:
    from redismanifests.judge.migrate.facts import Draft, Facts

_TLS_FILES = {"tls.file.cert": "tls.crt", "tls.file.key": "tls.key", "tls.file.ca": "ca.crt"}
_PORTS = {"services.redis.port": 6379, "services.sentinel.port": 26379}


def convert(facts: Facts, shape: Shape, draft: Draft) -> None:
    """Lines of `auth`, `tls`, `services` and `networkPolicy`."""
    _auth(facts, shape, draft)
    _tls(facts, draft)
    _services(facts, draft)
    _policy(facts, draft)


def has_password(facts: Facts) -> bool:
    """Whether a client must log in today."""
    return facts.on("auth")


def _auth(facts: Facts, shape: Shape, draft: Draft) -> None:
    on = has_password(facts)
    said = facts.get("auth")
    draft.end("auth", Fate.KEPT, "auth.mode")
    for name in ("auth.sentinel", "auth.secretName", "auth.secretKey", "acl"):
        draft.end(name, Fate.NO_EFFECT, "no one logs in today")
    if not on:
        return
    draft.write("auth.mode", "password", said.key if said else "")
    draft.end("acl", Fate.UNNEEDED, "it is off")
    if facts.on("acl"):
        fix = "write auth.mode: acl and auth.users"
        draft.find(LINES_OPEN, facts.get("acl"), "applications have accounts of their own", fix)
        draft.end("acl", Fate.NOT_KEPT, "auth.users has accounts")
    secret, key = facts.get("auth.secretName"), facts.get("auth.secretKey")
    draft.end("auth.secretName", Fate.NOT_KEPT, "the Secret goes with the release")
    if secret is not None and not facts.on("auth.ofRelease"):
        draft.write("auth.secretName", str(secret.value), secret.key)
        draft.end("auth.secretName", Fate.KEPT, "auth.secretName")
        name = str(key.value) if key else "redis-password"
        draft.write("auth.secretKey", name, key.key if key else "the chart's default")
        draft.end("auth.secretKey", Fate.KEPT, "auth.secretKey")
    else:
        draft.end("auth.secretKey", Fate.NO_EFFECT, "the chart makes the Secret")
        plain = said is not None and said.live and secret is None
        draft.find(
            SECRET_OF_CHART,
            said,
            "no Secret that is named in the objects has the password"
            if plain
            else "the chart made the Secret with the password, and it goes with the release",
            "make the Secret of auth.secretName with the key default (docs/auth.md)",
        )
    sentinel = facts.get("auth.sentinel")
    if shape is Shape.SENTINEL and sentinel is not None and sentinel.value is False:
        draft.find(
            OPEN_SENTINEL,
            sentinel,
            "today Sentinel answers without a password; in the profile it asks for the same one as Redis",
            "give every client the password for Sentinel, too",
        )
        draft.end("auth.sentinel", Fate.NOT_KEPT, "auth.mode: password protects both")
    else:
        draft.end("auth.sentinel", Fate.UNNEEDED, "auth.mode: password protects both")


def _tls(facts: Facts, draft: Draft) -> None:
    port = facts.get("tls.port")
    on = facts.on("tls") or (port is not None and port.value not in (0, "0"))
    for name in ("tls", "tls.port", "tls.clients", "tls.generated", "tls.secretName", *_TLS_FILES):
        draft.end(name, Fate.UNNEEDED, "TLS is off" if not on else "it is what the profile has")
    if not on:
        return
    said = facts.get("tls") or port
    draft.write("tls.enabled", True, said.key if said else "")
    draft.end("tls", Fate.KEPT, "tls.enabled")
    draft.end("tls.port", Fate.KEPT, "tls.enabled, services.redis.port")
    if secret := facts.get("tls.secretName"):
        draft.write("tls.secretName", str(secret.value), secret.key)
        draft.end("tls.secretName", Fate.KEPT, "tls.secretName")
    else:
        draft.find(
            NOT_KEPT, said, "the chart makes the certificate", "name tls.certManager or a Secret of your own"
        )
        draft.end("tls.generated", Fate.NOT_KEPT, "the chart makes the certificate")
    clients = facts.get("tls.clients")
    if clients is not None:
        required = clients.value in (True, "yes", "required")
        draft.write("tls.clients", "required" if required else "none", clients.key)
        draft.end("tls.clients", Fate.KEPT, "tls.clients")
    for name, ours in _TLS_FILES.items():
        if (file := facts.get(name)) is not None and file.value != ours:
            fix = f"make a Secret with the keys {', '.join(_TLS_FILES.values())}"
            draft.find(LINES_OPEN, file, f"the Secret has another key than {ours} ({file.key})", fix)
            draft.end(name, Fate.NOT_KEPT, f"the key is {ours}")


def _services(facts: Facts, draft: Draft) -> None:
    for name, usual in _PORTS.items():
        said = facts.get(name)
        if said is None:
            continue
        if said.value == usual:
            draft.end(name, Fate.UNNEEDED, "it is what the profile has")
        elif isinstance(said.value, int) and not isinstance(said.value, bool):
            draft.write(name, said.value, said.key)
            draft.end(name, Fate.KEPT, name)
        else:
            draft.find(NOT_KEPT, said, f"{said.key} is no port", f"write {name}")
            draft.end(name, Fate.NOT_KEPT, "it is no port")
    said = facts.get("service.type")
    if said is None or said.value == "ClusterIP":
        draft.end("service.type", Fate.UNNEEDED, "it is what the profile has")
    else:
        fix = "keep clients inside the cluster, or connect them through a proxy that asks Sentinel"
        draft.find(EXPOSED, said, f"the Service of Redis is of type {str(said.value)[:40]}", fix)
        draft.end(
            "service.type", Fate.NOT_KEPT, "clients outside do not reach the addresses that Sentinel returns"
        )


def _policy(facts: Facts, draft: Draft) -> None:
    said, opened = facts.get("networkPolicy"), facts.get("networkPolicy.open")
    draft.end("networkPolicy.open", Fate.UNNEEDED, "networkPolicy.clients decides it")
    if said is None or said.value is not True:
        draft.end("networkPolicy", Fate.UNNEEDED, "it is what the profile has")
    elif opened is None or opened.value is not False:
        draft.end(
            "networkPolicy", Fate.UNNEEDED, "today's policy lets every pod reach Redis; the profile has none"
        )
    else:
        draft.write("networkPolicy.enabled", True, said.key)
        draft.end("networkPolicy", Fate.KEPT, "networkPolicy.enabled")
        if opened.live:
            return
        fix = 'write networkPolicy.clients: today pods with the label NAME-client: "true" may connect'
        draft.find(NOT_KEPT, opened, "today's policy admits pods by a label of the chart", fix)
        draft.end("networkPolicy.open", Fate.NOT_KEPT, "the profile admits the pods of its namespace")
