"""Proxy: the rules of kube-proxy and the network plug-in, as one nft table of the node.

Services must work inside a pod as on a node. A new connection goes to one of the Service's pods. A connection to a
Service without pods is refused with "port unreachable" (kube-proxy's REJECT). A pod can reach itself through its own
Service. A connection that no network policy allows is dropped silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.linux.process import succeed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.prove.toycluster.network.network_policy import Opening, Wall


@dataclass(frozen=True, slots=True)
class Forward:
    """One port of one ClusterIP, with the addresses and ports of its pods (may be empty)."""

    ip: str
    port: int
    protocol: str
    backends: tuple[tuple[str, int], ...]


def _target(forward: Forward) -> str:
    count = len(forward.backends)
    if count == 1:
        (ip, port) = forward.backends[0]
        return f"dnat to {ip}:{port}"
    choices = ", ".join(f"{i} : {ip} . {port}" for i, (ip, port) in enumerate(forward.backends))
    return f"dnat to numgen random mod {count} map {{ {choices} }}"


def _chain(wall: Wall) -> str:
    return f"{wall.direction.lower()}-{wall.ip.replace('.', '-')}"


def _chains(walls: Iterable[Wall]) -> Iterator[str]:
    for wall in walls:
        address = "daddr" if wall.direction == "Egress" else "saddr"
        yield f" chain {_chain(wall)} {{"
        for ip, opening in wall.open_to:
            yield f"  ip {address} {ip} {_match(opening)} return"
        yield "  drop"
        yield " }"


def _match(opening: Opening) -> str:
    protocol = opening.protocol.lower()
    if opening.port is None:
        return f"meta l4proto {protocol}"
    return f"{protocol} dport {opening.port}" + (f"-{opening.last}" if opening.last else "")


def _gates(walls: Iterable[Wall], directions: Iterable[str]) -> Iterator[str]:
    for wall in walls:
        if wall.direction in directions:
            address = "saddr" if wall.direction == "Egress" else "daddr"
            yield f"  ct state new ip {address} {wall.ip} jump {_chain(wall)}"


def ruleset(
    forwards: Iterable[Forward], cut: Mapping[str, frozenset[str]], walls: tuple[Wall, ...] = ()
) -> str:
    """The complete table; loading it replaces the last one atomically.

    ``cut`` maps a pod's address to the addresses that it cannot exchange packets with; ``walls`` are the network
    policies of pods. They do not apply to the node itself, as for a kubelet.
    """
    translations, refusals = [], []
    hairpins = set()
    for forward in forwards:
        match = f"ip daddr {forward.ip} {forward.protocol.lower()} dport {forward.port}"
        if forward.backends:
            translations.append(f"  {match} {_target(forward)}")
            hairpins |= {f"{ip} . {ip}" for ip, _ in forward.backends}
        else:
            refusals.append(f"  {match} reject with icmp port-unreachable")
    drops = [f"  ip saddr {a} ip daddr {b} drop" for a, others in sorted(cut.items()) for b in sorted(others)]
    return "\n".join(
        [
            "table ip rehearsal",
            "delete table ip rehearsal",
            "table ip rehearsal {",
            " set hairpin {",
            "  type ipv4_addr . ipv4_addr",
            *([f"  elements = {{ {', '.join(sorted(hairpins))} }}"] if hairpins else []),
            " }",
            " chain services {",
            *translations,
            " }",
            " chain prerouting {",
            "  type nat hook prerouting priority -100",
            "  jump services",
            " }",
            " chain output {",
            "  type nat hook output priority -100",
            "  jump services",
            " }",
            " chain postrouting {",
            "  type nat hook postrouting priority 100",
            "  ip saddr . ip daddr @hairpin masquerade",
            " }",
            " chain refused {",
            *refusals,
            " }",
            *_chains(walls),
            " chain forward {",
            "  type filter hook forward priority 0",
            *drops,
            "  ct state new jump refused",
            *_gates(walls, ("Egress", "Ingress")),
            " }",
            " chain input {",
            "  type filter hook input priority 0",
            # The cluster's DNS runs on the node here.
            *_gates(walls, ("Egress",)),
            " }",
            " chain node {",
            "  type filter hook output priority 0",
            "  ct state new jump refused",
            " }",
            "}",
            "",
        ]
    )


async def load(rules: str) -> None:
    """Load the table in the node's network namespace."""
    await succeed(["nft", "-f", "-"], text=rules)
