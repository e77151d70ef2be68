"""Library: what is known of a client library: its language, how it finds Sentinels, and what to beware of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redismanifests.profile.model import Profile
    from redismanifests.render.client_settings.timing import Timing


class Library(NamedTuple):
    """One library; texts are sentences for the engineer who pastes the settings."""

    name: str
    template: str
    comment: str
    """How a comment begins in its language."""
    checked: str
    """The version whose names were checked, and how (docs/client.md)."""
    hosts: str
    """Why the Sentinels are named as they are."""
    pitfalls: Callable[[Profile, Timing], Iterator[str]]
    """What is known to go wrong, where it matters to this profile."""


def seconds(milliseconds: int) -> str:
    """As a person reads it: 9.9 s."""
    return f"{milliseconds / 1000:g} s"
