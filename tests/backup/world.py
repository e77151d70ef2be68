"""A world for the scripts of a backup: real servers and Sentinels on loopback addresses, and stores as processes.

The scripts are those of the rendered ConfigMap, with the variables of the rendered CronJob; only addresses, ports and
folders are changed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from outside import missing
from redismanifests.core.sources.source import source_from_text
from redismanifests.profile.derived import credentials
from redismanifests.profile.form import profile_from
from redismanifests.render.rendering import rendering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from subprocess import CompletedProcess

    from redismanifests.profile.model import Profile

BUCKET = "redis-backups"
KEYS = {"access_key_id": "AKIDMARKED", "secret_access_key": "marked-secret-of-the-store"}
PASSWORD = "marked-password-of-the-encryption"
WAIT_S = 20


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def until(what: Callable[[], object], message: str, seconds: float = WAIT_S) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, message
        time.sleep(0.1)


class Process(subprocess.Popen[bytes]):
    """A process that does not outlive its world."""

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.wait()


class S3:
    """moto's server, with one bucket."""

    def __init__(self) -> None:
        self.port = free_port()
        self.processes = ExitStack()
        self.environment = {
            **{f"RCLONE_CONFIG_STORE_{key.upper()}": value for key, value in KEYS.items()},
            "RCLONE_CONFIG_STORE_ENDPOINT": f"http://127.0.0.1:{self.port}",
        }

    def __enter__(self) -> Self:
        server = Path(sys.executable).with_name("moto_server")
        self.processes.enter_context(
            Process([server, "-p", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        until(self._answers, "moto does not answer", seconds=120)
        self.client.create_bucket(Bucket=BUCKET)
        return self

    def __exit__(self, *_: object) -> None:
        self.processes.close()

    @property
    def client(self) -> Any:
        import boto3

        return boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id="x", aws_secret_access_key="x",
        )  # fmt: skip

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    secrets = tuple(KEYS.values())

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return [each["Key"] for each in found]


class Servers:
    """A master, two replicas and three Sentinels."""

    def __init__(self, folder: Path, profile: Profile) -> None:
        self.folder, self.profile = folder, profile
        folder.mkdir(exist_ok=True)
        net = f"127.{40 + os.getpid() % 200}.{os.getpid() // 200 % 250}"
        self.redis = [f"{net}.{number}" for number in (1, 2, 3)]
        self.sentinels = [f"{net}.{number}" for number in (11, 12, 13)]
        self.port, self.sentinel_port = free_port(self.redis[0]), free_port(self.sentinels[0])
        self.running: dict[str, Process] = {}

    def __enter__(self) -> Self:
        for number, address in enumerate(self.redis):
            self.start(address, self.redis[0] if number else "")
        until(lambda: self.info(self.redis[0])["connected_slaves"] == "2", "no replicas")
        for address in self.sentinels:
            self.start_sentinel(address)
        until(
            lambda: all(self.replicas_known(each) == 2 for each in self.sentinels),
            "Sentinels know no replicas",
        )
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    def _accounts(self, component: str) -> list[str]:
        known = credentials.known_on(self.profile, component)  # type: ignore[arg-type]
        return [f"user {name} on >password-of-{name} resetchannels {rights}" for name, rights in known]

    def start(self, address: str, master: str, *settings: str) -> None:
        data = self.folder / address
        data.mkdir(exist_ok=True)
        replication = [f"replicaof {master} {self.port}"] if master else []
        accounts = self._accounts("redis")
        if accounts:
            replication += ["masteruser replication", "masterauth password-of-replication"]
            accounts += ["user admin on >admin ~* &* +@all", "user default off"]
        lines = [
            f"bind {address}", f"port {self.port}", f"dir {data}", 'save ""', "repl-diskless-sync-delay 0",
            f"replica-announce-ip {address}", *replication, *accounts, *settings,
        ]  # fmt: skip
        (data / "redis.conf").write_text("\n".join(lines) + "\n")
        self._run(address, ["redis-server", data / "redis.conf"])
        until(lambda: self.info(address), f"{address} does not answer")

    def start_sentinel(self, address: str) -> None:
        data = self.folder / address
        data.mkdir(exist_ok=True)
        accounts = self._accounts("sentinel")
        login = []
        if accounts:
            login = [
                "sentinel auth-user shop sentinel", "sentinel auth-pass shop password-of-sentinel",
                "sentinel sentinel-user peer", "sentinel sentinel-pass password-of-peer",
            ]  # fmt: skip
            accounts += ["user admin on >admin ~* &* +@all", "user default off"]
        lines = [
            f"bind {address}", f"port {self.sentinel_port}", f"dir {data}", f"sentinel announce-ip {address}",
            f"sentinel monitor shop {self.redis[0]} {self.port} 2", "sentinel down-after-milliseconds shop 3000",
            "sentinel failover-timeout shop 6000", *login, *accounts,
        ]  # fmt: skip
        (data / "sentinel.conf").write_text("\n".join(lines) + "\n")
        self._run(address, ["redis-sentinel", data / "sentinel.conf"])

    def _run(self, address: str, command: list[object]) -> None:
        with (self.folder / f"{address}.log").open("ab") as log:
            self.running[address] = Process([str(each) for each in command], stdout=log, stderr=log)

    def kill(self, address: str) -> None:
        process = self.running.pop(address)
        process.kill()
        process.wait()

    def cli(self, address: str, *command: str) -> str:
        port = self.port if address in self.redis else self.sentinel_port
        login = ["--user", "admin"] if self._accounts("redis") else []
        done = subprocess.run(
            ["timeout", "3", "redis-cli", *login, "-h", address, "-p", str(port), *command],
            env={**os.environ, "REDISCLI_AUTH": "admin"} if login else None,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip()

    def info(self, address: str) -> dict[str, str]:
        lines = self.cli(address, "INFO").splitlines()
        return dict(line.partition(":")[::2] for line in lines if ":" in line)

    def replicas_known(self, sentinel: str) -> int:
        words = self.cli(sentinel, "SENTINEL", "MASTER", "shop").splitlines()
        known = dict(zip(words[::2], words[1::2], strict=False))
        return int(known.get("num-slaves", -1))

    @property
    def settings(self) -> dict[str, str]:
        """What the scripts must know of this world."""
        return {
            "ADDRESSING": "hostname",
            "MASTER_NAME": "shop",
            "REDIS_PORT": str(self.port),
            "REDIS_HOSTS": f"'{' '.join(self.redis)}'",
            "SENTINEL_PORT": str(self.sentinel_port),
            "SENTINEL_HOSTS": f"'{' '.join(self.sentinels)}'",
        }


def profile_of(text: str) -> Profile:
    return profile_from(source_from_text("profile.yaml", text))


class Job:
    """The pod of the CronJob of a profile: its files, its variables, and runs of its two scripts."""

    def __init__(
        self, folder: Path, profile: Profile, settings: Mapping[str, str], shell: Sequence[str]
    ) -> None:
        self.profile, self.shell = profile, shell
        self.config, self.scratch = folder / "config", folder / "scratch"
        self.login = folder / "login"
        objects = {
            (each.manifest["kind"], each.manifest["metadata"]["name"]): each.manifest
            for each in rendering(profile, "profile.yaml").objects
        }
        for path in (self.config, self.scratch, self.login, folder / "auth"):
            path.mkdir(parents=True)
        for name, text in objects["ConfigMap", f"{profile.name}-backup-config"]["data"].items():
            (self.config / name).write_text(text)
        own = {"SCRATCH": str(self.scratch)}
        if credentials.enabled(profile):
            own |= {"LOGIN_DIR": str(self.login), "AUTH_DIR": str(folder / "auth")}
            user = credentials.logins(profile).backup
            (folder / "auth" / user).write_text(f"password-of-{user}\r\n")
        self.set({**own, **settings})
        pod = objects["CronJob", f"{profile.name}-backup"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (self.upload_container,) = pod["containers"]
        self.variables = {
            each["name"]: each["value"] for each in self.upload_container["env"] if "value" in each
        }
        self.environment: dict[str, str] = {}

    def set(self, settings: Mapping[str, str]) -> None:
        """Change what the scripts read."""
        with (self.config / "settings.sh").open("a") as file:
            file.writelines(f"{key}={value}\n" for key, value in settings.items())

    def run(self, script: str, **variables: str) -> CompletedProcess[str]:
        return self.start(script, **variables)()

    def start(self, script: str, **variables: str) -> Callable[[], CompletedProcess[str]]:
        """Begin a script; the function that is returned waits for its end."""
        environment = {
            "PATH": os.environ["PATH"], "POD_NAMESPACE": self.profile.namespace, **self.variables,
            **self.environment, **variables,
        }  # fmt: skip
        command = [*self.shell, str(self.config / script)]
        running = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

        def ended() -> CompletedProcess[str]:
            out, error = running.communicate(timeout=180)
            return subprocess.CompletedProcess(command, running.returncode, out, error)

        return ended

    def backup(self) -> str:
        """Both scripts, as the pod runs them; the id of the backup that they made."""
        for script in ("dump.sh", "upload.sh"):
            done = self.run(script)
            assert done.returncode == 0, done.stderr
        return str(self.manifest["id"])

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.scratch / "manifest.json").read_text())
        return found


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            missing(f"{program} is not installed (Debian's package {program})")
