"""Nameserver: the cluster's DNS with kubeadm's CoreDNS settings, including stale and negative cached answers.

A recreated pod has a new address, and CoreDNS answers with the old one, or NXDOMAIN, for up to the TTL. Each of its two
replicas has its own cache. This caused split views and lost writes.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dnslib import PTR, QTYPE, RCODE, RR, A, DNSError, DNSRecord  # type: ignore[import-untyped]

from redismanifests.prove.toycluster.service import CLUSTER_DOMAIN

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.service import PodStatus, Service

REPLICAS = 2
"""kubeadm runs two CoreDNS; each query goes to a random one."""

Zone = Mapping[str, tuple[str, ...]]
"""Name (lower case, without final dot) to addresses; an empty tuple is a name that exists without addresses.

An address in its reversed form is the name of a name."""
_REVERSED = ".in-addr.arpa"
_LONGEST = 4096
"""Bytes of a query: resolvers send at most 1232."""


def zone(behind: Mapping[Service, tuple[PodStatus, ...]]) -> Zone:
    """Every name that CoreDNS' kubernetes plugin has for these Services."""
    names: dict[str, tuple[str, ...]] = {}
    for service, pods in behind.items():
        name = f"{service.name}.{service.namespace}.svc.{CLUSTER_DOMAIN}"
        if service.cluster_ip is not None:
            names[name] = (service.cluster_ip,)
            names[_reversed(service.cluster_ip)] = (name,)
            continue
        if pods:
            names[name] = tuple(pod.ip for pod in pods)
        for pod in pods:
            if pod.subdomain == service.name:
                names[f"{pod.hostname}.{name}"] = (pod.ip,)
                names[_reversed(pod.ip)] = (f"{pod.hostname}.{name}",)
    return names


def _reversed(ip: str) -> str:
    return ".".join(reversed(ip.split("."))) + _REVERSED


@dataclass(slots=True)
class _Cache:
    """The cache of one CoreDNS: it repeats each answer for the TTL, positive or negative."""

    ttl_s: float
    kept: dict[tuple[str, int], tuple[float, tuple[str, ...] | None]] = field(default_factory=dict)

    def answer(self, zone: Zone, name: str, kind: int, now: float) -> tuple[float, tuple[str, ...] | None]:
        """Seconds that the answer stays, and the addresses; None is NXDOMAIN."""
        until, addresses = self.kept.get((name, kind), (0.0, None))
        if until > now:
            return until - now, addresses
        known = zone.get(name)
        held = QTYPE.PTR if name.endswith(_REVERSED) else QTYPE.A
        addresses = known if known is None or kind == held else ()
        self.kept[name, kind] = (now + self.ttl_s, addresses)
        return self.ttl_s, addresses


class Nameserver:
    """Answers over UDP. ``answering`` False simulates a DNS outage: queries are dropped.

    In a thread of its own: a Sentinel waits for each name, and after 2 s without an answer it is in TILT, because the
    loop of the rehearsal was busy with something else.
    """

    def __init__(self, ttl_s: float) -> None:
        """Start with empty caches and an empty zone."""
        self.zone: Zone = {}
        """Replaced as a whole, never changed: another thread reads it."""
        self.answering = True
        self._caches = [_Cache(ttl_s) for _ in range(REPLICAS)]

    @classmethod
    def listen(cls, ip: str, ttl_s: float) -> Nameserver:
        """Open the cluster's DNS address on the node, until the process ends."""
        server = cls(ttl_s)
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((ip, 53))
        threading.Thread(target=server._serve, args=(opened,), name="nameserver", daemon=True).start()
        return server

    def _serve(self, opened: socket.socket) -> None:
        while True:
            data, asker = opened.recvfrom(_LONGEST)
            # An asker that is gone by now, or bytes that are no query, end no DNS.
            with suppress(OSError, DNSError):
                if self.answering:
                    opened.sendto(self._answer(DNSRecord.parse(data)).pack(), asker)

    def _answer(self, question: DNSRecord) -> DNSRecord:
        asked = question.q
        name = str(asked.qname).rstrip(".").lower()
        ttl, addresses = random.choice(self._caches).answer(self.zone, name, asked.qtype, time.monotonic())
        reply = question.reply(ra=1, aa=1)
        if addresses is None:
            reply.header.rcode = RCODE.NXDOMAIN
        for address in addresses or ():
            data = PTR(address) if asked.qtype == QTYPE.PTR else A(address)
            reply.add_answer(RR(asked.qname, asked.qtype, ttl=int(ttl), rdata=data))
        return reply
