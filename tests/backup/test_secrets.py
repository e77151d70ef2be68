"""Secrets: keys of a store and passwords are in no argument, no log, no name and no file of what is stored.

Every script that uses a store is run with `-x`, so that each command is printed with its arguments, and with an rclone
that writes its arguments down: backup, segments, old segments, restore of a backup and of a moment, drill.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from commandline import redismanifests
from restore.conftest import Store, make_drill, make_restore
from segments.conftest import Shipper
from segments.test_segments_pruned import make_pruner
from startup.conftest import Container

from .conftest import ENCRYPTED
from .world import PASSWORD, Job, Servers, need, profile_of, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from startup.conftest import Pod

    from .world import S3

pytestmark = pytest.mark.slow

PROFILE = ENCRYPTED + "  segments: {secretName: writer}\nauth: {mode: acl}\n"
_LENGTH = -(-(16 + len(PASSWORD)) * 4 // 3)
OBSCURED = re.compile(rf"(?<![\w-])[\w-]{{{_LENGTH}}}(?![\w-])")
"""What rclone makes of the password, which it turns back for anyone: 16 random bytes and the text, in base64."""
SHELLS = {"rclone": ("busybox", "sh", "-x"), "server": ("dash", "-x")}


class Range:
    """A store with a backup of one deployment and its segments; what was said and called meanwhile."""

    def __init__(self, folder: Path, s3: S3) -> None:
        self.folder, self.s3 = folder, s3
        self.place = f"production/{folder.name}/redis"
        self.said: list[str] = []
        self.called = folder / "called"
        programs = folder / "programs"
        programs.mkdir()
        program = programs / "rclone"
        program.write_text(
            f'#!/bin/sh\nprintf \'%s\\n\' "$*" >>{self.called}\nexec {shutil.which("rclone")} "$@"\n'
        )
        program.chmod(0o755)
        self.path = f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin"
        self.environment: dict[str, str] = {}

    def variables(self, *, segments: bool = False) -> dict[str, str]:
        """What a container gets for the store."""
        place = {"RCLONE_CONFIG_CRYPT_REMOTE": f"STORE:redis-backups/{self.place}{'.segments' * segments}"}
        return {
            **self.environment,
            **self.s3.environment,
            **place,
            "BACKUP_PASSWORD": PASSWORD,
            "PATH": self.path,
        }

    def back_up(self) -> None:
        profile = profile_of(PROFILE)
        with Servers(self.folder / "servers", profile) as servers:
            servers.cli(servers.redis[0], "SET", "key", "value")
            job = Job(self.folder / "job", profile, servers.settings, SHELLS["server"])
            self.environment = dict(job.variables)
            job.environment = self.variables()
            for script in ("dump.sh", "upload.sh"):
                self.note(job.run(script))

    def run(self, pod: Pod, script: str, kind: str, *arguments: str) -> None:
        command = [*SHELLS[kind], str(pod.config / script), *arguments]
        self.note(
            subprocess.run(command, env=pod.env, capture_output=True, text=True, timeout=180, check=False)
        )

    def note(self, done: subprocess.CompletedProcess[str]) -> None:
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr[-2000:]

    def ship(self) -> str:
        """Segments of a server; the last moment to which they lead."""
        with Shipper(self.folder, Store(self.folder / "unused")) as shipper:
            shipper.pod.env.update(self.variables(segments=True))
            shipper.call("SET", "key", "value")
            with shipper.log.open("ab") as log:
                script = str(shipper.pod.config / "segments-ship.sh")
                running = Container([*SHELLS["rclone"], script], env=shipper.pod.env, stderr=log)
            until(lambda: sum("-master-" in each for each in self.names()) > 1, "no segments", seconds=90)
            running.terminate()
            running.wait()
            self.said.append(shipper.log.read_text())
        stamp = max(each.rpartition("/")[2].split("-")[1] for each in self.names() if "-master-" in each)
        return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:11]}:{stamp[11:13]}:{stamp[13:]}"

    def prune(self) -> None:
        pod = make_pruner(self.folder)
        pod.env.update(self.variables(segments=True))
        self.run(pod, "segments-prune.sh", "rclone")

    def restore(self, wish: str) -> None:
        folder = self.folder / f"restore{len(self.said)}"
        made = make_restore(folder, Store(self.folder), wish=wish)
        made.pod.env.update(self.variables(segments=wish != "newest"))
        self.run(made.pod, "restore-fetch.sh", "rclone")
        self.run(made.pod, "restore-place.sh", "server")

    def drill(self) -> None:
        made = make_drill(self.folder / "drill", Store(self.folder))
        made.pod.env.update(self.variables())
        self.run(made.pod, "restore-fetch.sh", "rclone", "once")
        self.run(made.pod, "restore-drill.sh", "server")

    def ask(self, command: str) -> None:
        (self.folder / "profile.yaml").write_text(PROFILE)
        lines = "".join(f"{key}={value}\n" for key, value in self.variables().items() if key != "PATH")
        (self.folder / "store.env").write_text(lines)
        done = redismanifests("backup", command, "profile.yaml", "--env-file=store.env", cwd=self.folder)
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr

    def names(self) -> list[str]:
        return [each for each in self.s3.names() if each.startswith(self.place)]

    def texts(self) -> Iterator[str]:
        """Everything in which a secret would show."""
        yield from self.said
        yield self.called.read_text()
        yield from self.names()


def _shown(texts: Sequence[str], secrets: Sequence[str]) -> set[str]:
    """Which of the secrets are in a text, as they are or in the form that rclone turns back."""
    found = {secret for secret in secrets for text in texts if secret in text}
    for word in {word for text in texts for word in OBSCURED.findall(text)}:
        done = subprocess.run(["rclone", "reveal", word], capture_output=True, text=True, check=False)
        found |= {f"{secret}, obscured" for secret in secrets if secret == done.stdout.strip()}
    return found


def test_a_secret_that_shows_is_found() -> None:
    need("rclone")
    done = subprocess.run(["rclone", "obscure", PASSWORD], capture_output=True, text=True, check=True)
    assert _shown([f"+ export X={done.stdout.strip()}", "nothing"], [PASSWORD]) == {f"{PASSWORD}, obscured"}
    assert _shown([f"--key={PASSWORD}"], [PASSWORD]) == {PASSWORD}


def test_no_key_and_no_password_of_a_store_shows_anywhere(tmp_path: Path, s3: S3) -> None:
    need("redis-server", "redis-sentinel", "busybox", "redis-check-aof")
    place = Range(tmp_path, s3)
    place.back_up()
    at = place.ship()
    place.prune()
    place.restore("newest")
    place.restore(at)
    place.drill()
    place.ask("list")
    place.ask("check")
    texts = list(place.texts())
    assert len([each for each in texts if "+ rclone" in each]) >= 5
    secrets = (*s3.secrets, PASSWORD, "password-of-backup")
    assert _shown(texts, secrets) == set()
    # Nor in a manifest, which is the one file whose text everyone with the store would read without encryption.
    assert all(each not in (tmp_path / "job" / "scratch" / "manifest.json").read_text() for each in secrets)
