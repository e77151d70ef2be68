"""Certificates: is the certificate of each Redis valid, and did every server load the current file?

It is read from the pod's files, never from a Secret.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from redismanifests.prove.checks.asked import has_certificates
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redismanifests.prove.checks.look import Look

SOON = timedelta(days=7)
"""Anything that renews certificates does it well before: the renewal is broken."""
ROUNDED_S = 2
"""Both times are integer seconds."""
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_CONTEXT_0, _UTC_TIME = 0xA0, 0x17


@probe(
    "PB195",
    remedy=Remedy(
        "Renew the certificate, and check that the servers loaded it.",
        "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT statefulset/DEPLOYMENT-sentinel",
    ),
    applies=has_certificates,
)
async def certificates_last(look: Look) -> AsyncIterator[str]:
    """The certificate of every Redis is valid now, and for another week."""
    if look.now is None:
        raise NotVerifiedError("the current time was not given")
    path = look.desired.redis_value("tls-cert-file") or ""
    for pod in look.desired.redis.pods:
        answer = await look.run(look.desired.redis, pod, "cat", path)
        found = _PEM.search(answer.output)
        if answer.code or not found:
            look.silent[pod] = f"{pod}: {path} has no certificate"
            continue
        begins, ends = validity(found[1])
        look.note(pod, f"cat {path}", f"valid from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC")
        if not begins <= look.now < ends:
            yield f"{pod}: its certificate is valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d} only"
        elif ends - look.now < SOON:
            yield f"{pod}: its certificate ends at {ends:%Y-%m-%d %H:%M} UTC"


@probe(
    "PB196",
    remedy=Remedy(
        "Set tls.revision to another string, render and apply: servers read a certificate when they start.",
        "kubectl -n NAMESPACE rollout restart statefulset/DEPLOYMENT statefulset/DEPLOYMENT-sentinel",
    ),
    applies=has_certificates,
)
async def certificates_are_read(look: Look) -> AsyncIterator[str]:
    """Every server started after its certificate was written; a server does not load a newer file."""
    path = look.desired.redis_value("tls-cert-file") or ""
    for workload in (look.desired.redis, look.desired.sentinel):
        for pod in workload.pods:
            # Follows the link through which the kubelet replaces all files of a Secret at once.
            answer = await look.run(workload, pod, "stat", "-L", "-c", "%Y", path)
            fields = await look.info(workload, pod, "server_time_usec", "uptime_in_seconds")
            if not answer.output.strip().isdigit():
                look.silent[pod] = f"{pod}: the time of {path} is unknown"
            elif fields:
                started = int(fields["server_time_usec"]) / 1_000_000 - int(fields["uptime_in_seconds"])
                late = int(answer.output) - started
                if late > ROUNDED_S:
                    yield f"{pod} runs since {late:.0f} s before its certificate was written, and shows the former one"


def validity(pem: str) -> tuple[datetime, datetime]:
    """Begin and end of a certificate's validity; raises NotVerifiedError for other data. Source: RFC 5280, 4.1."""
    try:
        (certificate,) = _parts(base64.b64decode("".join(pem.split())))
        signed = next(_parts(certificate[1]))
        fields = [each for each in _parts(signed[1]) if each[0] != _CONTEXT_0]
        begins, ends = (_moment(*each) for each in _parts(fields[3][1]))
    except (ValueError, IndexError, StopIteration, binascii.Error) as error:
        raise NotVerifiedError("the file is not a certificate") from error
    return begins, ends


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element."""
    while der:
        tag, length, begins = der[0], der[1], 2
        if length & 0x80:
            begins += length & 0x7F
            length = int.from_bytes(der[2:begins], "big")
        yield tag, der[begins : begins + length]
        der = der[begins + length :]


def _moment(tag: int, content: bytes) -> datetime:
    text = content.decode("ascii")
    if tag == _UTC_TIME:
        # RFC 5280: two digits of a year, 50 to 99 of the last century.
        text = ("19" if text >= "50" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
