"""Form: from a document to a Profile, or to findings about its form, all of them at once.

Unknown keys, missing keys and values of the wrong type are found by pydantic; here they become sentences at a place.
What must not come in: whether values fit together (rules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from redismanifests.core.findings import INVALID_VALUE, MISSING_KEY, UNKNOWN_KEY, Change, Finding, Path
from redismanifests.core.scalar import kind
from redismanifests.core.setting import Section, complete
from redismanifests.errors import ProfileRefused
from redismanifests.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.source import Source

COMMON_SLIPS = {
    "metadata": "name and namespace stand at the top of a profile",
    "apiVersion": "a profile is no Kubernetes object: write schemaVersion: 1",
    "kind": "a profile is no Kubernetes object: write schemaVersion: 1",
    "spec": "the settings stand at the top of a profile",
}
"""Keys of other formats that people try first."""


def profile_from(source: Source) -> Profile:
    """The complete profile that ``source`` describes; raises ProfileRefused with every finding about its form."""
    if not isinstance(source.value, dict):
        fact = f"a profile is a mapping, and this is {kind(source.value)}"
        raise ProfileRefused(
            [INVALID_VALUE.at(source, (), fact, "write keys and values, such as name: redis")]
        )
    try:
        profile = Profile.model_validate(source.value)
    except ValidationError as error:
        found = [_finding(source, dict(problem)) for problem in error.errors(include_url=False)]
        raise ProfileRefused(sorted(found, key=Finding.sort_key)) from None
    return complete(profile)


def _finding(source: Source, problem: Mapping[str, Any]) -> Finding:
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
    fact, fix = _sentence(problem)
    return INVALID_VALUE.at(source, path, fact, fix, at_key=at_key, changes=_requoted(problem, path))


def _unknown_key(source: Source, path: Path) -> Finding:
    from difflib import get_close_matches  # noqa: PLC0415 (only where a key is wrong)

    key = str(path[-1])
    known = sorted(_keys(path[:-1]))
    lowered = {name.lower(): name for name in known}
    near = (
        []
        if len(path) == 1 and key in COMMON_SLIPS
        else get_close_matches(key.lower().replace("_", "").replace("-", ""), lowered, n=1, cutoff=0.6)
    )
    if near:
        fix = f"did you mean {lowered[near[0]]}?"
    elif len(path) == 1 and key in COMMON_SLIPS:
        fix = COMMON_SLIPS[key]
    else:
        fix = f"remove it, or use one of: {', '.join(known)}" if known else "remove it"
    where = ".".join(str(step) for step in path[:-1]) or "a profile"
    changes = (Change(path, lowered[near[0]], renames=True),) if near else ()
    return UNKNOWN_KEY.at(source, path, f"{where} has no {key}", fix, at_key=True, changes=changes)


def _requoted(problem: Mapping[str, Any], path: Path) -> tuple[Change, ...]:
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


def _sentence(problem: Mapping[str, Any]) -> tuple[str, str]:  # noqa: PLR0911 (a table)
    """Fact and fix of a value that is no value of its field."""
    given, context = problem["input"], problem.get("ctx", {})
    what = kind(given)
    shown = f"{given!s:.60}" if isinstance(given, (str, int, float)) and not isinstance(given, bool) else what
    match problem["type"]:
        case "value_error":
            fact, _, fix = str(context["error"]).rpartition(": ")
            return (fact, fix) if fact else (fix, "correct the value")
        case "literal_error":
            return f"{shown} is no value of this setting", f"write one of: {context['expected']}".replace(
                "'", ""
            )
        case "string_type":
            fix = f'put it in quotes: "{shown}"' if isinstance(given, (int, float)) else "write a text"
            return f"{what} stands where a text is expected", fix
        case "int_type" | "bool_type" if isinstance(given, str):
            wanted = "a whole number" if problem["type"] == "int_type" else "true or false"
            literal = given.isdecimal() or given in ("true", "false")
            fix = f"take off the quotes: {given}" if literal else f"write {wanted}"
            return f"the text {shown!r} stands where {wanted} is expected", fix
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return f"{shown} is no whole number", "write a whole number"
        case "bool_type" | "bool_parsing":
            return f"{shown} is neither true nor false", "write true or false"
        case "greater_than_equal":
            return f"{shown} is too small", f"write {context['ge']} or more"
        case "less_than_equal":
            return f"{shown} is too large", f"write {context['le']} or less"
        case "string_too_long":
            return f"this has more than {context['max_length']} characters", "shorten it"
        case "model_type" | "model_attributes_type" | "dict_type":
            return (
                f"{what} stands where a mapping is expected",
                "write keys and values below it, or leave the key out",
            )
        case "tuple_type" | "list_type":
            return f"{what} stands where a list is expected", "write a list: lines that begin with '- '"
    return str(problem["msg"]), "correct the value"


def _section_at(path: Path) -> type[Section] | None:
    """The section that ``path`` leads to; an index leads to the section that a list is made of."""
    here: Any = Profile
    for step in path:
        if isinstance(step, int):
            here = next(iter(get_args(here)), None)
        elif isinstance(here, type) and issubclass(here, Section):
            here = next(
                (f.annotation for name, f in here.model_fields.items() if step in (f.alias, name)), None
            )
        else:
            return None
    return here if isinstance(here, type) and issubclass(here, Section) else None


def _keys(path: Path) -> set[str]:
    section = _section_at(path)
    return {field.alias or name for name, field in section.model_fields.items()} if section else set()


def _example(path: Path) -> str:
    section = _section_at(path[:-1])
    for field in section.model_fields.values() if section else ():
        if field.alias == path[-1] and field.examples:
            return str(field.examples[0])
    return ""
