"""Probe: a kubelet's startup, readiness or liveness probe with its period, time limit and thresholds.

Why: outages and rollouts are timed by probes; periods and thresholds must be those of the rendered container.
"""

from __future__ import annotations

import asyncio
import http.client
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.pods.container import Container

KINDS = ("startup", "readiness", "liveness")


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe; defaults are those of the API."""

    action: Object
    initial_delay_s: float
    period_s: float
    timeout_s: float
    success_threshold: int
    failure_threshold: int
    grace_s: float | None

    @classmethod
    def of(cls, container: Object, kind: str) -> Probe | None:
        """The container's probe of that kind, if it has one."""
        spec = container.get(f"{kind}Probe")
        if not spec:
            return None
        return cls(
            action=spec,
            initial_delay_s=spec.get("initialDelaySeconds", 0),
            period_s=spec.get("periodSeconds", 10),
            timeout_s=spec.get("timeoutSeconds", 1),
            success_threshold=spec.get("successThreshold", 1),
            failure_threshold=spec.get("failureThreshold", 3),
            grace_s=spec.get("terminationGracePeriodSeconds"),
        )


def port_number(port: int | str, container: Object) -> int:
    """A probe's port, by number or by the name that the container gave it."""
    if isinstance(port, int):
        return port
    return next(int(p["containerPort"]) for p in container.get("ports", ()) if p.get("name") == port)


def _get(ip: str, port: int, get: Object, timeout_s: float) -> int:
    if get.get("scheme") == "HTTPS":
        context = ssl.create_default_context()
        # The kubelet verifies no certificate.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            ip, port, timeout=timeout_s, context=context
        )
    else:
        connection = http.client.HTTPConnection(ip, port, timeout=timeout_s)
    try:
        connection.request("GET", get.get("path", "/"), headers={"User-Agent": "kube-probe/1.32"})
        return connection.getresponse().status
    finally:
        connection.close()


async def attempt(probe: Probe, spec: Object, container: Container, ip: str) -> str:
    """Probe once; the empty text is success, anything else the reason of the failure."""
    action = probe.action
    if "exec" in action:
        done = await container.exec(action["exec"]["command"], probe.timeout_s)
        return "" if done.code == 0 else f"exit {done.code} {done.output.strip()[:200]}"
    try:
        if "httpGet" in action:
            get = action["httpGet"]
            port = port_number(get["port"], spec)
            code = await asyncio.to_thread(_get, get.get("host", ip), port, get, probe.timeout_s)
            return "" if 200 <= code < 400 else f"HTTP {code}"
        port = port_number(action["tcpSocket"]["port"], spec)
        async with asyncio.timeout(probe.timeout_s):
            _, writer = await asyncio.open_connection(ip, port)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    except (OSError, TimeoutError, http.client.HTTPException) as error:
        return repr(error)
    return ""


async def watch(
    probe: Probe,
    once: Callable[[], Any],
    report: Callable[[bool, str], None],
    *,
    until_success: bool = False,
) -> None:
    """Probe until cancelled (or until the first success), and report each result that crosses its threshold."""
    await asyncio.sleep(probe.initial_delay_s)
    last, row = None, 0
    while True:
        tick = asyncio.get_running_loop().time()
        problem = await once()
        good = not problem
        row = row + 1 if good is last else 1
        last = good
        if row >= (probe.success_threshold if good else probe.failure_threshold):
            report(good, problem)
            if good and until_success:
                return
        # A probe that outlasts its period is followed by the next at once, as in the kubelet's ticker.
        await asyncio.sleep(max(0.0, tick + probe.period_s - asyncio.get_running_loop().time()))
