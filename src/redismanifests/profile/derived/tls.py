"""TLS facts: where the certificate lies in a pod, what programs of ours say to use it, and which names it must hold.

Redis, its replication and redis-cli verify that a certificate is signed by the CA, never whom it names (tls.c,
cli_common.c): names are for clients that verify them, the exporter and most applications among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.derived.members import Workload, redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

VOLUME, FOLDER = "tls", "/tls"
CERTIFICATE, KEY, AUTHORITY = f"{FOLDER}/tls.crt", f"{FOLDER}/tls.key", f"{FOLDER}/ca.crt"
"""The keys of a Secret as cert-manager writes it, each a file."""

LOCAL_NAME, LOCAL_ADDRESS = "localhost", "127.0.0.1"
"""How probes and the exporter reach the server of their own pod."""


def mutual(profile: Profile) -> bool:
    """Whether every client must present a certificate."""
    return profile.tls.enabled and profile.tls.clients == "required"


def cli_options(profile: Profile) -> tuple[str, ...]:
    """What redis-cli needs to be let in."""
    if not profile.tls.enabled:
        return ()
    own = ("--cert", CERTIFICATE, "--key", KEY) if mutual(profile) else ()
    return ("--tls", "--cacert", AUTHORITY, *own)


def scheme(profile: Profile) -> str:
    """How a client's URL begins."""
    return "rediss" if profile.tls.enabled else "redis"


def exporter_options(profile: Profile) -> tuple[str, ...]:
    """What redis_exporter needs to be let in, and to answer over HTTPS."""
    if not profile.tls.enabled:
        return ()
    options = [f"--tls-ca-cert-file={AUTHORITY}"]
    if mutual(profile):
        options += [f"--tls-client-cert-file={CERTIFICATE}", f"--tls-client-key-file={KEY}"]
    if profile.tls.metrics:
        options += [f"--tls-server-cert-file={CERTIFICATE}", f"--tls-server-key-file={KEY}"]
    return tuple(options)


def names(profile: Profile) -> tuple[str, ...]:
    """Every DNS name under which a member is reached inside of the cluster, and localhost."""
    found: dict[str, None] = {}
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        found |= dict.fromkeys(_names(workload, profile))
    return (*found, LOCAL_NAME)


def _names(workload: Workload, profile: Profile) -> Iterator[str]:
    services = [workload.client_service, workload.headless_service]
    services += [f"{pod}.{workload.headless_service}" for pod in workload.pods]
    if profile.addressing.mode == "service":
        services += workload.pods
    # As the search list of a pod's resolv.conf completes them: in the namespace, in the cluster, in full.
    for name in services:
        yield name
        yield f"{name}.{profile.namespace}"
        yield f"{name}.{profile.namespace}.svc"
        yield f"{name}.{profile.namespace}.svc.{profile.addressing.cluster_domain}"
