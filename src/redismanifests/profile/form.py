"""Form: from a document to a Profile, or to findings about its form, all of them at once.

Unknown keys, missing keys and values of the wrong type are found by pydantic; here they become sentences at a place.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pydantic_core import ValidationError

from redismanifests.core.findings import Change, Finding, FindingKind, Path, ProfileRefused, Severity
from redismanifests.core.pattern import pattern
from redismanifests.core.setting import Section
from redismanifests.core.sources.yamlfault import NO_TEMPLATE
from redismanifests.core.validator import setting_types, validator
from redismanifests.core.values.scalar import kind
from redismanifests.profile.defaults import completed
from redismanifests.profile.model import Profile
from redismanifests.profile.place import keys_in_order, required, section_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from redismanifests.core.sources.source import Source

UNKNOWN_KEY = FindingKind(
    "RM003",
    "unknown-key",
    Severity.ERROR,
    "A key that no setting has.\n\n"
    "Kubernetes and Helm ignore such keys, so a typing error silently becomes a default. Here it is refused, "
    "with the key that was probably meant.\n\n"
    "Source: YAML 1.2.2; docs/profile.md.",
)

INVALID_VALUE = FindingKind(
    "RM004",
    "invalid-value",
    Severity.ERROR,
    "The value is not of the setting's type, or outside of its range. `schema` lists them.\n\n"
    "Source: YAML 1.2.2; docs/profile.md.",
)

MISSING_KEY = FindingKind(
    "RM005",
    "missing-key",
    Severity.ERROR,
    "A setting without a default: name, namespace, and the parts of a list item. "
    "Add the key with a value of your own.\n\n"
    "Source: YAML 1.2.2; docs/profile.md.",
)

_NEAR, _ALL_BUT_THE_SAME = 0.6, 0.85
"""How alike a name must be to be suggested, as difflib counts."""
_MOST_PLACES, _DEEPEST = 4, 5
_MOST = 100
"""Most faults of form that are reported: more are not read, and each needs a search for similar keys."""
_VARIABLE = pattern(r"\$\{\w+[^}]*\}|\$\(\w+\)|^\$\w+$|\{\{.*\}\}|^([%@])\w+\1$")
_PLACEHOLDER = pattern(r"<[^<>]*>|CHANGE[-_ ]?ME|TODO|\.\.\.", re.IGNORECASE)
"""As a shell, envsubst, Helm and Windows write one; only where a value is no value of its setting."""


def profile_from(source: Source) -> Profile:
    """The complete profile that ``source`` describes; raises ProfileRefused with every finding about its form."""
    if not isinstance(source.value, dict):
        fact = f"a profile is a mapping, and this is {kind(source.value)}"
        raise ProfileRefused(
            [INVALID_VALUE.at(source, (), fact, "write keys and values, such as name: redis")]
        )
    try:
        profile = validated(source.value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        found = [_finding(source, problem) for problem in problems[:_MOST]]
        if len(problems) > _MOST:
            fact = f"{len(problems) - _MOST} more values or keys are wrong and not shown"
            found.append(INVALID_VALUE.at(source, (), fact, "correct those that are shown, and check again"))
        raise ProfileRefused(sorted(found, key=Finding.sort_key)) from None
    return completed(profile)


def validated(value: object) -> Profile:
    """The profile of plain data, promises of computed defaults not kept; raises pydantic's ValidationError."""
    profile: Profile = validator(Profile).validate_python(value)
    return profile


def _finding(source: Source, problem: ErrorDetails) -> Finding:
    # pydantic marks a fault of a mapping's key, as opposed to its value, at the end of the location.
    at_key = problem["loc"][-1:] == ("[key]",)
    path = problem["loc"][:-1] if at_key else problem["loc"]
    if problem["type"] == "extra_forbidden":
        return _unknown_key(source, path)
    if problem["type"] == "missing":
        key = str(path[-1])
        example = _example(path)
        fix = f"add {key}: {example}" if example else f"add {key}"
        return MISSING_KEY.at(source, path, f"{key} is missing", fix, at_key=True)
    from redismanifests.profile.advice import sentence  # noqa: PLC0415 (only where a value is wrong)

    # Of a key, the path leads to its value.
    fact, fix = sentence(problem, () if at_key else path)
    if isinstance(problem["input"], str) and _VARIABLE.search(problem["input"]):
        fact, fix = f"{problem['input'][:60]!r} is a variable of a template", NO_TEMPLATE
    elif isinstance(problem["input"], str) and _PLACEHOLDER.fullmatch(problem["input"]):
        fact, fix = f"{problem['input'][:60]!r} is a placeholder", "replace it with the value"
    return INVALID_VALUE.at(source, path, fact, fix, at_key=at_key, changes=_requoted(problem, path))


def _unknown_key(source: Source, path: Path) -> Finding:
    from difflib import get_close_matches  # noqa: PLC0415 (only where a key is wrong)

    from redismanifests.profile.advice import slip_of  # noqa: PLC0415 (as above)

    key = str(path[-1])
    known = sorted(_keys(path[:-1]))
    lowered = {name.lower(): name for name in known}
    slip = slip_of(path) or _undotted(path)
    elsewhere = [] if slip else _elsewhere(key)
    # A key that exists elsewhere with this name is meant, unless a key here is almost the same.
    cutoff = _ALL_BUT_THE_SAME if elsewhere else _NEAR
    plain = key.lower().replace("_", "").replace("-", "")
    near = [] if slip else get_close_matches(plain, lowered, n=1, cutoff=cutoff)
    if slip:
        fix = slip
    elif near:
        fix = f"did you mean {lowered[near[0]]}?"
    elif elsewhere:
        fix = f"did you mean {' or '.join(elsewhere)}?"
    else:
        fix = f"remove it, or use one of: {', '.join(known)}" if known else "remove it"
    where = ".".join(str(step) for step in path[:-1]) or "a profile"
    changes = (Change(path, lowered[near[0]], renames=True),) if near else ()
    return UNKNOWN_KEY.at(source, path, f"{where} has no {key}", fix, at_key=True, changes=changes)


def _undotted(path: Path) -> str:
    """How the last key of ``path`` is written, where it is the dotted name of a setting; else empty."""
    *sections, last = str(path[-1]).split(".")
    if not sections or last not in _keys((*path[:-1], *sections)):
        return ""
    return f"write {''.join(f'{each}: {{' for each in sections)}{last}: ...{'}' * len(sections)}"


@cache
def _elsewhere(key: str) -> list[str]:
    """The settings of this name in other sections, as paths, the shortest first; none where they are many."""
    found = _places().get(key.lower(), [])
    return [path for _, path in sorted(found)] if len(found) <= _MOST_PLACES else []


@cache
def _places() -> dict[str, list[tuple[int, str]]]:
    """Places of settings by their names in lower case: depth and path. A walk for each key takes seconds."""
    found: dict[str, list[tuple[int, str]]] = {}
    sections: list[tuple[Path, type[Section]]] = [((), Profile)]
    for path, section in sections:
        types = setting_types(section)
        for key, declared in section.settings.items():
            at = (*path, declared.alias)
            found.setdefault(declared.alias.lower(), []).append((len(at), ".".join(map(str, at))))
            # A section that a profile may leave out is not entered: an image would be meant in too many places.
            below = types[key]
            if isinstance(below, type) and issubclass(below, Section) and len(at) < _DEEPEST:
                sections.append((at, below))
    return found


def _requoted(problem: ErrorDetails, path: Path) -> tuple[Change, ...]:
    """The same value as text, or taken out of its quotes, where that is all that is wrong with it."""
    given = problem["input"]
    match problem["type"]:
        case "string_type" if isinstance(given, (int, float)) and not isinstance(given, bool):
            return (Change(path, str(given)),)
        case "int_type" if isinstance(given, str) and given.isdecimal():
            return (Change(path, int(given)),)
        case "bool_type" if given in ("true", "false"):
            return (Change(path, given == "true"),)
    return ()


def _keys(path: Path) -> set[str]:
    return set(keys_in_order(path))


def _example(path: Path) -> str:
    if (missing := section_at(path)) is not None:
        return required(missing)
    section = section_at(path[:-1])
    for each in section.settings.values() if section else ():
        if each.alias == path[-1] and each.examples:
            return str(each.examples[0])
    return ""
