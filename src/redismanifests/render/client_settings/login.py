"""Login: who an application is, and where it finds its password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived import credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

VARIABLE = "REDIS_PASSWORD"


class Login(NamedTuple):
    """An account, the Secret and key with its password, and the variable from which the settings read it."""

    user: str
    secret: str
    key: str
    variable: str


def login(profile: Profile) -> Login | None:
    """The account of an application: the first one of the profile, or the default user; None without authentication."""
    if not credentials.enabled(profile):
        return None
    user = credentials.DEFAULT if profile.auth.default_user else ""
    if profile.auth.mode == "acl" and profile.auth.users:
        user = profile.auth.users[0].name
    # Without any account the settings hold the place of one, and a note says so.
    key = credentials.key_of(profile, user or "APPLICATION")
    return Login(user or "APPLICATION", credentials.secret_name(profile), key, VARIABLE)


def login_notes(profile: Profile, who: Login | None) -> Iterator[str]:
    """What to know of it."""
    if who is None:
        return
    yield (
        f"The password is read from the variable {who.variable}. In the application's pod: name: {who.variable}, "
        f"valueFrom.secretKeyRef of Secret {who.secret}, key {who.key}. A pod reads it when it starts: while passwords "
        "change, roll the application before the old one is removed."
    )
    if profile.auth.mode != "acl":
        return
    others = [user.name for user in profile.auth.users if user.name != who.user]
    if others:
        yield f"The account is {who.user}; others of the profile: {', '.join(others)}. Name and key are alike."
    if not profile.auth.users and not profile.auth.default_user:
        yield "The profile has no account for an application: add one to auth.users, and put its name in."
    if any(user.name == who.user and not user.sentinel for user in profile.auth.users):
        yield f"{who.user} may not ask Sentinels (auth.users, sentinel: false): with Sentinel it finds no master."
