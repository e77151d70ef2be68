"""Network: a range of addresses in the form that the API server stores."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.scalar import Refusal


def _network(text: str) -> str:
    """Return ``text`` if it is a network in the form that the API server stores; else raise ValueError."""
    try:
        canonical = str(ip_network(text, strict=False))
    except ValueError:
        raise Refusal(f"{text!r} is no range of addresses", "write one such as {}", "10.0.0.0/8") from None
    if canonical != text:
        raise Refusal(f"{text!r} is not how this range is written", "write {}", canonical)
    return text


Network = Annotated[str, AfterValidator(_network)]
