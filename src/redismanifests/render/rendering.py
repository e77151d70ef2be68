"""Rendering: the files that a profile gives, in memory: same profile, same bytes."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, cast

from redismanifests.core.named import NamedTuple
from redismanifests.core.quoting.checksum import checksum
from redismanifests.core.quoting.yamltext import Block, scalar
from redismanifests.core.sources.source import printable
from redismanifests.features.namespace.view import limit_range_objects
from redismanifests.features.views import FEATURES
from redismanifests.render.filling import filled, keep_built, text
from redismanifests.render.rendered import RenderedObject, Rendering

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.core.feature import ConfigTemplate, ObjectTemplate
    from redismanifests.core.object import Manifest
    from redismanifests.core.values.limit_range import LimitRange
    from redismanifests.profile.model import Profile


class TextView(NamedTuple):
    """One file in a ConfigMap."""

    name: str
    content: Block


class ConfigView(NamedTuple):
    """A ConfigMap, as the templates see it."""

    name: str
    texts: tuple[TextView, ...]
    checksum: str
    """Over exactly what the pods mount, so that nothing else rolls them."""


def rendering(profile: Profile, profile_name: str, limit_ranges: Sequence[LimitRange] = ()) -> Rendering:
    """What ``profile`` gives; ``profile_name`` is the name of its file, for the headers.

    ``limit_ranges`` are those of the namespace, rendered where the profile asks for it.
    """
    context: dict[str, object] = {f.name: f.view(profile) for f in FEATURES if f.view}
    configs = {
        c.component: (c, _config(c, context)) for f in FEATURES if f.configs for c in f.configs(profile)
    }
    texts: dict[str, str] = {}
    held: dict[str, ConfigView] = {}
    for config, view in configs.values():
        texts[config.file] = _text(config.template, {**context, **config.facts, "config": view}, profile_name)
        held[config.file] = view
    for thing in (*_objects(profile), *limit_range_objects(profile, limit_ranges)):
        facts = {**context, **thing.facts}
        if thing.config:
            facts["config"] = configs[thing.config][1]
        texts[thing.file] = _text(thing.template, facts, profile_name)
    keep_built()
    files = sorted(texts)
    bare = {file: _bare(texts[file], held[file]) if file in held else texts[file] for file in files}
    objects = tuple(RenderedObject(file, _read(bare[file], held.get(file))) for file in files)
    return Rendering({file: texts[file].encode() for file in files}, objects, bare)


def _bare(text: str, held: ConfigView) -> str:
    """A rendered ConfigMap with "" in the place of each text that it holds."""
    parts, at = [], 0
    for each in held.texts:
        key = f"\n  {scalar(each.name)}: "
        begin = text.index(key, at) + len(key)
        written = scalar(each.content)
        assert text.startswith(written, begin), f"{held.name} holds another {each.name}"
        parts += [text[at:begin], '""']
        at = begin + len(written)
    return "".join([*parts, text[at:]])


def _read(bare: str, held: ConfigView | None) -> Manifest:
    """The object of a file, as a reader of YAML gets it.

    YAML 1.2 here; that readers of 1.1 agree follows from core/quoting/yamltext.py, and tests hold it to that.
    """
    import yaml12  # noqa: PLC0415 (`show` and `explain` do not render)

    found = cast("Manifest", yaml12.parse_yaml(bare))
    for each in held.texts if held else ():
        found["data"][each.name] = _held(each.content)
    return found


@lru_cache(maxsize=64)  # scripts are the same in every profile of a run
def _held(content: Block) -> str:
    """A text that a ConfigMap holds, as a reader gets it: what is around a scalar does not change it."""
    import yaml12  # noqa: PLC0415 (as above)

    return cast("dict[str, dict[str, str]]", yaml12.parse_yaml(f"data:\n  text: {scalar(content)}\n"))[
        "data"
    ]["text"]


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    for feature in FEATURES:
        if feature.objects:
            yield from feature.objects(profile)


def _config(config: ConfigTemplate, context: Mapping[str, object]) -> ConfigView:
    texts = []
    for name, source in sorted(config.texts.items()):
        is_template = source.endswith(".j2")
        content = Block(filled(source, {**context, **config.facts})) if is_template else _as_it_is(source)
        texts.append(TextView(name, content))
    return ConfigView(config.name, tuple(texts), checksum({t.name: t.content for t in texts}))


@cache
def _as_it_is(source: str) -> Block:
    return Block(text(source))


def _text(name: str, facts: Mapping[str, object], profile_name: str) -> str:
    header = (
        f"# Rendered by redismanifests from {printable(profile_name)} with templates/{name}.\n"
        "# Do not edit: change the profile and render again.\n"
    )
    return header + filled(name, facts)
