"""Configuration: the user's own lines of redis.conf, taken apart as the server does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.quoting.conftext import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.profile.model import Profile


class Line(NamedTuple):
    """One line: its path, its directive in lower case, its other words without quotes."""

    path: Path
    directive: str
    words: tuple[str, ...]


def lines(profile: Profile) -> Iterator[Line]:
    """The extra lines of redis.conf, in the order in which the server reads them."""
    for index, text in enumerate(profile.redis.extra_config):
        directive, *words = arguments(text)
        yield Line(("redis", "extraConfig", index), directive.lower(), tuple(words))
