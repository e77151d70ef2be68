"""Resources: requests and limits of a container, as the profile writes them and as a template prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.setting import Section, setting
from redismanifests.core.values.bounded import Cores, Size

if TYPE_CHECKING:
    from collections.abc import Iterator


class Amount(NamedTuple):
    """One line of ``requests`` or ``limits``."""

    resource: str
    quantity: str


class Amounts(Section):
    """Quantities by resource, in the order in which they are printed."""

    cpu: Cores | None = setting(None, "CPU in cores or millicores.", examples=["250m", "1"])
    memory: Size | None = setting(None, "Memory in bytes.", examples=["512Mi"])
    ephemeral_storage: Size | None = setting(
        None, "Disk outside of volumes: logs and writable layers.", alias="ephemeral-storage"
    )

    def amounts(self) -> Iterator[Amount]:
        """What is set, printed canonically."""
        named = (("cpu", self.cpu), ("memory", self.memory), ("ephemeral-storage", self.ephemeral_storage))
        for resource, quantity in named:
            if quantity is not None:
                yield Amount(resource, str(quantity))


class ResourcesView(NamedTuple):
    """The ``resources`` chapter of a container."""

    requests: tuple[Amount, ...]
    limits: tuple[Amount, ...]


def resources_view(requests: Amounts, limits: Amounts) -> ResourcesView:
    """Requests and limits as a template prints them."""
    return ResourcesView(tuple(requests.amounts()), tuple(limits.amounts()))
