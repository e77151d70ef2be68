"""Addressing view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile


class AddressingView(NamedTuple):
    """The switch, as templates need it."""

    mode: str
    by_service: bool
    by_hostname: bool
    service_links: bool


def _view(profile: Profile) -> AddressingView:
    by_service = profile.addressing.mode == "service"
    # The kubelet's service variables are the one way to a ClusterIP that needs no DNS.
    return AddressingView(profile.addressing.mode, by_service, not by_service, by_service)


FEATURE = Feature("addressing", view=_view)
