"""Containers: the server, the Sentinel and the exporter of a pod, and what else runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.core.sources.source import printable
from redismanifests.judge.migrate.charts.common import OWN_UPDATE, below, resources
from redismanifests.judge.migrate.kinds import PASSWORD_IN_VALUES
from redismanifests.judge.migrate.live.tables import CONTAINER
from redismanifests.judge.migrate.row import Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object
    from redismanifests.judge.foreign.server import Server
    from redismanifests.judge.migrate.live.collector import Collector, Item

_PASSWORD = pattern(r"(?i)pass|(?:^|_)auth(?:_|$)|^sentinelauth$|secret|token")
_SENTINEL = pattern(r"(?i)sentinel")
_EXPORTER = pattern(r"(?i)exporter")
_OF_THE_IMAGE = pattern(
    r"(?i)(?:redis|valkey|sentinel|bitnami|allow_empty|pod|my_pod|host|service|master|primary|replica|node|data|"
    r"headless|namespace|announce|quorum|resolve|tz$|lang$)\w*"
)
"""Variables of the images and start scripts of today."""
_OF_THE_CHART = (
    "config-init", "init-sysctl", "sysctl", "volume-permissions", "hostpath-chown", "split-brain-fix", "init-config",
)  # fmt: skip
"""Containers that charts add by themselves."""
_STARTS = "it starts the server; the lines of redis.conf in it are read"
_TLS = pattern(r"(?:REDIS|VALKEY)_TLS_ENABLED")
_TLS_CLIENTS = pattern(r"(?:REDIS|VALKEY)_TLS_AUTH_CLIENTS")


_LOGIN = pattern(r"(?:requirepass|masterauth|primaryauth|auth-pass)[^\n]*")
_USED = pattern(r"\$\(?\{?(\w+)")


def passwords(texts: Iterable[str]) -> frozenset[str]:
    """Variables that scripts write into a line with a password."""
    return frozenset(name for text in texts for line in _LOGIN.findall(text) for name in _USED.findall(line))


class Placed(NamedTuple):
    """A container, and where it is."""

    steps: Path
    spec: Object
    part: str
    """``redis``, ``sentinel`` or ``exporter``; empty for any other."""


def containers_of(server: Server) -> Iterator[Placed]:
    """Those that run as long as the pod."""
    for number, spec in enumerate(server.pod["containers"]):
        steps = ("spec", "template", "spec", "containers", number)
        words = f"{spec['name']} {spec.get('image', '')}"
        if spec is server.redis:
            part = "redis"
        elif spec is server.sentinel:
            part = "sentinel"
        else:
            part = "exporter" if _EXPORTER.search(words) else ""
        yield Placed(steps, spec, part)


def initial(server: Server) -> Iterator[Placed]:
    """Those that run before."""
    for number, spec in enumerate(server.pod.get("initContainers") or ()):
        yield Placed(("spec", "template", "spec", "initContainers", number), spec, "")


def container(found: Collector, item: Item, placed: Placed) -> None:
    """Account for a container."""
    steps, spec, part = placed
    if not part:
        _other(found, item, placed)
        return
    table = {**CONTAINER, **below("resources", resources(part))}
    rest = {key: value for key, value in spec.items() if key not in _SPECIAL}
    found.walk(item, steps, rest, table)
    if "image" in spec:
        _image(found, item, placed)
    if "imagePullPolicy" in spec:
        if part == "redis":
            found.fact(item, (*steps, "imagePullPolicy"), "pods.imagePullPolicy", spec["imagePullPolicy"])
        else:
            found.account(
                item, (*steps, "imagePullPolicy"), Fate.UNNEEDED, "pods.imagePullPolicy holds for all"
            )
    if "lifecycle" in spec:
        found.account(item, (*steps, "lifecycle"), Fate.UNNEEDED, OWN_UPDATE)
    for key in ("command", "args"):
        if key in spec:
            found.account(
                item,
                (*steps, key),
                Fate.UNNEEDED,
                _STARTS,
            )
    _variables(found, item, placed)
    if part == "exporter":
        found.fact(item, steps, "metrics", True, counted=False)


_SPECIAL = ("image", "imagePullPolicy", "lifecycle", "command", "args", "env", "envFrom")


def _other(found: Collector, item: Item, placed: Placed) -> None:
    name, image = str(placed.spec["name"]), str(placed.spec.get("image", ""))
    for number, variable in enumerate(placed.spec.get("env") or ()):
        secret = (variable.get("valueFrom") or {}).get("secretKeyRef")
        word = str(variable["name"])
        named = (_PASSWORD.search(word) or word in found.passwords) and not _SENTINEL.search(word)
        if secret and named and "initContainers" in placed.steps and not found.facts.on("auth"):
            steps = (*placed.steps, "env", number)
            found.fact(item, steps, "auth", True, counted=False)
            found.fact(item, steps, "auth.secretName", secret.get("name"), counted=False)
            found.fact(item, steps, "auth.secretKey", secret.get("key"), counted=False)
    if found.usual.known and name in _OF_THE_CHART:
        found.account(
            item, placed.steps, Fate.UNNEEDED, "the chart's own; the pods of the profile prepare themselves"
        )
        return
    before = "before" if "initContainers" in placed.steps else "beside"
    sentence = printable(f"container {name[:40]} ({image[:80]}) runs {before} Redis")
    found.lost(item, placed.steps, sentence, "decide what it does, and whether the profile needs it")


def _image(found: Collector, item: Item, placed: Placed) -> None:
    steps = (*placed.steps, "image")
    if placed.part != "redis":
        found.account(item, steps, Fate.UNNEEDED, "the profile has an image of its own for it, or needs none")
        return
    image = str(placed.spec["image"]).partition("@")[0]
    repository, _, tag = image.rpartition(":") if ":" in image.rpartition("/")[2] else (image, "", "")
    found.fact(item, steps, "image.repository", repository, counted=False)
    found.fact(item, steps, "image.tag", tag or "latest")


def _variables(found: Collector, item: Item, placed: Placed) -> None:
    known = found.usual.known
    for number, variable in enumerate(placed.spec.get("env") or ()):
        steps = (*placed.steps, "env", number)
        name, value, source = str(variable["name"]), variable.get("value"), variable.get("valueFrom") or {}
        secret = source.get("secretKeyRef")
        if secret and (_PASSWORD.search(name) or name in found.passwords):
            _secret(found, item, steps, placed, secret)
        elif (
            (_PASSWORD.search(name) or name in found.passwords) and value and not _harmless(name, str(value))
        ):
            sentence = "a password is written in a variable"
            found.account(item, steps, Fate.NOT_KEPT, sentence)
            fix = "put a new password into the Secret of auth.secretName; every reader of the object knows this one"
            found.find(item, steps, PASSWORD_IN_VALUES, f"{sentence}: {name[:40]}", fix)
            found.fact(item, steps, "auth", True, counted=False)
        elif _TLS.fullmatch(name) and placed.part == "redis":
            found.fact(item, steps, "tls", value == "yes")
        elif _TLS_CLIENTS.fullmatch(name) and placed.part == "redis":
            found.fact(item, steps, "tls.clients", value == "yes")
        elif source.get("fieldRef") or ((known or placed.part == "exporter") and _OF_THE_IMAGE.match(name)):
            found.account(item, steps, Fate.UNNEEDED, "the image or the start script of today reads it")
        elif _OF_THE_IMAGE.fullmatch(name) and not secret and not source.get("configMapKeyRef"):
            found.account(item, steps, Fate.UNNEEDED, "the start script of today reads it")
        else:
            found.lost(item, steps, f"variables of container {placed.spec['name']}", "decide what reads them")
    for number, _ in enumerate(placed.spec.get("envFrom") or ()):
        steps = (*placed.steps, "envFrom", number)
        found.lost(
            item,
            steps,
            f"container {placed.spec['name']} has variables of another object",
            "decide what reads them",
        )


def _harmless(name: str, value: str) -> bool:
    """A switch, or the path of a file."""
    return value.lower() in ("yes", "no", "true", "false") or "file" in name.lower() or value.startswith("/")


def _secret(found: Collector, item: Item, steps: Path, placed: Placed, secret: Any) -> None:
    """The key of a Secret that is a password."""
    if placed.part == "exporter":
        found.account(item, steps, Fate.UNNEEDED, "the exporters of the profile log in by the Secret of auth")
        return
    if placed.part == "redis" and not _SENTINEL.search(str(placed.spec["env"][steps[-1]]["name"])):
        found.fact(item, steps, "auth", True, counted=False)
        found.fact(item, (*steps, "valueFrom", "secretKeyRef", "name"), "auth.secretName", secret.get("name"))
        found.fact(item, (*steps, "valueFrom", "secretKeyRef", "key"), "auth.secretKey", secret.get("key"))
        found.account(
            item, (*steps, "name"), Fate.UNNEEDED, "the image or the start script of today reads it"
        )
    else:
        found.account(item, steps, Fate.UNNEEDED, "auth.secretName holds for Redis and Sentinel")
