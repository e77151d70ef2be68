"""Image: the name of a container image, validated, split into its parts, and printed unchanged.

The flavour decides uid, gid and the shell of a pod, the version decides features, so both are read here once.
Source of the grammar: github.com/distribution/reference (reference.go, normalize.go), which every container
runtime uses.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal, Self

from redismanifests.core.values.scalar import Refusal, Scalar, kind

Flavour = Literal["alpine", "debian"]

_DOMAIN_PART = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REGISTRY = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?"
_PATH_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = rf"{_PATH_PART}(?:/{_PATH_PART})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})"
_DIGEST_DIGITS = {"sha256": 64, "sha512": 128}
_LONGEST_REPOSITORY = 255
_VERSION = r"v?[0-9]+(\.[0-9]+)*(-[a-z0-9.]+)?"
_WITH_NAME = "write its name and version, such as {}"
_LONGEST_TEXT = 1000


class Image(Scalar):
    """``[registry/]repository[:tag][@digest]``, each part as written."""

    __slots__ = ("digest", "registry", "repository", "tag")

    registry: str | None
    """Host and port, where they are written; None means Docker Hub."""
    repository: str
    tag: str | None
    digest: str | None
    """With its algorithm: ``sha256:…``."""

    json_schema: ClassVar[dict[str, object]] = {
        "type": "string",
        "pattern": rf"^({_REGISTRY}/)?{_REPOSITORY}(:{_TAG})?(@{_DIGEST})?$",
        "examples": ["redis:7.0.15", "registry.example.com/team/redis:7.2-alpine"],
    }

    def __init__(self, registry: str | None, repository: str, tag: str | None, digest: str | None) -> None:
        """Of parts that `parse` has checked."""
        object.__setattr__(self, "registry", registry)
        object.__setattr__(self, "repository", repository)
        object.__setattr__(self, "tag", tag)
        object.__setattr__(self, "digest", digest)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of ``text``; ValueError where a container runtime would refuse it."""
        _refuse_what_is_around(text)
        rest, at, digest = text.partition("@")
        if at:
            _check_digest(digest)
        # A colon before the last slash belongs to the port of the registry.
        place, slash, last = rest.rpartition("/")
        last, colon, tag = last.partition(":")
        if colon and not re.fullmatch(_TAG, tag):
            raise _tag(tag)
        name = place + slash + last
        registry, repository = _split(name, text[len(name) :])
        return cls(registry, repository, tag if colon else None, digest if at else None)

    @classmethod
    def read(cls, value: object) -> Self:
        """The image of a YAML scalar."""
        if isinstance(value, cls):
            return value
        if isinstance(value, (str, int, float)) and re.fullmatch(_VERSION, str(value)):
            raise Refusal(f"{value} is a version and no image", _WITH_NAME, f"redis:{str(value).lstrip('v')}")
        if not isinstance(value, str):
            raise Refusal(f"{kind(value)} is no image", _WITH_NAME, "redis:7.0.15")
        return cls.parse(value)

    def __str__(self) -> str:
        """The image as it was written."""
        registry = f"{self.registry}/" if self.registry else ""
        tag = f":{self.tag}" if self.tag else ""
        return registry + self.repository + tag + (f"@{self.digest}" if self.digest else "")

    @property
    def name(self) -> str:
        """The last part of the repository: ``redis_exporter`` of ``oliver006/redis_exporter``."""
        return self.repository.rpartition("/")[2]

    @property
    def flavour(self) -> Flavour:
        """Which distribution it is probably built on: the tag says so, or it is Debian's."""
        return "alpine" if self.tag and "alpine" in self.tag else "debian"

    @property
    def version(self) -> tuple[int, ...] | None:
        """The version that the tag begins with (``v1.55.0-alpine`` is (1, 55, 0)); None where it does not."""
        match = re.match(r"v?([0-9]+(?:\.[0-9]+)*)(?![0-9A-Za-z.])", self.tag or "")
        return tuple(int(part) for part in match[1].split(".")) if match else None


def _refuse_what_is_around(text: str) -> None:
    if not text:
        raise Refusal("it is empty", "write an image such as {}", "redis:7.0.15")
    if len(text) > _LONGEST_TEXT:
        raise Refusal(f"{len(text)} characters are no image", "write one such as {}", "redis:7.0.15")
    joined = "".join(text.split())
    if joined != text:
        raise Refusal("an image has no space in it", "write {}", joined)
    scheme = re.match(r"[A-Za-z+-]+://", text)
    if scheme:
        raise Refusal(f"{scheme[0]} does not belong to an image", "write {}", text[scheme.end() :])


def _split(name: str, version: str) -> tuple[str | None, str]:
    """Registry and repository: the first part is a registry where it looks like a host (normalize.go).

    ``version`` is what follows the name, for the advice.
    """
    first, slash, rest = name.partition("/")
    is_registry = slash and (re.search(r"[.:]", first) or first == "localhost" or first != first.lower())
    registry, repository = (first, rest) if is_registry else (None, name)
    if registry is not None and not re.fullmatch(_REGISTRY, registry):
        raise Refusal(f"{registry!r} is no registry", "write a host, and a port after a colon if it has one")
    if not re.fullmatch(_REPOSITORY, repository):
        raise _repository(registry, repository, version)
    if len(repository) > _LONGEST_REPOSITORY:
        fact = f"the repository has {len(repository)} characters"
        raise Refusal(fact, f"write at most {_LONGEST_REPOSITORY}")
    return registry, repository


def _repository(registry: str | None, repository: str, version: str) -> Refusal:
    if not repository:
        return Refusal("the repository is missing", "write an image such as {}", "redis:7.0.15")
    if re.fullmatch(_REPOSITORY, repository.lower()):
        host = f"{registry}/" if registry else ""
        fact = f"{repository} has capitals, and a repository has none"
        return Refusal(fact, "write {}", host + repository.lower() + version)
    return Refusal(
        f"{repository!r} is no repository",
        "write lower case letters and digits, joined by single dots, dashes, underscores or slashes",
    )


def _tag(tag: str) -> Refusal:
    if not tag:
        return Refusal("the tag after the colon is missing", "write a version after it, such as redis:7.0.15")
    if len(tag) > 128:
        return Refusal(f"the tag has {len(tag)} characters", "write at most 128")
    rule = "write letters, digits, '_', '.' and '-', not beginning with '.' or '-'"
    return Refusal(f"{tag!r} is no tag", rule)


def _check_digest(digest: str) -> None:
    algorithm, _, digits = digest.partition(":")
    length = _DIGEST_DIGITS.get(algorithm)
    if length is None:
        raise Refusal(f"{digest!r} is no digest", "write sha256: and 64 hexadecimal digits")
    if not re.fullmatch(r"[0-9A-Fa-f]*", digits):
        raise Refusal("the digest has other characters", f"write {algorithm}: and the digits 0-9 and a-f")
    if len(digits) != length:
        raise Refusal(
            f"the digest has {len(digits)} digits", f"write {algorithm}: and {length} hexadecimal digits"
        )
    if digits != digits.lower():
        raise Refusal("the digest has capitals", "write its digits in lower case")
