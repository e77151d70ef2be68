"""Texts: lines of redis.conf and sentinel.conf in ConfigMaps, commands and arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.core.sources.source import printable
from redismanifests.judge.foreign.setting import directive, watch
from redismanifests.judge.migrate.kinds import NOT_KEPT, PASSWORD_IN_VALUES
from redismanifests.judge.migrate.row import Fate
from redismanifests.judge.objects.objects import lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.findings import Path
    from redismanifests.judge.migrate.live.collector import Collector, Item

_OTHER_PROGRAM = pattern(r"(?i)haproxy|nginx|envoy|twemproxy|logrotate|prometheus")
_IN_SCRIPTS = (
    "appendonly", "appendfsync", "save", "maxmemory", "maxmemory-policy", "min-replicas-to-write",
    "min-slaves-to-write", "min-replicas-max-lag", "min-slaves-max-lag",
)  # fmt: skip
"""Lines that are looked for in a script, which may write any."""
_OFF = pattern(r"rename-command\s+(\S+)\s+(?:\"\"|'')")
_SENTINEL_KNOWN = (
    "monitor", "down-after-milliseconds", "failover-timeout", "parallel-syncs", "resolve-hostnames",
    "announce-hostnames", "announce-ip", "announce-port", "auth-pass", "auth-user", "sentinel-pass", "sentinel-user",
    "deny-scripts-reconfig", "myid", "config-epoch", "leader-epoch", "current-epoch", "known-replica", "known-slave",
    "known-sentinel", "master-reboot-down-after-period", "primary-reboot-down-after-period",
)  # fmt: skip
"""Directives of `sentinel` that a fact, an account or the design covers."""
_SENTINEL_PLAIN = (
    "port", "dir", "bind", "protected-mode", "daemonize", "pidfile", "logfile", "loglevel", "requirepass", "masterauth",
    "tls-port", "tls-replication", "tls-cert-file", "tls-key-file", "tls-ca-cert-file", "tls-auth-clients", "sentinel",
    "maxclients", "latency-tracking-info-percentiles", "user", "supervised", "acllog-max-len", "tls-dh-params-file",
)  # fmt: skip
_TLS_FILES = {
    "tls-cert-file": "tls.file.cert",
    "tls-key-file": "tls.file.key",
    "tls-ca-cert-file": "tls.file.ca",
}
_DECIDED = (
    "replicaof", "slaveof", "replica-announce-ip", "slave-announce-ip", "replica-announce-port", "slave-announce-port",
)  # fmt: skip
"""The start of a pod of the profile decides these: its role, and its address."""
_PLACEHOLDER = pattern(r"[\"']?(?:.*[$%{].*|replace-default-[a-z-]*|)[\"']?")
"""What a start script replaces."""
_FLAG = re.compile(r"--([a-z][a-z-]+)((?:\s+(?!--)[^\s|&;<>]+)*)")


class Text(NamedTuple):
    """A text, and where it is."""

    item: Item
    steps: Path
    name: str
    """The key of a ConfigMap; empty for a command."""
    text: str
    sentinel: bool
    """Whether a Sentinel has it."""


def texts(found: Collector, given: Iterable[Text]) -> None:
    """Account for each text, and read what it sets."""
    disabled: list[tuple[Text, str]] = []
    for each in given:
        kind = _kind(each)
        _watching(found, each)
        if kind == "redis":
            disabled += _configuration(found, each)
        elif kind == "sentinel":
            _sentinel(found, each)
        elif kind == "other":
            found.account(
                each.item, each.steps, Fate.UNNEEDED, "it is about a program that the profile does not have"
            )
        elif kind == "accounts":
            _accounts(found, each)
        else:
            _script(found, each)
    _disabled(found, disabled)
    _open_sentinel(found, given)


def _kind(text: Text) -> str:
    """``redis``, ``sentinel``, ``accounts``, ``other``, or ``script``."""
    if _OTHER_PROGRAM.search(text.name):
        return "other"
    if text.name.endswith((".acl", "users")):
        return "accounts"
    if not text.name.endswith((".conf", ".conf.tpl", ".conf.template", ".cnf")):
        return "script"
    return "sentinel" if "sentinel" in text.name else "redis"


def _configuration(found: Collector, text: Text) -> list[tuple[Text, str]]:
    """Lines of a redis.conf, each one value; those that turn commands off."""
    disabled = []
    for line in lines(text.text):
        if off := _OFF.fullmatch(line):
            disabled.append((text, off[1].upper()))
        else:
            _line(found, text, line)
    found.account(text.item, text.steps, Fate.KEPT, "line by line, in redis")
    return disabled


def _line(found: Collector, text: Text, line: str) -> None:
    word, _, rest = line.partition(" ")
    word = word.lower()
    if word in ("requirepass", "masterauth") and _PLACEHOLDER.fullmatch(rest.strip()):
        found.fact(text.item, text.steps, "auth", True, counted=False)
    elif word == "requirepass":
        found.fact(text.item, text.steps, "auth", True, counted=False)
        _add(found, text, line)
    elif word == "tls-port":
        found.fact(text.item, text.steps, "tls", rest.strip() != "0", counted=False)
    elif word in _TLS_FILES:
        found.fact(text.item, text.steps, _TLS_FILES[word], rest.strip().rpartition("/")[2], counted=False)
    elif word == "tls-auth-clients":
        found.fact(text.item, text.steps, "tls.clients", rest.strip(), counted=False)
    elif not word.startswith("tls-"):
        _add(found, text, line)


def _add(found: Collector, text: Text, line: str) -> None:
    word = line.partition(" ")[0]
    if word in _DECIDED:
        return
    if "$" in line:
        fact = printable(f"{text.item.title}: the line {word[:40]} is computed when a pod starts")
        found.find(text.item, text.steps, NOT_KEPT, fact, "compare it with what the profile renders")
        return
    found.fact(text.item, text.steps, "config.file", line, counted=False, word=word[:40])
    if " ".join(line.split()) in found.usual.lines:
        said = found.facts.said["config.file"]
        said[-1] = said[-1]._replace(usual=True)


def _disabled(found: Collector, disabled: list[tuple[Text, str]]) -> None:
    """Commands that are off: the chart's own list is a default, any other is lines of a person."""
    if not disabled:
        return
    names = tuple(dict.fromkeys(name for _, name in disabled))
    first = disabled[0][0]
    found.fact(first.item, first.steps, "config.disabled", list(names), counted=False)
    if set(names) == set(found.usual.disabled):
        said = found.facts.said["config.disabled"]
        said[-1] = said[-1]._replace(value=names, usual=True)


def _watching(found: Collector, text: Text) -> None:
    """How Sentinels watch, wherever it is written."""
    seen = watch([text.text])
    down_after = seen.down_after_ms if seen.down_after_written else None
    for name, value, word in (
        ("sentinel.masterName", seen.master, "monitor"),
        ("sentinel.quorum", seen.quorum, "quorum"),
        ("sentinel.downAfter", down_after, "down-after-milliseconds"),
        ("sentinel.failoverTimeout", seen.failover_timeout_ms, "failover-timeout"),
        ("sentinel.parallelSyncs", seen.parallel_syncs, "parallel-syncs"),
    ):
        if value is not None and name not in found.facts.said:
            found.fact(text.item, text.steps, name, value, counted=False, word=word)


def _sentinel(found: Collector, text: Text) -> None:
    found.account(text.item, text.steps, Fate.KEPT, "line by line, in sentinel")
    for line in lines(text.text):
        words = line.split()
        of_sentinel = words[0] == "sentinel" and len(words) > 1
        known = words[1] in _SENTINEL_KNOWN if of_sentinel else words[0] in _SENTINEL_PLAIN
        if words[:2] == ["sentinel", "auth-pass"] or words[0] == "requirepass":
            if not _PLACEHOLDER.fullmatch(words[-1]):
                _password(found, text, words[0] if words[0] != "sentinel" else words[1])
        elif not known or words == ["sentinel"]:
            name = printable(" ".join(words[:2] if words[0] == "sentinel" else words[:1]))[:60]
            fix = "decide whether a setting below sentinel does it"
            found.find(text.item, text.steps, NOT_KEPT, f"sentinel.conf has the line {name}", fix)


def _password(found: Collector, text: Text, word: str) -> None:
    fix = "put a new password into the Secret of auth.secretName; every reader of the object knows this one"
    found.find(
        text.item, text.steps, PASSWORD_IN_VALUES, f"a password is written in sentinel.conf ({word})", fix
    )


def _accounts(found: Collector, text: Text) -> None:
    names = {
        line.split()[1] for line in lines(text.text) if line.startswith("user ") and len(line.split()) > 1
    }
    if names - {"default"}:
        found.fact(text.item, text.steps, "acl", True)
    else:
        found.account(text.item, text.steps, Fate.UNNEEDED, "it has no account but default")


def _script(found: Collector, text: Text) -> None:
    """A start script, a probe, or a command: the lines of redis.conf that it writes."""
    command = not text.name
    for name in _IN_SCRIPTS if not found.usual.known else ():
        value = directive([text.text], name)
        if value is not None and not set("${}") & set(value):
            _add(found, text, f"{name} {value}".strip())
    if command:
        _flags(found, text)
        return
    if found.usual.known:
        found.account(
            text.item, text.steps, Fate.UNNEEDED, "a script or a file of the chart; the profile has its own"
        )
        return
    found.account(
        text.item, text.steps, Fate.UNNEEDED, "a script of today: the lines of redis.conf in it are read"
    )
    fix = "compare what else it does with the profile's (redismanifests render)"
    fact = printable(
        f"{text.item.title}: {text.name[:60]} is a file of your own: only its lines of redis.conf are read"
    )
    found.find(text.item, text.steps, NOT_KEPT, fact, fix)


def _flags(found: Collector, text: Text) -> None:
    """Arguments such as `--maxmemory 100mb`."""
    if text.sentinel or not re.search(r"(?:redis|valkey)-server", text.text):
        return
    for name, value in _FLAG.findall(text.text):
        if name in _IN_SCRIPTS:
            continue
        if name in ("requirepass", "masterauth"):
            found.fact(text.item, text.steps, "auth", True, counted=False)
            if not _PLACEHOLDER.fullmatch(value.strip()):
                found.find(
                    text.item, text.steps, PASSWORD_IN_VALUES, f"a password is written in a command ({name})",
                    "put a new password into the Secret of auth.secretName",
                )  # fmt: skip
        elif name not in ("port", "dir", "include"):
            _add(found, text, f"{name} {value.strip()}".strip())


def _open_sentinel(found: Collector, given: Iterable[Text]) -> None:
    """Whether Sentinel asks for a password."""
    of_sentinel = [
        each for each in given if each.sentinel and "sentinel" in f"{each.name} {each.text}".lower()
    ]
    if not found.facts.on("auth") or not of_sentinel:
        return
    own = [each for each in of_sentinel if "sentinel" in each.name or not each.name]
    asked = any("requirepass" in line for each in own for line in lines(each.text))
    first = (own or of_sentinel)[0]
    found.fact(first.item, first.steps, "auth.sentinel", asked, counted=False)
