"""Run: play one scenario in namespaces of its own and hand back its result.

This is the entry point for callers. The caller's process stays where it is; all that a rehearsal makes lives in a
child that dies with it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from tempfile import TemporaryFile
from threading import Event as Flag
from threading import Timer
from typing import TYPE_CHECKING, Any

from redismanifests.core.installation import install_command
from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.prove.rehearse.bench.substitution import Engine
from redismanifests.prove.rehearse.result import Result
from redismanifests.prove.toycluster.event import Event
from redismanifests.prove.toycluster.linux import interpreter
from redismanifests.prove.toycluster.linux.namespace import TOOLS, rehearsal_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from redismanifests.core.object import Object
    from redismanifests.prove.rehearse.alerts.order import Order

_PACKAGES = ("dnslib", "redis")
"""The cluster's DNS, and the application that writes: an optional extra of this package."""
DNS_TTL_S = 30.0
"""kubeadm's CoreDNS: records and refusals are kept for 30 s."""
RUN_LIMIT_S = 900.0
"""A run that is not over by then hangs: each wait in it has a limit, and the longest on record took a third of it."""


def require_machine() -> None:
    """Refuse what cannot be rehearsed on, before anything is started."""
    if sys.platform != "linux":
        raise ToolError(
            f"a rehearsal needs Linux namespaces; this is {sys.platform}",
            "run it on a Linux machine or in a Linux virtual machine",
        )
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise ToolError(
            f"a rehearsal needs {', '.join(missing)}", "install them (Debian: util-linux, iproute2, nftables)"
        )
    absent = [package for package in _PACKAGES if find_spec(package) is None]
    if absent:
        raise ToolError(
            f"a rehearsal needs the Python packages {' and '.join(absent)}",
            install_command("rehearse"),
        )
    trial = subprocess.run(
        rehearsal_command(["true"], root=os.geteuid() == 0), capture_output=True, text=True, check=False
    )
    if trial.returncode:
        raise ToolError(
            f"this user may not make the namespaces of a rehearsal: {trial.stderr.strip()}",
            "run it as root, or allow user namespaces: sysctl user.max_user_namespaces, Debian's"
            " kernel.unprivileged_userns_clone, Ubuntu's kernel.apparmor_restrict_unprivileged_userns",
        )


def run(
    objects: Iterable[Object],
    scenario: str,
    *,
    engine: str | None = None,
    next_engine: str | None = None,
    dns_ttl: float = DNS_TTL_S,
    watch: Callable[[Event], None] | None = None,
    alerts: Order | None = None,
    limit_s: float = RUN_LIMIT_S,
    notes: Sequence[str] = (),
) -> Result:
    """Play ``scenario`` with these rendered objects.

    ``engine`` is the path of a redis-server or valkey-server (else the first on PATH), ``next_engine`` that of the one
    which a scenario changes it to, ``dns_ttl`` in seconds, ``watch`` is called with each event as it happens,
    ``alerts`` are what a Prometheus watches, and ``notes`` what was left out of the objects. Raises ToolError where the
    machine lacks something or the run is not over after ``limit_s`` seconds, RedismanifestsError if the objects cannot
    be rehearsed.
    """
    require_machine()
    request = {
        "objects": list(objects),
        "scenario": scenario,
        "engine": str(Engine.found(engine).server),
        "next_engine": str(Engine.found(next_engine).server) if next_engine else None,
        "dns_ttl": dns_ttl,
        "alerts": dataclasses.asdict(alerts) if alerts else None,
        "notes": list(notes),
    }
    command = rehearsal_command(interpreter.module_command("inside"), root=os.geteuid() == 0)
    environment = os.environ | {"PYTHONPATH": interpreter.python_path()}
    events: list[Event] = []
    answer: Mapping[str, Any] = {}
    late = Flag()
    with (
        TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            encoding="utf-8",
            start_new_session=True,
        ) as process,
    ):

        def end() -> None:
            late.set()
            # Its end is the end of everything that it started.
            process.kill()

        watchdog = Timer(limit_s, end)
        watchdog.daemon = True
        watchdog.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise AssertionError("both were requested")
            # Who ends before it has read the request has said why.
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
            for line in process.stdout:
                answer = json.loads(line)
                if "event" in answer:
                    events.append(Event(**answer["event"]))
                    if watch:
                        watch(events[-1])
                else:
                    break
        finally:
            watchdog.cancel()
            process.kill()
        errors.seek(0)
        problem = errors.read()
    if "refused" in answer:
        raise RedismanifestsError(answer["refused"]["fact"], answer["refused"]["fix"])
    if "result" not in answer:
        if late.is_set():
            problem = f"it did not end within {limit_s:g} s, and was killed\n{problem}"
        raise ToolError(
            f"the rehearsal of {scenario} broke off:\n{problem[-4000:]}",
            "this is a fault of the rehearsal itself: please report it with these lines",
        )
    return Result.from_json(answer["result"], tuple(events))
