"""Served: the certificate that a pod currently presents, independent of its files.

Why: a renewed certificate in a Secret helps no one before the server has read it.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.bench.access import Access

_LIMIT_S = 5.0


async def served(ip: str, port: int, access: Access) -> bytes:
    """The certificate (DER) of a server; empty if there is no TLS connection."""
    context = ssl.create_default_context()
    # To be looked at, not to be believed: it may have expired.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    own = access.transport()
    context.load_cert_chain(own["ssl_certfile"], own["ssl_keyfile"])
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_LIMIT_S):
            _, writer = await asyncio.open_connection(ip, port, ssl=context)
            shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return shown
    return b""


async def refuses(ip: str, port: int, access: Access) -> str:
    """Why a client that verifies is not let in by a server; empty where it is."""
    own = access.transport()
    context = ssl.create_default_context(cafile=own["ssl_ca_certs"])
    context.check_hostname = False
    context.load_cert_chain(own["ssl_certfile"], own["ssl_keyfile"])
    try:
        async with asyncio.timeout(_LIMIT_S):
            reader, writer = await asyncio.open_connection(ip, port, ssl=context)
            # With TLS 1.3 a server says no to a client's certificate only after the handshake.
            writer.write(b"PING\r\n")
            answer = await reader.readline()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        return str(error) or type(error).__name__
    return "" if answer else "closed"
