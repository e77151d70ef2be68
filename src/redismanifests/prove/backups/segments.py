"""Segments: which moments the segments in a store lead to, as templates/segments/list.sh reads them."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.prove.backups.backups import Store

HEADER_BYTES = 128
_STAMP = r"\d{8}T\d{6}Z"
_LISTED = re.compile(
    rf"(\d+) ([a-z0-9.-]+)/({_STAMP})/(base|manifest\.json|(\d{{15}})-({_STAMP})-(master|replica)-(\d+))"
)


class Segment(NamedTuple):
    """A piece of the stream of bytes of a chain."""

    first: int
    """Where it begins in the stream."""
    until: str
    """The moment until which the pod had written nothing else, such as 20261130T120000Z."""
    role: str
    length: int
    """Bytes, without its header."""

    @property
    def name(self) -> str:
        """Of the object."""
        return f"{self.first:015d}-{self.until}-{self.role}-{self.length}"


class Chain(NamedTuple):
    """A base, and the segments that follow it without a hole."""

    pod: str
    id: str
    """The moment with which it begins."""
    segments: tuple[Segment, ...]
    size: int
    """Bytes of all its objects."""
    problem: str
    """Why it leads nowhere, or no further; empty where nothing is known against it."""

    @property
    def until(self) -> str:
        """The last moment that it leads to; its beginning where that is none."""
        return self.segments[-1].until if self.segments else self.id

    @property
    def leads(self) -> bool:
        """Whether a moment can be restored with it."""
        return bool(self.segments) and self.problem != WITHOUT_BASE


WITHOUT_BASE = "its base is missing"


class Span(NamedTuple):
    """From when to when every moment can be restored."""

    since: str
    until: str


def chains(listing: Iterable[str]) -> tuple[Chain, ...]:
    """The chains of a listing of sizes and paths, by pod and beginning."""
    found: dict[tuple[str, str], list[tuple[str, int, Segment | None]]] = {}
    for match in filter(None, map(_LISTED.fullmatch, listing)):
        segment = Segment(int(match[5]), match[6], match[7], int(match[8])) if match[5] else None
        found.setdefault((match[2], match[3]), []).append((match[4], int(match[1]), segment))
    return tuple(_chain(*key, sorted(found[key])) for key in sorted(found))


def _chain(pod: str, name: str, files: list[tuple[str, int, Segment | None]]) -> Chain:
    kept: list[Segment] = []
    reached, problem = 0, ""
    for _, size, segment in files:
        # A segment of another size is one whose upload did not end.
        if segment is None or size != segment.length + HEADER_BYTES:
            continue
        if segment.first > reached:
            problem = f"a segment is missing after {kept[-1].until if kept else name}"
            break
        reached = max(reached, segment.first + segment.length)
        kept.append(segment)
    if not {"base", "manifest.json"} <= {file for file, _, _ in files}:
        problem = WITHOUT_BASE
    return Chain(pod, name, tuple(kept), sum(size for _, size, _ in files), problem)


def spans(found: Iterable[Chain]) -> tuple[Span, ...]:
    """The times in which every moment can be restored, in order; between two of them is a gap."""
    merged: list[Span] = []
    for each in sorted(
        Span(chain.id, chain.until) for chain in found if chain.leads and chain.until > chain.id
    ):
        if merged and each.since <= merged[-1].until:
            merged[-1] = Span(merged[-1].since, max(merged[-1].until, each.until))
        else:
            merged.append(each)
    return tuple(merged)


def checked(store: Store, found: Iterable[Chain]) -> Iterator[Chain]:
    """The chains after every object of them was read to its end; one chain at a time lies in a folder of /tmp."""
    for chain in found:
        if chain.problem == WITHOUT_BASE:
            yield chain
            continue
        with tempfile.TemporaryDirectory() as folder:
            place = f"{store.place}{store.separator}{chain.pod}/{chain.id}"
            store.rclone.output("copy", place, folder, limit_s=None)
            yield _read(chain, Path(folder))


def _read(chain: Chain, folder: Path) -> Chain:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(errors="replace"))
        wanted = manifest["sha256"]
    except (ValueError, KeyError, TypeError, OSError):
        return chain._replace(segments=(), problem="its manifest is damaged")
    if not (folder / "base").exists() or _sum((folder / "base").read_bytes()) != wanted:
        return chain._replace(segments=(), problem="its base is damaged")
    for index, segment in enumerate(chain.segments):
        data = (folder / segment.name).read_bytes()
        header, body = data[:HEADER_BYTES], data[HEADER_BYTES:]
        if header != f"segment 1 sha256 {_sum(body):110}\n".encode():
            problem = f"the segment until {segment.until} is damaged"
            return chain._replace(segments=chain.segments[:index], problem=problem)
    return chain


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
