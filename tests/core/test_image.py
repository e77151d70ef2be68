"""Image: the reference of a container image, taken apart and printed as it was written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from redismanifests.core.values.image import Image

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("redis", None, "redis", None, None),
        ("redis:7.0.15", None, "redis", "7.0.15", None),
        ("oliver006/redis_exporter:v1.55.0-alpine", None, "oliver006/redis_exporter", "v1.55.0-alpine", None),
        ("docker.io/library/redis:7", "docker.io", "library/redis", "7", None),
        ("localhost/redis", "localhost", "redis", None, None),
        ("localhost:5000/a/b-c__d:1", "localhost:5000", "a/b-c__d", "1", None),
        ("registry.example.com:443/redis", "registry.example.com:443", "redis", None, None),
        ("[::1]:5000/redis:7", "[::1]:5000", "redis", "7", None),
        (f"redis@{DIGEST}", None, "redis", None, DIGEST),
        (f"r.io/redis:7@{DIGEST}", "r.io", "redis", "7", DIGEST),
        ("Registry/redis", "Registry", "redis", None, None),
    ],
)
def test_an_image_has_its_parts_and_prints_unchanged(
    text: str, registry: str | None, repository: str, tag: str | None, digest: str | None
) -> None:
    image = Image.parse(text)
    assert (image.registry, image.repository, image.tag, image.digest) == (registry, repository, tag, digest)
    assert str(image) == text


@pytest.mark.parametrize(
    ("text", "version", "flavour", "name"),
    [
        ("redis:7.0.15", (7, 0, 15), "debian", "redis"),
        ("redis:7-alpine", (7,), "alpine", "redis"),
        ("oliver006/redis_exporter:v1.55.0-alpine", (1, 55, 0), "alpine", "redis_exporter"),
        ("redis:7.2-bookworm", (7, 2), "debian", "redis"),
        ("redis:8.0-rc1-alpine3.21", (8, 0), "alpine", "redis"),
        ("redis:alpine", None, "alpine", "redis"),
        ("redis:latest", None, "debian", "redis"),
        ("redis:7rc1", None, "debian", "redis"),
        ("redis", None, "debian", "redis"),
        ("valkey/valkey:8.1.0", (8, 1, 0), "debian", "valkey"),
    ],
)
def test_version_and_flavour_are_read_from_the_tag(
    text: str, version: tuple[int, ...] | None, flavour: str, name: str
) -> None:
    image = Image.parse(text)
    assert (image.version, image.flavour, image.name) == (version, flavour, name)


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("", "it is empty: write an image such as redis:7.0.15"),
        ("Redis:7", "Redis has capitals, and a repository has none: write redis:7"),
        ("docker://redis:7", "docker:// does not belong to an image: write redis:7"),
        ("https://r.io/redis:7", "https:// does not belong to an image: write r.io/redis:7"),
        ("redis :7", "an image has no space in it: write redis:7"),
        ("redis:", "the tag after the colon is missing: write a version after it, such as redis:7.0.15"),
        (":7", "the repository is missing: write an image such as redis:7.0.15"),
        ("redis:a b", "an image has no space in it: write redis:ab"),
        ("redis:" + "a" * 129, "the tag has 129 characters: write at most 128"),
        ("redis@sha256:abc", "the digest has 3 digits: write sha256: and 64 hexadecimal digits"),
        (
            "redis@" + DIGEST.upper().replace("SHA", "sha"),
            "the digest has capitals: write its digits in lower case",
        ),
        (
            "redis@sha256:" + "z" * 64,
            "the digest has other characters: write sha256: and the digits 0-9 and a-f",
        ),
        ("redis@md5:abc", "'md5:abc' is no digest: write sha256: and 64 hexadecimal digits"),
        (7, "7 is a version and no image: write its name and version, such as redis:7"),
        ("v7.2", "v7.2 is a version and no image: write its name and version, such as redis:7.2"),
        (
            "ghcr.io/Acme/Redis:7",
            "Acme/Redis has capitals, and a repository has none: write ghcr.io/acme/redis:7",
        ),
        (None, "empty is no image: write its name and version, such as redis:7.0.15"),
    ],
)
def test_the_error_says_what_to_write(value: object, advice: str) -> None:
    with pytest.raises(ValueError) as caught:
        Image.read(value)
    assert str(caught.value) == advice


@pytest.mark.parametrize(
    "text", ["a//b", "/redis", "redis/", "a..b", "-redis", "redis:-7", "a b", "r.io/", "redis\n", "x" * 256]
)
def test_what_a_runtime_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"repository|tag|space"):
        Image.parse(text)


@given(st.text(max_size=40) | st.text(alphabet="abZ019./:@-_ ", max_size=20))
def test_any_text_is_an_image_that_prints_unchanged_or_a_value_error(text: str) -> None:
    try:
        image = Image.read(text)
    except ValueError as error:
        assert str(error)
    else:
        assert str(image) == text
        assert re.search(Image.json_schema["pattern"], text)


class Model(BaseModel):
    image: Image


def test_a_model_reads_and_writes_text() -> None:
    assert Model.model_validate({"image": "redis:7"}).model_dump_json() == '{"image":"redis:7"}'
    assert Model.model_json_schema()["properties"]["image"]["examples"][0] == "redis:7.0.15"
