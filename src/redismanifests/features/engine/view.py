"""Engine view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.tls import cli_options

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile


class EngineView(NamedTuple):
    """Names of the programs in the image; the client's with its options."""

    name: str
    server: str
    cli: str


def _view(profile: Profile) -> EngineView:
    # The scripts and probes split it at its blanks.
    cli = " ".join((f"{profile.engine}-cli", *cli_options(profile)))
    return EngineView(profile.engine, f"{profile.engine}-server", cli)


FEATURE = Feature("engine", view=_view)
