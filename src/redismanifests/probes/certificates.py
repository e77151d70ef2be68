"""Certificates: how long does the certificate of each Redis last, and did every server read the one that is there?

It is read as the pod shows it, never from a Secret.

What must not come in: keys.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from redismanifests.probes.asked import has_certificates
from redismanifests.probes.probe import NotVerifiedError, probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redismanifests.probes.look import Look

SOON = timedelta(days=7)
"""A certificate is renewed well before, where anything renews it: somebody must look."""
ROUNDED_S = 2
"""Both moments are told in whole seconds."""
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_CONTEXT_0, _UTC_TIME = 0xA0, 0x17


@probe("PB195", applies=has_certificates)
async def certificates_last(look: Look) -> AsyncIterator[str]:
    """The certificate of every Redis is valid now, and for another week."""
    if look.now is None:
        raise NotVerifiedError("nobody said what time it is")
    path = look.desired.redis_value("tls-cert-file") or ""
    for pod in look.desired.redis.pods:
        answer = await look.run(look.desired.redis, pod, "cat", path)
        found = _PEM.search(answer.output)
        if answer.code or not found:
            look.silent[pod] = f"{pod}: {path} shows no certificate"
            continue
        begins, ends = validity(found[1])
        look.note(pod, f"cat {path}", f"valid from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC")
        if not begins <= look.now < ends:
            yield f"{pod}: its certificate is valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d} only"
        elif ends - look.now < SOON:
            yield f"{pod}: its certificate ends at {ends:%Y-%m-%d %H:%M} UTC"


@probe("PB196", applies=has_certificates)
async def certificates_are_read(look: Look) -> AsyncIterator[str]:
    """Every server started after its certificate was written: a newer one in its files is shown to nobody."""
    path = look.desired.redis_value("tls-cert-file") or ""
    for workload in (look.desired.redis, look.desired.sentinel):
        for pod in workload.pods:
            # Follows the link through which the kubelet replaces all files of a Secret at once.
            answer = await look.run(workload, pod, "stat", "-L", "-c", "%Y", path)
            fields = await look.info(workload, pod, "server_time_usec", "uptime_in_seconds")
            if not answer.output.strip().isdigit():
                look.silent[pod] = f"{pod}: nobody can tell when {path} was written"
            elif fields:
                started = int(fields["server_time_usec"]) / 1_000_000 - int(fields["uptime_in_seconds"])
                late = int(answer.output) - started
                if late > ROUNDED_S:
                    yield f"{pod} runs since {late:.0f} s before its certificate was written, and shows the former one"


def validity(pem: str) -> tuple[datetime, datetime]:
    """From when to when a certificate is valid; raises NotVerifiedError where it is none. Source: RFC 5280, 4.1."""
    try:
        (certificate,) = _parts(base64.b64decode("".join(pem.split())))
        signed = next(_parts(certificate[1]))
        fields = [each for each in _parts(signed[1]) if each[0] != _CONTEXT_0]
        begins, ends = (_moment(*each) for each in _parts(fields[3][1]))
    except (ValueError, IndexError, StopIteration, binascii.Error) as error:
        raise NotVerifiedError("what stands in the file is no certificate") from error
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
