"""Objects: what `check` does with Kubernetes objects in the place of profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redismanifests.cli.manifests.changed import profiles_of
from redismanifests.cli.paths import each_once, is_directory, skipped_text, yaml_files
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.final import Placed


class Given:
    """What was named on the command line: profiles, and Kubernetes objects."""

    def __init__(self, paths: tuple[Path, ...], *, changed: bool = False) -> None:
        """Look into each file, and read standard input where a path is `-`.

        ``changed``: they are files of a commit, and the profiles are those that it is about.
        """
        from redismanifests.core.sources.reading import shown

        self.profiles: list[Path] = []
        self.objects: tuple[Placed, ...] = ()
        self.skipped: list[Path] = []
        """Files of objects beside profiles."""
        self.data: dict[Path, bytes] = {}
        """Content of the profiles; standard input and pipes can be read once only."""
        self._objects: dict[Path, str] = {}
        for path in profiles_of(paths) if changed else each_once(paths):
            self._take(path)
        self.profiles = each_once(self.profiles)
        for file in each_once(self._objects):
            from redismanifests.judge import final

            self.objects += final.read(shown(file), self._objects[file])
        if skipped := each_once(self.skipped):
            click.echo(skipped_text(skipped), err=True)

    def source(self, path: Path) -> Source:
        """The document of a profile; raises SourceError."""
        from redismanifests.core.sources.reading import shown
        from redismanifests.core.sources.source import source_from_bytes, source_from_file

        if path in self.data:
            return source_from_bytes(shown(path), self.data[path])
        return source_from_file(path)

    def _take(self, path: Path) -> None:
        from redismanifests.core.object import holds_objects

        folder = is_directory(path)
        files = yaml_files(path) if folder else [path]
        read = {file: data for file in files if (data := _data(file)) is not None}
        texts = {file: text for file, data in read.items() if (text := _text(data)) is not None}
        held = {file: text for file, text in texts.items() if holds_objects(text)}
        # Beside profiles lie the limits of their namespaces; a folder of objects only is what will be applied.
        if held and (len(held) == len(files) or not folder):
            self._objects |= held
            return
        self.data |= {file: data for file, data in read.items() if file not in held}
        self.skipped += held
        self.profiles += [file for file in files if file not in held]


def judged_objects(objects: Sequence[Placed], profile: Path | None) -> list[tuple[str, list[Finding]]]:
    """What is found in each file of objects; those without a finding, too."""
    from redismanifests.judge import final

    version = _version_of(profile)
    found = final.judgement(objects, version)
    for line in found.sentences:
        click.echo(line, err=True)
    return [
        (name, [finding for finding in found.findings if finding.source and finding.source.name == name])
        for name in dict.fromkeys(each.name for each in objects)
    ]


def _data(path: Path) -> bytes | None:
    """The content of a file; None if the error is reported later, when it is read as a profile."""
    from redismanifests.core.object import MAX_BYTES
    from redismanifests.core.sources.reading import bounded

    try:
        data = bounded(path, MAX_BYTES)
    except (OSError, ValueError):
        return None
    if len(data) > MAX_BYTES:
        raise RedismanifestsError(
            f"{path} is larger than {MAX_BYTES >> 20} MiB", "give the objects of one deployment"
        )
    return data


def _text(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _version_of(profile: Path | None) -> str:
    """The Kubernetes that a profile names; the one that profiles have by default without one."""
    from redismanifests.core.sources.source import source_from_file
    from redismanifests.profile.form import profile_from
    from redismanifests.profile.model import Profile

    if profile is None:
        return str(Profile.settings["kubernetes_version"].default)
    return str(profile_from(source_from_file(profile)).kubernetes_version)
