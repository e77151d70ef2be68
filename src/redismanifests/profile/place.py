"""Place: what is declared at a path of a profile: sections, their keys, and examples of a value."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

from redismanifests.core.named import NamedTuple
from redismanifests.core.setting import Section
from redismanifests.core.validator import setting_types
from redismanifests.profile.model import Profile

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.setting import Setting


class Declared(NamedTuple):
    """A setting, the section that it is part of, and the way from it to a value inside of it."""

    section: type[Section]
    setting: Setting
    rest: Path


def section_at(path: Path) -> type[Section] | None:
    """The section that ``path`` leads to; an index leads to the section that a list is made of."""
    here: Any = Profile
    for step in path:
        if isinstance(step, int):
            here = next(iter(get_args(here)), None)
        elif isinstance(here, type) and issubclass(here, Section):
            keys = {word: key for key, each in here.settings.items() for word in (key, each.alias)}
            here = present(setting_types(here)[keys[step]]) if step in keys else None
        else:
            return None
    return here if isinstance(here, type) and issubclass(here, Section) else None


def present(declared: Any) -> Any:
    """The type of a section that a profile may leave out, where it has one; every other type unchanged."""
    if NoneType not in get_args(declared):
        return declared
    return next(each for each in get_args(declared) if each is not NoneType)


def keys_in_order(path: Path) -> list[str]:
    """The keys of the section at ``path`` as the profile's own description lists them; none where it is no section."""
    section = section_at(path)
    return [each.alias for each in section.settings.values()] if section else []


def required(section: type[Section]) -> str:
    """What a section must have, as its examples, in braces: ``{kind: s3}``; empty where an example is missing."""
    parts = []
    for each in section.settings.values():
        if each.required:
            below = present(setting_types(section)[each.key])
            inner = required(below) if isinstance(below, type) and issubclass(below, Section) else ""
            shown = inner or (str(each.examples[0]) if each.examples else "")
            if not shown:
                return ""
            parts.append(f"{each.alias}: {shown}")
    return f"{{{', '.join(parts)}}}"


def declared(path: Path) -> Declared | None:
    """The setting that ``path`` leads to, or into; None where it leads to none."""
    for at in reversed(range(len(path))):
        section = section_at(path[:at])
        for each in section.settings.values() if section else ():
            if each.alias == path[at] and section is not None:
                return Declared(section, each, path[at + 1 :])
    return None


def examples(path: Path) -> list[object]:
    """Values of the setting at ``path``: its default, and its examples; none where they are no words."""
    found = declared(path)
    if found is None:
        return []
    values: list[Any] = [found.setting.default, *(found.setting.examples or ())]
    for step in found.rest:
        values = [each[step] for each in values if isinstance(each, (list, tuple)) and step == 0 and each]
    return [each for each in values if _is_word(each)]


def _is_word(value: object) -> bool:
    plain = value is None or value is ... or isinstance(value, (bool, list, tuple, dict, Section))
    return not plain and bool(str(value))
