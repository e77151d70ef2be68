"""Lines: the lines of redis.conf, each decided by its directive; a password in one is never read further."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.duration import Duration
from redismanifests.features.redis.rules.extra_config import MANAGED, NEEDED_COMMANDS, OURS, SECRET
from redismanifests.judge.migrate.kinds import DIFFERS, LINES_OPEN, NOT_KEPT, PASSWORD_IN_VALUES
from redismanifests.judge.migrate.row import Fate
from redismanifests.profile.formulas.configuration.directive import known_to
from redismanifests.profile.formulas.configuration.directive_value import memory_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.migrate.facts import Draft, Facts, Said

_OPEN = {
    "loadmodule": "a module is loaded, and its data are not readable without it",
    "include": "another file of lines is included",
    "aclfile": "accounts are in a file of the volume",
    "user": "an account is written as a line",
}
_OURS = {
    "rdbcompression": "it is the server's default",
    "rdbchecksum": "it is the server's default",
    "repl-diskless-sync": "it is the server's default since 7.0",
    "dir": "the data are in /data",
    "bind": "the profile decides on which addresses the server listens",
    "protected-mode": "the network policy and passwords protect the server",
    "daemonize": "the server runs in the foreground",
}
_LONGEST = 200
_EACH = ("config.map", "config.file")
"""Facts of which each value is a line or lines; of the others one counts."""
_FACTS = (
    "config.common",
    "config.pod",
    "config.map",
    "config.maxmemory",
    "config.maxmemory-policy",
    "config.save",
    "config.file",
)


class Lines(NamedTuple):
    """What the lines of today come to."""

    said: dict[str, list[tuple[str, Said]]]
    """Directive -> its arguments, and where."""
    facts: tuple[str, ...]

    def last(self, directive: str, default: str) -> tuple[str, Said | None]:
        """The arguments that count, and where they are from."""
        found = self.said.get(directive)
        return found[-1] if found else (default, None)


def read(facts: Facts) -> Lines:
    """The lines of every text and mapping; what a person wrote replaces a default of the chart."""
    said: dict[str, list[tuple[str, Said]]] = {}
    running = any(each.live for name in _FACTS for each in facts.said.get(name, ()))
    for name in _FACTS:
        whole = facts.get(name)
        for found in facts.said.get(name, ()) if name in _EACH else filter(None, [whole]):
            # What runs has all lines, those of the file among them.
            if running and not found.live:
                continue
            for directive, arguments in _pairs(name, found):
                said.setdefault(directive, []).append((arguments, found))
    return Lines(said, _FACTS)


def _pairs(name: str, said: Said) -> Iterator[tuple[str, str]]:
    value = said.value
    if (name.startswith("config.m") and name != "config.map") or name == "config.save":
        yield name.removeprefix("config."), str(value)
    elif isinstance(value, dict):
        for key, each in value.items():
            for one in each if isinstance(each, list) else [each]:
                yield key, _plain(one)
    else:
        texts = value if isinstance(value, list) else [value]
        for line in (line.strip() for text in texts for line in str(text).splitlines()):
            if line and not line.startswith("#"):
                word, _, rest = line.partition(" ")
                yield word.lower(), rest.strip()


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def convert(facts: Facts, draft: Draft) -> None:
    """Lines of `redis.rdb`, `redis.aof`, memory and `redis.extraConfig`."""
    lines = read(facts)
    for name in lines.facts:
        draft.end(name, Fate.KEPT, "line by line, in redis")
    extra: list[tuple[str, Said]] = []
    for directive, found in lines.said.items():
        arguments, said = found[-1]
        if directive in SECRET or directive == "sentinel":
            fix = "put a new password into the Secret of auth.secretName"
            draft.find(PASSWORD_IN_VALUES, said, f"redis.conf has a password in a line ({directive})", fix)
        elif directive in _OPEN:
            fix = "decide what replaces it"
            draft.find(LINES_OPEN, said, f"{_OPEN[directive]} ({directive})", fix)
        elif directive == "save":
            _save(found, draft)
        elif directive in ("appendonly", "appendfsync", "maxmemory", "maxmemory-policy"):
            _setting(directive, arguments, _in_force(directive, said, lines), draft)
        elif directive == "rename-command":
            extra += _renamed(found, draft)
        elif directive in _OURS:
            continue
        elif directive in OURS or directive in MANAGED:
            _managed(directive, arguments, said, draft)
        elif not known_to(directive):
            draft.find(NOT_KEPT, said, f"no server knows the line {directive[:40]!r}", "remove it")
        elif not said.usual:
            extra += [(f"{directive} {each}".strip(), where) for each, where in found]
    _disabled(facts, extra, draft)
    if extra:
        kept = list(dict.fromkeys(line for line, _ in extra if len(line) <= _LONGEST))
        draft.write("redis.extraConfig", kept, " and ".join(dict.fromkeys(said.key for _, said in extra)))


def _save(found: list[tuple[str, Said]], draft: Draft) -> None:
    said = found[-1][1]
    if not said.usual:
        draft.write("redis.rdb.save", points(found), said.key)


def points(found: list[tuple[str, Said]]) -> list[dict[str, object]]:
    """The snapshots of all lines about them."""
    points: list[dict[str, object]] = []
    for arguments, _ in found:
        words = arguments.replace('"', "").replace("'", "").split()
        if not words:
            points = []
        for after, changes in zip(words[::2], words[1::2], strict=False):
            if after.isdecimal() and changes.isdecimal() and 0 < int(after) < 2**31 and int(changes) > 0:
                points.append({"after": str(Duration(int(after) * 1000)), "changes": int(changes)})
    return points


def _in_force(directive: str, said: Said, lines: Lines) -> Said:
    """A chart's default policy counts as chosen where a limit was chosen, at which it acts."""
    _, limit = lines.last("maxmemory", "0")
    chosen = directive == "maxmemory-policy" and limit is not None and not limit.usual
    return said._replace(usual=said.usual and not chosen)


def _setting(directive: str, arguments: str, said: Said, draft: Draft) -> None:
    if said.usual:
        return
    word = arguments.strip("\"'").lower()
    if directive == "appendonly":
        draft.write("redis.aof.enabled", word == "yes", said.key)
    elif directive == "appendfsync":
        draft.write("redis.aof.fsync", word, said.key)
    elif directive == "maxmemory-policy":
        draft.write("redis.maxmemoryPolicy", word, said.key)
    else:
        size = memory_bytes(word)
        if size is None:
            draft.find(NOT_KEPT, said, "maxmemory is no size", "write redis.maxmemory")
        elif size:
            draft.write("redis.maxmemory", _written(size), said.key)


def _written(size: int) -> str:
    for suffix, unit in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if size % unit == 0:
            return f"{size // unit}{suffix}"
    return str(size)


def _managed(directive: str, arguments: str, said: Said, draft: Draft) -> None:
    words = arguments.split()
    if said.usual:
        return
    if directive in ("min-replicas-to-write", "min-slaves-to-write") and arguments.isdecimal():
        draft.write("redis.minReplicasToWrite", int(arguments), said.key)
    elif directive in ("min-replicas-max-lag", "min-slaves-max-lag") and arguments.isdecimal():
        draft.write("redis.minReplicasMaxLag", f"{int(arguments)}s", said.key)
    elif directive == "repl-backlog-size" and (size := memory_bytes(arguments.lower())):
        draft.write("redis.replBacklogSize", _written(size), said.key)
    elif directive == "port":
        return
    else:
        why = OURS.get(directive) or f"{MANAGED[directive]} decides it"
        if directive == "client-output-buffer-limit" and words:
            why = "redis.replicaOutputBuffer decides it for replicas, the server's defaults for clients"
        draft.find(NOT_KEPT, said, f"the line {directive} is not kept: {why}", "compare what the profile has")


def _renamed(found: list[tuple[str, Said]], draft: Draft) -> list[tuple[str, Said]]:
    kept = []
    for arguments, said in found:
        words = arguments.split()
        off = len(words) > 1 and words[1].strip("\"'") == ""
        if words and off and words[0].lower() not in NEEDED_COMMANDS:
            kept.append((f'rename-command {words[0].upper()} ""', said))
        else:
            draft.find(
                NOT_KEPT,
                said,
                "a command has another name, or is off, that the profile needs",
                "limit it by auth.users",
            )
    return kept


def _disabled(facts: Facts, extra: list[tuple[str, Said]], draft: Draft) -> None:
    said = facts.chosen("config.disabled")
    usual = facts.get("config.disabled")
    if said is not None and isinstance(said.value, list):
        for command in said.value:
            name = str(command).upper()
            if name.lower() in NEEDED_COMMANDS or not name.isalpha():
                draft.find(
                    NOT_KEPT, said, f"a command is off that the profile needs ({said.key})", "use auth.users"
                )
            else:
                extra.append((f'rename-command {name} ""', said))
        draft.end("config.disabled", Fate.KEPT, "redis.extraConfig")
    elif said is not None:
        draft.find(NOT_KEPT, said, f"{said.key} is no list of commands", "limit commands by auth.users")
        draft.end("config.disabled", Fate.NOT_KEPT, "it is no list")
    else:
        if usual is not None:
            fact = f"{', '.join(usual.value)} are off today, and on in the profile"
            draft.find(DIFFERS, usual, fact, "limit commands by auth.users (docs/auth.md)")
        draft.end(
            "config.disabled", Fate.NOT_KEPT, "the chart's default; accounts limit commands (auth.users)"
        )
