"""Migration view: facts for the scripts of Redis and for the mount of the old side's password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

FOLDER = "/migration"
"""Where the Redis pods mount the password of the old master."""


class OldView(NamedTuple):
    """The old master."""

    host: str
    port: int
    user: str
    password_file: str
    """Empty where it has no password."""


class SecretView(NamedTuple):
    """The Secret with its password."""

    secret: str
    key: str
    folder: str


class MigrationView(NamedTuple):
    """Facts of a move."""

    sources: tuple[OldView, ...]
    """One, or none."""
    secrets: tuple[SecretView, ...]
    """One, or none."""


def _view(profile: Profile) -> MigrationView:
    if profile.migration is None:
        return MigrationView((), ())
    source = profile.migration.source
    secrets = (
        (SecretView(source.secret_name, source.secret_key, FOLDER),) if source.secret_name is not None else ()
    )
    file = f"{FOLDER}/password" if secrets else ""
    return MigrationView((OldView(source.host, source.port, source.user or "", file),), secrets)


FEATURE = Feature("migration", view=_view)
