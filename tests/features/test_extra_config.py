"""Every directive that redis.conf sets is judged: it is a setting's, it is ours, or it may be set otherwise."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from deployment import SHIPPED, directives, reviewed
from redismanifests.core.validator import setting_types
from redismanifests.features.redis.rules.extra_config import MANAGED, OURS
from redismanifests.profile.model import Profile

TUNABLE = {
    *("auto-aof-rewrite-min-size", "auto-aof-rewrite-percentage", "no-appendfsync-on-rewrite"),
    *("repl-diskless-sync", "repl-diskless-sync-delay", "repl-timeout"),
    *("replica-read-only", "replica-serve-stale-data", "tcp-keepalive", "timeout"),
}


def _written() -> set[str]:
    files = [text for path in SHIPPED for text in _configurations(path)]
    return {line.split()[0] for text in files for line in directives(text)}


def _configurations(path: object) -> list[str]:
    objects = reviewed(path).rendering.objects  # type: ignore[arg-type]
    data = [o.manifest["data"] for o in objects if o.manifest["kind"] == "ConfigMap"]
    extra = set(reviewed(path).profile.redis.extra_config)  # type: ignore[arg-type]
    texts = [d["redis.conf"] for d in data if "redis.conf" in d]
    return ["\n".join(line for line in text.splitlines() if line not in extra) for text in texts]


def test_every_directive_that_is_written_is_managed_or_ours_or_tunable() -> None:
    # Accounts: a line of them is refused by a rule of its own (RM222).
    written = _written() - {"user"}
    assert written == (written & {*MANAGED, *OURS}) | TUNABLE


def test_no_directive_is_judged_twice() -> None:
    assert not set(MANAGED) & set(OURS)
    assert not TUNABLE & {*MANAGED, *OURS}


@pytest.mark.parametrize("path", sorted(set(MANAGED.values())))
def test_a_managed_directive_names_a_setting_that_exists(path: str) -> None:
    section: Any = Profile
    for step in path.split("."):
        # A section that a profile may leave out is one of two types.
        section = next((each for each in get_args(section) if each is not type(None)), section)
        kinds = {section.settings[name].alias: kind for name, kind in setting_types(section).items()}
        section = kinds[step]
