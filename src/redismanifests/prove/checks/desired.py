"""Desired: the settings of Redis and Sentinel in the ConfigMaps that their pods mount.

A live check compares the running settings with these. They are read from the objects, because a rehearsal, a rendered
folder and a dump all have objects. A value that no file sets is None: the check is then not verified.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.judge.objects.objects import Manifests, lines
from redismanifests.prove.checks.workload import Workload, redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.core.object import Object

Directives = tuple[tuple[str, str], ...]
"""Name and arguments of each line, in order."""

_ASSIGNMENT = re.compile(r"^([A-Z][A-Z_]*)=(.+)$", re.MULTILINE)
_PER_MASTER = re.compile(r"sentinel ([a-z-]+) (\S+) (.+)")
"""``sentinel down-after-milliseconds mymaster 5000``"""
_FILLED_IN = re.compile(r"\$[\w{(]|__\w+__|\{\{")
"""A value that a start script replaces: nothing is known of it."""
_CLI_SCRIPT = "cli.sh"
"""``sh cli.sh redis|sentinel COMMAND...`` queries the pod's server, with port, password and TLS."""


def directives(text: str) -> Directives:
    """The lines of a redis.conf without comments and blanks."""
    words = (line.partition(" ") for line in lines(text))
    return tuple((name.lower(), " ".join(rest.replace('"', "").split())) for name, _, rest in words)


@dataclass(frozen=True, slots=True)
class Desired:
    """The two workloads and the settings in their files."""

    redis: Workload
    sentinel: Workload
    objects: tuple[Object, ...]
    redis_lines: Directives
    sentinel_lines: Mapping[str, str]
    """Directive -> its last arguments, without ``sentinel`` and the master's name."""
    master_name: str | None
    settings: Mapping[str, str]
    """Variables of the Sentinels' settings.sh; empty for manifests without this file."""

    @classmethod
    def of(cls, objects: Iterable[Object]) -> Desired:
        """Read the objects; raises RedismanifestsError if there is no Redis or no Sentinel."""
        items = tuple(objects)
        redis, sentinel = redis_workload(items), sentinel_workload(items)
        stated: dict[str, str] = {}
        master = None
        texts = list(_texts(items, sentinel))
        for _, text in texts:
            for line in text.splitlines():
                if found := _PER_MASTER.fullmatch(line.strip()):
                    stated[found[1]] = found[3]
                    master = found[2]
        settings = {
            name: " ".join(shlex.split(value))
            for file, text in texts
            if file == "settings.sh"
            for name, value in _ASSIGNMENT.findall(text)
        }
        # Charts repeat lines in a file for the master and one for replicas.
        files = [text for file, text in _texts(items, redis) if is_redis_conf(file)]
        lines_of_all = (line for text in files for line in directives(text) if not _FILLED_IN.search(line[1]))
        # Charts repeat lines in a file for the master and one for replicas.
        own = tuple(dict.fromkeys(lines_of_all))
        return cls(redis, sentinel, items, own, stated, settings.get("MASTER_NAME", master), settings)

    def redis_values(self, name: str) -> tuple[str, ...]:
        """The arguments of every line with that directive in redis.conf."""
        return tuple(arguments for directive, arguments in self.redis_lines if directive == name)

    def redis_value(self, name: str) -> str | None:
        """The arguments of the last line, which is the one that counts."""
        return next(iter(reversed(self.redis_values(name))), None)

    @property
    def quorum(self) -> int | None:
        """The quorum, from the ``monitor`` line or from settings.sh."""
        stated = self.settings.get("QUORUM") or self.sentinel_lines.get("monitor", "").rpartition(" ")[2]
        return int(stated) if stated.isdigit() else None

    def asking(self, workload: Workload) -> tuple[str, ...]:
        """The beginning of a command that queries the pod's server, in the serving container.

        If the objects contain cli.sh, it supplies the password, so that the caller needs none.
        """
        if script := _mounted(self.objects, workload, _CLI_SCRIPT):
            return ("sh", script, "sentinel" if workload == self.sentinel else "redis")
        return (*self.settings.get("CLI", "redis-cli").split(), "-p", str(workload.port))


def _mounted(objects: tuple[Object, ...], workload: Workload, file: str) -> str:
    """The path of a ConfigMap's file in the serving container of a workload; empty if there is none."""
    for container in Manifests(objects).containers:
        if container.set_name not in dict(workload.sets) or container.spec["name"] != workload.container:
            continue
        folders = {mount["name"]: mount["mountPath"] for mount in container.spec.get("volumeMounts", ())}
        maps = {
            item["metadata"]["name"]: item.get("data") or {}
            for item in Manifests(objects).of_kind("ConfigMap")
        }
        for volume in container.pod.get("volumes", ()):
            name = (volume.get("configMap") or {}).get("name")
            if file in maps.get(name, {}) and volume["name"] in folders:
                return f"{folders[volume['name']]}/{file}"
    return ""


def is_redis_conf(file: str) -> bool:
    """Whether a file of a ConfigMap is read by redis-server."""
    return file.endswith(".conf") and "sentinel" not in file


def _texts(objects: tuple[Object, ...], workload: Workload) -> Iterator[tuple[str, str]]:
    manifests = Manifests(objects)
    for item in manifests.of_kind("StatefulSet"):
        if item["metadata"]["name"] in dict(workload.sets):
            yield from manifests.texts(item)
