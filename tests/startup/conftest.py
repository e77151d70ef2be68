"""Start-up scripts under test: where they are, the shells they must run under, a folder as a pod sees it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPTS = Path(__file__).parents[2] / "templates" / "startup"
SHELLS = {"busybox": ("busybox", "sh"), "dash": ("dash",)}
AWKS = {"busybox": ("busybox", "awk"), "mawk": ("mawk",)}


def require(*tools: str) -> None:
    """Skip aloud when an outside tool is missing."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> tuple[str, ...]:
    command = SHELLS[request.param]
    require(command[0])
    return command


@pytest.fixture(params=AWKS)
def awk(request: pytest.FixtureRequest) -> tuple[str, ...]:
    command = AWKS[request.param]
    require(command[0])
    return command


def decide(awk: Sequence[str], program: str, sets: Sequence[str]) -> list[str]:
    """One action for each set of facts, from one process of the given awk.

    `program` is redis or sentinel. The program text is taken out of the shell file by a shell, as in a pod.
    """
    file = SCRIPTS / f"{program}-decide.sh"
    text = subprocess.run(
        ["sh", "-c", f'. "$1"; printf %s "${program.upper()}_DECIDE"', "sh", file],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    answer = subprocess.run([*awk, text], input="\n".join(sets), capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    lines = answer.stdout.splitlines()
    assert len(lines) == len(sets), "every set of facts gives exactly one action"
    return lines


@dataclass(frozen=True)
class Pod:
    """What one container sees: its /config (scripts, settings, template), its volume, its environment."""

    name: str
    config: Path
    data: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, shell: Sequence[str] = ("dash",)) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*shell, str(self.config / script)],
            env=self.env, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def call(self, text: str, shell: Sequence[str] = ("dash",)) -> subprocess.CompletedProcess[str]:
        """Run shell text with lib.sh sourced, as one of the scripts would."""
        whole = f"set -u; CONFIG_DIR='{self.config}'; . \"$CONFIG_DIR/lib.sh\"; {text}"
        return subprocess.run(
            [*shell, "-c", whole], env=self.env, capture_output=True, text=True, timeout=60, check=False
        )


class Container(subprocess.Popen[bytes]):
    """A start script and all that it started: SIGKILL ends and SIGSTOP stops all of it, as in a container."""

    def __init__(self, command: Sequence[str], **options: Any) -> None:
        super().__init__(command, start_new_session=True, **options)

    def send_signal(self, sig: int) -> None:
        if sig in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, sig)
        else:
            super().send_signal(sig)


REDIS = ("redis-0", "redis-1", "redis-2")
SENTINELS = ("redis-sentinel-0", "redis-sentinel-1", "redis-sentinel-2")

EXAMPLE_SETTINGS = {
    "NAME": "redis",
    "NAMESPACE": "shop",
    "ADDRESSING": "service",
    "MASTER_NAME": "mymaster",
    "REDIS_PORT": "6379",
    "SENTINEL_PORT": "26379",
    "SERVER": "redis-server",
    "CLI": "redis-cli",
    "REDIS_PODS": " ".join(REDIS),
    "SENTINEL_PODS": " ".join(SENTINELS),
    "REDIS_HOSTS": " ".join(f"{pod}.shop.svc.cluster.local" for pod in REDIS),
    "SENTINEL_HOSTS": " ".join(f"{pod}.shop.svc.cluster.local" for pod in SENTINELS),
    "DATA_DIR": "/data",
    "STORAGE": "claim",
    "APPEND_ONLY": "yes",
    "APPEND_DIR": "appendonlydir",
    "APPEND_FILE": "appendonly.aof",
    "DUMP_FILE": "dump.rdb",
    "QUORUM": "2",
    "SENTINEL_IDS": " ".join(digit * 40 for digit in "abc"),
}


def make_pod(
    root: Path,
    name: str,
    addresses: dict[str, str],
    *,
    settings: dict[str, str] | None = None,
    template: str = "",
) -> Pod:
    """A pod's folders below `root`; `addresses` become kubelet's service environment."""
    config, data = root / name / "config", root / name / "data"
    config.mkdir(parents=True)
    data.mkdir(parents=True)
    for script in SCRIPTS.glob("*.sh"):
        shutil.copy(script, config)
    chosen = {
        **EXAMPLE_SETTINGS,
        "DATA_DIR": str(data),
        "HOOK_LOG": str(root / name / "hook.log"),
        "LOCAL": addresses.get(name, "127.0.0.1"),
        **(settings or {}),
    }
    (config / "settings.sh").write_text("".join(f"{key}='{value}'\n" for key, value in chosen.items()))
    (config / "redis.conf").write_text(template)
    (config / "sentinel.conf").write_text(template)
    env = {f"{pod.upper().replace('-', '_')}_SERVICE_HOST": address for pod, address in addresses.items()}
    given = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "POD_NAME": name, "POD_NAMESPACE": chosen["NAMESPACE"]}
    return Pod(name, config, data, given | env)
