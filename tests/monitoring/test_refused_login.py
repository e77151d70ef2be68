"""A refused login: what real exporters report of it, by the address that is rendered, is what the alert reads."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest

from exporters import exporters
from monitoring.series import free_port, until
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.review import review_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = "name: redis\nnamespace: shop\nauth: {mode: acl}\n"
REFUSED = {"right": "", "wrong": "WRONGPASS", None: "NOAUTH"}
each_version = pytest.mark.parametrize(
    "version", exporters(), ids=lambda version: ".".join(map(str, version))
)


def _addresses(text: str) -> set[str]:
    objects = review_of(source_from_text("p.yaml", BASE + text)).accepted().objects
    return set(_words([each.manifest for each in objects if each.manifest["kind"] == "StatefulSet"]))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _words(each)
    elif isinstance(value, str) and value.startswith("--redis.addr="):
        yield value


def test_the_address_has_a_scheme_only_where_alerts_do_not_need_its_error() -> None:
    assert _addresses("") == {f"--redis.addr=redis://localhost:{port}" for port in (6379, 26379)}
    assert _addresses("monitoring: {enabled: true}\n") == {
        f"--redis.addr=localhost:{port}" for port in (6379, 26379)
    }
    encrypted = "tls: {enabled: true, secretName: a}\nmonitoring: {enabled: true}\n"
    assert _addresses(encrypted) == {f"--redis.addr=rediss://localhost:{port}" for port in (6379, 26379)}


@each_version
@pytest.mark.parametrize("password", REFUSED)
@pytest.mark.usefixtures("redis_server")
def test_a_refused_login_is_reported_as_one(
    version: tuple[int, ...], password: str | None, tmp_path: Path
) -> None:
    port, listen = free_port(), free_port()
    (rendered,) = (each for each in _addresses("monitoring: {enabled: true}\n") if each.endswith(":6379"))
    file = tmp_path / "passwords.json"
    # As the start script writes it: its keys have the scheme.
    file.write_text(json.dumps({f"redis://localhost:{port}": password} if password else {}), "utf-8")
    with ExitStack() as ends:
        for command in (
            (
                "redis-server",
                "--port",
                str(port),
                "--requirepass",
                "right",
                "--save",
                "",
                "--dir",
                str(tmp_path),
            ),
            (
                str(exporters()[version]),
                rendered.replace("6379", str(port)),
                f"--redis.password-file={file}",
                f"--web.listen-address=127.0.0.1:{listen}",
            ),
        ):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            ends.callback(process.wait)
            ends.callback(process.kill)
        text = ""

        def scraped() -> bool:
            nonlocal text
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{listen}/metrics") as answer:
                text = answer.read().decode()
            # Until the server listens.
            return "redis_up" in text and "refused" not in text

        until(scraped, "the exporter has asked its server")
    assert f"\nredis_up {int(password == 'right')}\n" in text
    (error,) = re.findall(r'redis_exporter_last_scrape_error\{err="([^"]*)"\}', text)
    assert error.startswith(REFUSED[password])
