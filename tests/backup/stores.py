"""Stores as processes on loopback addresses, each of a kind that a profile knows, and each by another hand.

A store gives the lines of `backup.store`, the variables with which the scripts reach it here (address, port, keys), and
a way to its files that does not go through the scripts. Closed, it goes on to be read and takes nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from outside import missing

from .world import BUCKET, KEYS, S3, Process, free_port, until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "production"
PLACE = f"{PREFIX}/shop/redis"


def answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return not probe.connect_ex(("127.0.0.1", port))


class Folder:
    """What all stores here have that lie in a folder of this machine."""

    name = "claim"
    lines = f"{{kind: claim, claim: backups, prefix: {PREFIX}}}"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.files.mkdir(parents=True)
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def variables(self, rendered: Mapping[str, str]) -> dict[str, str]:
        """The variables of the pod, with the address of here."""
        return {**rendered, "REMOTE": f"STORE:{self.files}/{PLACE}"}

    def listed(self) -> list[str]:
        """Ids of all backups, the newest first."""
        return sorted((path.parent.name for path in self.files.rglob("manifest.json*")), reverse=True)

    def hollow(self) -> list[Path]:
        """Folders without anything in them, below that of the deployments."""
        return [each for each in self.files.rglob("20*") if each.is_dir() and not any(each.iterdir())]

    def damage(self, backup: str) -> None:
        """Change a byte in the middle of a dump."""
        (path,) = self.files.rglob(f"{backup}/dump.rdb*")
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    def close(self) -> None:
        """Take nothing more, and remove nothing."""
        if os.geteuid():
            pytest.skip("only root can mount a folder read-only, and only others are kept out by its mode")
        for options in (["--bind"], ["-o", "remount,ro,bind"]):
            subprocess.run(["mount", *options, self.files, self.files], check=True)
        self.stack.callback(subprocess.run, ["umount", self.files], check=True)


class Sftp(Folder):
    """OpenSSH's server, with SFTP and nothing else."""

    name = "sftp"
    lines = f"{{kind: sftp, host: backup.example.com, user: backup, prefix: {PREFIX}, secretName: store}}"

    def __enter__(self) -> Self:
        if not (program := shutil.which("sshd", path="/usr/sbin:/usr/bin")):
            missing("sshd is not installed (Debian's package openssh-server)")
        if not os.geteuid():
            # Of the package's own service, which tests do not start.
            Path("/run/sshd").mkdir(exist_ok=True)
        self.program, self.port = program, free_port()
        self.keys = self.folder / "keys"
        self.keys.mkdir(mode=0o700)
        for name in ("host", "ssh-privatekey", "other"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.keys / name]
            subprocess.run(command, check=True)
        self.known("host")
        self.start()
        return self

    def known(self, key: str) -> None:
        """Let a client expect that key of the server."""
        public = (self.keys / f"{key}.pub").read_text()
        (self.keys / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public}")

    def start(self, *options: str) -> None:
        lines = [
            f"ListenAddress 127.0.0.1:{self.port}", f"HostKey {self.keys / 'host'}", "UsePAM no", "PidFile none",
            "StrictModes no", "PasswordAuthentication no", f"AuthorizedKeysFile {self.keys / 'ssh-privatekey.pub'}",
            f"ForceCommand internal-sftp {' '.join(options)}", "Subsystem sftp internal-sftp",
        ]  # fmt: skip
        (self.folder / "sshd_config").write_text("\n".join(lines) + "\n")
        command = [self.program, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        log = self.stack.enter_context((self.folder / "sshd.log").open("ab"))
        self.process = self.stack.enter_context(Process(command, stdout=log, stderr=log))
        until(lambda: answers(self.port), "sshd does not answer")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.start("-R")

    def variables(self, rendered: Mapping[str, str]) -> dict[str, str]:
        own = {
            "HOST": "127.0.0.1", "PORT": str(self.port), "USER": Path("~").expanduser().owner(),
            "KEY_FILE": str(self.keys / "ssh-privatekey"), "KNOWN_HOSTS_FILE": str(self.keys / "known_hosts"),
        }  # fmt: skip
        found = {**rendered, **{f"RCLONE_CONFIG_STORE_{key}": value for key, value in own.items()}}
        return {**found, "REMOTE": f"STORE:{self.files}/{PLACE}"}


class Versity(Folder):
    """Versity's gateway: S3 over a folder."""

    name = "versitygw"
    lines = f"{{kind: s3, bucket: {BUCKET}, prefix: {PREFIX}, endpoint: 'https://s3.example.com', secretName: store}}"

    def __enter__(self) -> Self:
        if not (program := shutil.which("versitygw")):
            missing('versitygw is not on PATH: PATH="$(tools/build_versitygw.sh):$PATH" (some minutes, once)')
        self.program, self.port = program, free_port()
        (self.files / BUCKET).mkdir()
        self.start()
        return self

    def start(self, *options: str) -> None:
        log = self.stack.enter_context((self.folder / "log").open("ab"))
        keys = dict(zip(("ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"), KEYS.values(), strict=True))
        command = [self.program, "--port", f"127.0.0.1:{self.port}", *options, "posix", str(self.files)]
        self.process = self.stack.enter_context(
            Process(command, stdout=log, stderr=log, env={**os.environ, **keys})
        )
        until(lambda: answers(self.port), "versitygw does not answer")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.start("--readonly")

    def variables(self, rendered: Mapping[str, str]) -> dict[str, str]:
        own = {f"RCLONE_CONFIG_STORE_{key.upper()}": value for key, value in KEYS.items()}
        return {**rendered, **own, "RCLONE_CONFIG_STORE_ENDPOINT": f"http://127.0.0.1:{self.port}"}


class Moto:
    """moto's server, whose bucket locks every object for a day."""

    name = "moto"
    lines = f"{{kind: s3, bucket: locked, prefix: {PREFIX}, endpoint: 'https://s3.example.com', secretName: store}}"

    def __init__(self, folder: Path) -> None:
        self.s3 = S3()

    def __enter__(self) -> Self:
        self.s3.__enter__()
        self.client = self.s3.client
        self.client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
        retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
        self.client.put_object_lock_configuration(
            Bucket="locked", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.s3.__exit__()

    def variables(self, rendered: Mapping[str, str]) -> dict[str, str]:
        return {**rendered, **self.s3.environment}

    def _objects(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket="locked").get("Contents", [])
        return [each["Key"] for each in found]

    def listed(self) -> list[str]:
        return sorted(
            (each.split("/")[-2] for each in self._objects() if "manifest.json" in each), reverse=True
        )

    def damage(self, backup: str) -> None:
        (key,) = (each for each in self._objects() if f"{backup}/dump.rdb" in each)
        content = bytearray(self.client.get_object(Bucket="locked", Key=key)["Body"].read())
        content[len(content) // 2] ^= 1
        self.client.put_object(Bucket="locked", Key=key, Body=bytes(content))

    def hollow(self) -> list[Any]:
        """An object store has no folders."""
        return []

    def versions(self) -> list[Any]:
        """Every version of every object, those that are hidden by a deletion as well."""
        found: list[Any] = self.client.list_object_versions(Bucket="locked").get("Versions", [])
        return found


STORES: tuple[Callable[[Path], Any], ...] = (Folder, Sftp, Versity, Moto)
