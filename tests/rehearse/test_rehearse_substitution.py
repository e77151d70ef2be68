"""Substitution: which programs stand in for an image, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.errors import ToolError
from redismanifests.prove.rehearse.bench.substitution import Engine, image_for

if TYPE_CHECKING:
    from pathlib import Path


def _engine(folder: Path, *names: str) -> Engine:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return Engine.found(str(folder / names[0]))


def test_an_engine_brings_the_programs_beside_its_server(tmp_path: Path) -> None:
    engine = _engine(tmp_path / "bin", "redis-server", "redis-sentinel", "redis-cli")
    image = image_for("docker.io/library/redis:8.0@sha256:abc", engine)
    assert image.programs["/usr/local/bin/redis-cli"] == tmp_path / "bin" / "redis-cli"
    assert engine.folder() == tmp_path


def test_valkey_answers_to_the_names_of_redis_too(tmp_path: Path) -> None:
    engine = _engine(tmp_path / "valkey", "valkey-server", "valkey-sentinel", "valkey-cli")
    programs = image_for("valkey/valkey:8.1", engine).programs
    assert programs["/usr/local/bin/redis-sentinel"] == programs["/usr/local/bin/valkey-sentinel"]
    assert engine.folder() == tmp_path / "valkey"


def test_without_a_sentinel_beside_it_the_server_is_the_sentinel(tmp_path: Path) -> None:
    engine = _engine(tmp_path / "bin", "redis-server", "redis-cli")
    assert image_for("redis", engine).programs["/usr/local/bin/redis-sentinel"] == engine.server


def test_a_client_of_another_version_is_never_taken(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as refused:
        image_for("redis", _engine(tmp_path / "bin", "redis-server"))
    assert "no redis-cli lies beside" in refused.value.fact


def test_an_image_that_nothing_stands_in_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError) as refused:
        image_for("nginx:1.27", _engine(tmp_path / "bin", "redis-server", "redis-cli"))
    assert "nginx:1.27" in refused.value.fact
