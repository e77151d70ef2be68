"""Servers and a store for the scripts of a backup, started once for all tests of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .world import BUCKET, PASSWORD, S3, Job, Servers, need, profile_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHELLS = {"busybox": ("busybox", "sh"), "dash": ("dash",)}

PLAIN = f"""
name: redis
namespace: shop
backup:
  schedule: "17 * * * *"
  store: {{kind: s3, bucket: {BUCKET}, prefix: production, endpoint: "https://s3.example.com", secretName: store}}
"""
ENCRYPTED = PLAIN + "  encryption: {secretName: encryption}\n"


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    need("rclone")
    with S3() as store:
        yield store


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    need("redis-server", "redis-sentinel")
    with Servers(tmp_path_factory.mktemp("servers"), profile_of(PLAIN)) as running:
        yield running


@pytest.fixture
def job(servers: Servers, s3: S3, tmp_path: Path) -> Callable[..., Job]:
    """A job over these servers and this store, each with a namespace of its own in the bucket."""
    made = 0

    def make(text: str = PLAIN, shell: str = "dash") -> Job:
        nonlocal made
        made += 1
        profile = profile_of(text)
        job = Job(tmp_path / f"job{made}", profile, servers.settings, SHELLS[shell])
        # A folder of its own for each test.
        job.variables = {
            name: value.replace("/shop/redis", f"/{tmp_path.name}/redis")
            for name, value in job.variables.items()
        }
        job.environment = {**s3.environment, "BACKUP_PASSWORD": PASSWORD}
        return job

    return make
