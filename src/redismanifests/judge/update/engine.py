"""Engine: another version or engine than the one that wrote the volumes: what it cannot read, what has no way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.values.image import Image
from redismanifests.judge.update.identity import component
from redismanifests.profile.formulas import format as formats
from redismanifests.profile.formulas.engine import engine_of, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source
    from redismanifests.profile.model import Profile

DATA_UNREADABLE = FindingKind(
    "RM216",
    "data-unreadable-after-update",
    Severity.ERROR,
    """
    The new image cannot load what the old one has written: an older version, or Redis where Valkey 9 was, or Valkey
    where a Redis from 7.4 on was.

    A dump has the version of its format; the append-only file begins with a dump, and a replica's copy is one.
    A server refuses a version that it does not know and ends. So the first new pod never becomes ready, and where
    all pods were away, none does. No data are lost: with the old image all of them start again. Redis before 7.0
    is worse: it does not look into the directory of an append-only file and starts empty.

    The table of what each line writes and loads, and the ways to go back: docs/engines.md.

    Source: measured (docs/engines.md); rdb.c, rdbLoadRioWithLoadingCtx; redis/redis#14064; argoproj/argo-helm#3272.
    """,
    waivable=False,
)

ENGINE_CHANGED = FindingKind(
    "RM217",
    "engine-changed",
    Severity.WARNING,
    """
    The engine changes, or its version, and the old image could not take over again: it does not load what the new
    one writes. From the first volume on that a new pod has written, and from the first new master on, going back
    means a copy of the data from before.

    Pods of the old image that need a full copy while the rollout runs do not get one from a master of the new
    image. They are replaced next, and the new ones do.

    Where a tag names no version, or one that the table lacks, nothing can be said of its files.

    Source: measured (docs/engines.md); redis/redis#13007; valkey-io/valkey#2735.
    """,
    waivable=False,
)


_UNDO = "keep a copy of the data before: redis-cli --rdb FILE (docs/engines.md, Going back)"


def changes(profile: Profile, source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    """A StatefulSet of Redis, as deployed and as rendered; Sentinels keep nothing that another version must read."""
    before, after = _image(old), _image(new)
    if component(new) != "redis" or before is None or after is None or str(before) == str(after):
        return
    path = ("redis", "image") if "image" in profile.redis.model_fields_set else ("engine",)
    was, is_ = line_of(profile.engine, before), line_of(profile.engine, after)
    if was is not None and was == is_:
        return
    if was not in formats.DUMPS or is_ not in formats.DUMPS:
        unknown = [str(image) for image, line in ((before, was), (after, is_)) if line not in formats.DUMPS]
        fact = f"{before} becomes {after}; which files {' and '.join(unknown)} writes and loads is not known here"
        yield ENGINE_CHANGED.at(source, path, fact, f"try it on a copy of a volume, and {_UNDO}")
        return
    update = formats.update(was, is_)
    if not update.disk:
        yield DATA_UNREADABLE.at(source, path, _unreadable(was, is_, update), _ways_out(was, before))
    elif not update.disk_back:
        yield ENGINE_CHANGED.at(source, path, _one_way(was, is_, update), f"let the rollout end; {_UNDO}")
    elif engine_of(profile.engine, before) != engine_of(profile.engine, after):
        fact = (
            f"{was} becomes {is_}: both read each other's files (dumps of version {formats.DUMPS[was]} and "
            f"{formats.DUMPS[is_]}); commands, directives and messages of the two differ"
        )
        yield ENGINE_CHANGED.at(source, path, fact, f"rehearse it with the new server; {_UNDO}")


def _unreadable(was: str, is_: str, update: formats.Update) -> str:
    wrote = f"{was} wrote the volumes (dumps of version {formats.DUMPS[was]})"
    if is_ in formats.ONE_FILE and was not in formats.ONE_FILE:
        return f"{wrote}, and {is_} finds no append-only file in a directory: it starts empty, without a word"
    copy = (
        f"only a copy from a master that still runs {was} helps, and none when all pods were away"
        if update.copy
        else "nor a copy from the master: the rollout stops at its first pod"
    )
    return f"{wrote}, and {is_} loads {formats.most(is_)}: it reads no volume, {copy}"


def _ways_out(was: str, before: Image) -> str:
    return (
        f"stay with {before}, or any newer version that reads {formats.DUMPS[was]}\n"
        "or have the append-only files rewritten as commands first, and stop all pods (docs/engines.md, Going back)"
    )


def _one_way(was: str, is_: str, update: formats.Update) -> str:
    copies = (
        "" if update.copy_back else "; nor takes an old pod a copy from a new master while it is rolled out"
    )
    return (
        f"there is no way back: {is_} writes dumps of version {formats.DUMPS[is_]}, and {was} loads {formats.most(was)}"
        f"{copies}"
    )


def _image(manifest: Manifest) -> Image | None:
    """The image of the server's container: the one of the component's name, or the first; None where it is none."""
    containers = manifest["spec"]["template"]["spec"]["containers"]
    named = [each for each in containers if each.get("name") == component(manifest)] or containers
    try:
        return Image.parse(str(named[0]["image"]))
    except ValueError:
        return None
