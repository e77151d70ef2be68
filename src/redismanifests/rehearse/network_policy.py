"""Network policy: which connections the rendered NetworkPolicies let through.

Why: a policy that forgets a port is an outage on the day of a failover, so failovers are rehearsed behind it. Decides as
Kubernetes describes it (docs, concepts/services-networking/network-policies; API reference of NetworkPolicySpec). What
must not come in: packets (proxy.py drops them), our own labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.rehearse.objects import Object

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace carries since 1.22."""


@dataclass(frozen=True, slots=True)
class Party:
    """A pod, or an address outside the cluster (without namespace), as policies see it."""

    ip: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    namespace_labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    port_names: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a policy opens to a party: a port (None for every one, ``last`` where it is a range) of a protocol."""

    protocol: str
    port: int | None
    last: int | None

    def holds(self, protocol: str, port: int) -> bool:
        """Whether it opens that port."""
        if self.protocol != protocol:
            return False
        return self.port is None or self.port <= port <= (self.last or self.port)


_EVERYTHING = tuple(Opening(protocol, None, None) for protocol in ("TCP", "UDP", "SCTP"))


def allowed(policies: Iterable[Object], source: Party, target: Party, protocol: str, port: int) -> bool:
    """Whether ``source`` may open a connection to a port of ``target``: both directions must let it through."""
    known = tuple(policies)
    return all(
        found is None or any(opening.holds(protocol, port) for opening in found)
        for found in (
            openings(known, "Egress", source, target),
            openings(known, "Ingress", target, source),
        )
    )


def openings(
    policies: Iterable[Object], direction: str, subject: Party, other: Party
) -> tuple[Opening, ...] | None:
    """What is open between ``subject`` and ``other`` in a direction; None where no policy isolates the subject.

    A pod cannot be cut off from itself.
    """
    selecting = [policy for policy in policies if _isolates(policy, direction, subject)]
    if not selecting:
        return None
    if subject.ip == other.ip:
        return _EVERYTHING
    target = other if direction == "Egress" else subject
    return tuple(
        opening
        for policy in selecting
        for rule in policy["spec"].get(direction.lower()) or ()
        if _is_peer(rule.get("to" if direction == "Egress" else "from"), policy, other)
        for opening in _ports(rule.get("ports"), target)
    )


def _isolates(policy: Object, direction: str, subject: Party) -> bool:
    spec = policy["spec"]
    implied = ["Ingress", "Egress"] if "egress" in spec else ["Ingress"]
    return (
        policy["metadata"]["namespace"] == subject.namespace
        and direction in (spec.get("policyTypes") or implied)
        and _selects(spec.get("podSelector") or {}, subject.labels)
    )


def _is_peer(peers: list[Any] | None, policy: Object, party: Party) -> bool:
    # No list, or an empty one, is everybody.
    return not peers or any(_matches(peer, policy, party) for peer in peers)


def _matches(peer: Mapping[str, Any], policy: Object, party: Party) -> bool:
    if block := peer.get("ipBlock"):
        address = ip_address(party.ip)
        inside = address in ip_network(block["cidr"])
        return inside and not any(address in ip_network(part) for part in block.get("except") or ())
    if party.namespace is None:
        return False
    if (namespaces := peer.get("namespaceSelector")) is None:
        near = party.namespace == policy["metadata"]["namespace"]
    else:
        near = _selects(namespaces, party.namespace_labels)
    return near and _selects(peer.get("podSelector") or {}, party.labels)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A LabelSelector: all of its labels and all of its expressions."""
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    return wanted.items() <= labels.items() and all(
        _expression(each, labels) for each in selector.get("matchExpressions") or ()
    )


def _expression(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    found = labels.get(expression["key"])
    operator, values = expression["operator"], expression.get("values") or ()
    if operator in ("Exists", "DoesNotExist"):
        return (found is not None) == (operator == "Exists")
    # NotIn holds where the label is missing.
    return (found in values) == (operator == "In")


def _ports(ports: list[Any] | None, target: Party) -> Iterator[Opening]:
    if not ports:
        yield from _EVERYTHING
        return
    for each in ports:
        port = each.get("port")
        number = target.port_names.get(port) if isinstance(port, str) else port
        if port is None or number is not None:
            yield Opening(each.get("protocol", "TCP"), number, each.get("endPort"))
