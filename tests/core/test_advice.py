"""Each value that a message names in place of a wrong one is accepted at its place, for every setting of a profile."""

from __future__ import annotations

import json
import re
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin

import pytest
import yaml

from redismanifests.core.findings import ProfileRefused
from redismanifests.core.setting import Section
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.validator import setting_types
from redismanifests.profile.form import profile_from
from redismanifests.profile.model import Profile
from redismanifests.profile.place import declared, section_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Finding, Path

WRONG = (
    # Durations
    *(
        "15ms",
        "1.5ms",
        "0.1ns",
        "15",
        "-1",
        "0",
        "1.5",
        "0.0001",
        "5 s",
        "5sec",
        "30 min",
        "1d",
        "1.5d",
        "2 days",
        "1w",
    ),
    *("-5s", "25h", "2000h", "11m", "4s", "9999999h", "99999999999", "1e3", "0.1.2s", "5x"),
    # Shares
    *("99.9", "99.9%", "'99,9 %'", "100%", "50%", "95"),
    # Sizes and CPU
    *(
        "512",
        "512MB",
        "512 Mi",
        "512mib",
        "'1,5Gi'",
        "'1,5'",
        "500k",
        "1k",
        "64Ki",
        "0.5",
        "'0,0001'",
        "-1Gi",
        "1e9999",
    ),
    # Versions, images
    *(
        "7.2",
        "'7.2'",
        "v7.2",
        "1.32.4",
        "v1.32",
        "0.9",
        "7.2-alpine",
        "'redis 7.2'",
        "Redis:7.2",
        "ghcr.io/Acme/Redis:7",
    ),
    *("redis@sha256:0", "https://x.example/redis", "redis:", "'redis:7 .2'"),
    # Words where something else is meant
    *(
        "''",
        "null",
        "true",
        "yes",
        "'true'",
        "[]",
        "[1]",
        "{}",
        "{a: b}",
        "x y",
        "Shop",
        "REDIS_X",
        "-a",
        "a_b",
        "'5'",
    ),
    *(
        "'100000'",
        "100000",
        "'0x1f'",
        "é",
        "'*/5 * * * *'",
        "'@daily'",
        "'61 * * * *'",
        "17:30",
        "Local",
        "local",
    ),
    *(
        "2026-11-30",
        "'2026-11-30 12:00'",
        "'31.12.2026'",
        "10.0.0.1",
        "10.0.0.1/8",
        "'10.0.0.0/33'",
        "'::1/64'",
    ),
    *(
        "'localhost:9000'",
        "s3.example.com",
        "'s3://bucket/folder'",
        "'user@host'",
        "/a//b",
        "RM999",
        "PB1",
        "1_000",
    ),
    *(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "a" * 600,
        "1" * 300,
    ),
)
WITHOUT_VALUES = re.compile(
    r"write (a string|a whole number|keys and values below it, or leave the key out|an entry"
    r"|a list: lines that begin with '- '|an exponent from e-999 to e999|at most \d+( hexadecimal digits)?"
    r"|lower case letters and digits, joined by single dots, dashes, underscores or slashes"
    r"|letters, digits, '_', '\.' and '-', not beginning with '\.' or '-'|its digits in lower case"
    r"|sha\d+: and (\d+ hexadecimal digits|the digits 0-9 and a-f)"
    r"|a host, and a port after a colon if it has one|numbers from \d+ to \d+, in order"
    r"|a number from \d+ to \d+, \*, or ranges and lists|a day that its months have|1 or more after the slash"
    r"|why .*|the requirement|one directive, such as .*|the annotation that .*)|shorten it|keep one|remove it"
    r"|it would .*|replace it with the value"
)
"""Advice that names no value."""
FORMS = (
    (r'put it in quotes: (".*")', ""),
    (r"take off the quotes: (.*)", ""),
    (r"write a list: (\[.*\])", ""),
    (r"did you mean (.*)\?", "or"),
    (r"write (\{.*\}), or leave the key out", ""),
    (r"write one of: (.*)", "or"),
    (r"write (\S+) to (\S+)(?: \(a day is 24h\))?", ""),
    (r"write more than \S+ and at most (\S+)", ""),
    (r"write at most (\S+[a-z])", ""),
    (r"write (\S+) or (?:more|less)", ""),
    (r"write (\S+), which judges all but what is new, or use a newer redismanifests", ""),
    (r"write (\S+) or newer, and upgrade the cluster first", ""),
    (r"write (true) or (false)", ""),
    (r"write (\S+) here, and port: \d+", ""),
    (r"write (\S+), or with http:// if it has no TLS", ""),
    (r"write (\S+), and the (?:name|address) of .*", ""),
    (r"write [^:]*\bsuch as (.*)", "or"),
    (r"write (.*)", "or"),
)
"""Advice and the values in it; the first form that fits counts."""
BASE = {"name": "redis", "namespace": "shop"}


def _plain(declared: Any) -> Any:
    """The type behind its marks, of a value that is there."""
    while True:
        if hasattr(declared, "__metadata__"):
            declared = declared.__origin__
        elif NoneType in get_args(declared):
            declared = next(each for each in get_args(declared) if each is not NoneType)
        else:
            return declared


def _is_section(typed: Any) -> bool:
    return isinstance(typed, type) and issubclass(typed, Section)


def _settings(section: type[Section], path: Path = ()) -> Iterator[Path]:
    types = setting_types(section)
    for key, setting in section.settings.items():
        typed, at = _plain(types[key]), (*path, setting.alias)
        if _is_section(typed):
            yield from _settings(typed, at)
            continue
        yield at
        if get_origin(typed) is tuple:
            inner = _plain(get_args(typed)[0])
            yield from _settings(inner, (*at, 0)) if _is_section(inner) else [(*at, 0)]
        elif get_origin(typed) is dict:
            yield (*at, "key")


def _kind(path: Path) -> str:
    """What decides which values a setting takes, and with which it is advised."""
    found = declared(path)
    assert found is not None
    each = found.setting
    typed = setting_types(found.section)[each.key]
    return f"{typed} {each.bounds} {each.default} {each.examples} {each.required} {found.rest}"


SETTINGS = tuple({_kind(path): path for path in _settings(Profile)}.values())
"""One of each kind."""


def _required(section: type[Section]) -> dict[str, Any]:
    types = setting_types(section)
    return {
        each.alias: _required(_plain(types[key]))
        if _is_section(_plain(types[key]))
        else (each.examples or [each.bounds.get("ge")])[0]
        for key, each in section.settings.items()
        if each.required
    }


def _with(path: Path, value: str) -> Any:
    root: Any = json.loads(json.dumps(BASE))
    node = root
    for at, step in enumerate(path[:-1], 1):
        section = section_at(path[:at])
        inner: Any = [] if isinstance(path[at], int) else _required(section) if section else {}
        if isinstance(node, list):
            node.append(inner)
        else:
            node[step] = inner
        node = inner
    if isinstance(node, list):
        node.append(value)
    else:
        node[path[-1]] = value
    return root


def _refused(path: Path, raw: str) -> Finding | None:
    """The finding about ``raw``, as it is written, at ``path``."""
    text = yaml.safe_dump(_with(path, "@@")).replace("'@@'", raw)
    try:
        profile_from(source_from_text("profile.yaml", text))
    except ProfileRefused as refused:
        near = [each for each in refused.findings if each.path[: len(path)] == path]
        return near[0] if near else refused.findings[0]
    return None


def advised(fix: str) -> list[str] | None:
    """The values that a fix names; None where it has none, and is known to have none."""
    if WITHOUT_VALUES.fullmatch(fix):
        return None
    for form, joined in FORMS:
        if found := re.fullmatch(form, fix):
            values = [each for each in found.groups() if each]
            return [part for each in values for part in re.split(r", | or ", each)] if joined else values
    raise AssertionError(f"an advice of an unknown form: {fix}")


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: ".".join(map(str, path)))
def test_what_a_message_advises_is_accepted(path: Path) -> None:
    for wrong in WRONG:
        finding = _refused(path, wrong)
        if finding is None or finding.code != "RM004":
            continue
        assert finding.fix != "correct the value", (wrong, finding.fact)
        if finding.path[: len(path)] != path or len(finding.path) > len(path):
            continue
        for value in advised(finding.fix) or ():
            again = _refused(path, value)
            # A word that is meant as a key of a section is a mapping.
            assert again is None, (wrong, finding.fix, value, again.fact)


def test_every_kind_of_wrong_value_is_refused_somewhere() -> None:
    accepted = [wrong for wrong in WRONG if all(_refused(path, wrong) is None for path in SETTINGS)]
    assert accepted == []
