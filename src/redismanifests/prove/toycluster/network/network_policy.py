"""Network policy: decides which connections the rendered NetworkPolicies allow.

A policy without a needed port causes an outage at the next failover, so rehearsals enforce policies. Decisions follow
Kubernetes' description (docs, concepts/services-networking/network-policies; API reference of NetworkPolicySpec).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.toycluster.objects import NAMESPACE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.core.object import Object

OUTSIDE = "192.0.2.9"
"""A documentation address (RFC 5737), for a pod that does not exist yet."""


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
    """An allowed port of a protocol (None for all ports; ``last`` is the end of a range)."""

    protocol: str
    port: int | None
    last: int | None

    def holds(self, protocol: str, port: int) -> bool:
        """Whether it allows that port."""
        if self.protocol != protocol:
            return False
        return self.port is None or self.port <= port <= (self.last or self.port)


_EVERYTHING = tuple(Opening(protocol, None, None) for protocol in ("TCP", "UDP", "SCTP"))


def allowed(policies: Iterable[Object], source: Party, target: Party, protocol: str, port: int) -> bool:
    """Whether ``source`` may open a connection to a port of ``target``: both directions must allow it."""
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
    """The openings between ``subject`` and ``other`` in a direction; None if no policy isolates the subject.

    A pod can always reach itself.
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
        policy["metadata"].get("namespace", subject.namespace) == subject.namespace
        and direction in (spec.get("policyTypes") or implied)
        and _selects(spec.get("podSelector") or {}, subject.labels)
    )


def _is_peer(peers: list[Any] | None, policy: Object, party: Party) -> bool:
    # No list, or an empty one, allows all.
    return not peers or any(_matches(peer, policy, party) for peer in peers)


def _matches(peer: Object, policy: Object, party: Party) -> bool:
    if block := peer.get("ipBlock"):
        address = ip_address(party.ip)
        inside = address in ip_network(block["cidr"])
        return inside and not any(address in ip_network(part) for part in block.get("except") or ())
    if party.namespace is None:
        return False
    if (namespaces := peer.get("namespaceSelector")) is None:
        near = party.namespace == policy["metadata"].get("namespace", party.namespace)
    else:
        near = _selects(namespaces, party.namespace_labels)
    return near and _selects(peer.get("podSelector") or {}, party.labels)


def _selects(selector: Object, labels: Mapping[str, str]) -> bool:
    """A LabelSelector: all of its labels and all of its expressions."""
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    return wanted.items() <= labels.items() and all(
        _expression(each, labels) for each in selector.get("matchExpressions") or ()
    )


def _expression(expression: Object, labels: Mapping[str, str]) -> bool:
    found = labels.get(expression["key"])
    operator: str = expression["operator"]
    values: list[str] = expression.get("values") or []
    if operator in ("Exists", "DoesNotExist"):
        return (found is not None) == (operator == "Exists")
    # NotIn also matches if the label is missing.
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


@dataclass(frozen=True, slots=True)
class Wall:
    """Openings of one pod in one direction; other new connections are dropped."""

    direction: str
    ip: str
    open_to: tuple[tuple[str, Opening], ...]


def walls(policies: Iterable[Object], pods: Iterable[Party], others: Iterable[Party]) -> tuple[Wall, ...]:
    """The walls of these policies for the current pods; ``others`` are possible peers without a wall."""
    known, inside = tuple(policies), tuple(pods)
    around = (*inside, *others)
    found = []
    for pod in inside:
        for direction in ("Ingress", "Egress"):
            if openings(known, direction, pod, pod) is None:
                continue
            open_to = tuple(
                (other.ip, opening)
                for other in around
                for opening in openings(known, direction, pod, other) or ()
            )
            found.append(Wall(direction, pod.ip, open_to))
    return tuple(found)


def admitted(policies: Iterable[Object], namespace: str, wanted: Iterable[tuple[Party, int]]) -> Party:
    """Labels and namespace with which an application may reach all of ``wanted``, pods and TCP ports.

    Raises RedismanifestsError if the policies admit no such pod.
    """
    known, targets = tuple(policies), tuple(wanted)
    nobody = Party(OUTSIDE, namespace)
    for party in (nobody, *_named(known, namespace)):
        if all(allowed(known, party, pod, "TCP", port) for pod, port in targets):
            return party
    raise RedismanifestsError(
        "the network policies let no pod reach both Redis and Sentinel, so no application can be rehearsed",
        "name the application's pods by their labels (networkPolicy.clients)",
    )


def _named(policies: Iterable[Object], namespace: str) -> Iterator[Party]:
    """All peers that an ingress rule names by labels."""
    for policy in policies:
        for rule in policy["spec"].get("ingress") or ():
            for peer in rule.get("from") or ():
                labels = (peer.get("podSelector") or {}).get("matchLabels") or {}
                if "namespaceSelector" in peer:
                    around = (peer["namespaceSelector"] or {}).get("matchLabels") or {}
                    yield Party(OUTSIDE, around.get(NAMESPACE_NAME, "elsewhere"), labels, around)
                elif "podSelector" in peer:
                    yield Party(OUTSIDE, namespace, labels)
