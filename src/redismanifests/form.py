"""Form: from a document to a Profile, or to findings about its form, all of them at once.

Unknown keys, missing keys and values of the wrong type are found by pydantic; here they become sentences at a place.
What must not come in: whether values fit together (rules).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from redismanifests.core.findings import Finding, Path, Severity
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
        raise ProfileRefused([_invalid(source, (), fact, "write keys and values, such as name: redis")])
    try:
        profile = Profile.model_validate(source.value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise ProfileRefused([_finding(source, dict(problem)) for problem in problems]) from None
    return complete(profile)


def _finding(source: Source, problem: Mapping[str, Any]) -> Finding:
    path = _written(problem["loc"], source)
    if problem["type"] == "extra_forbidden":
        return _unknown_key(source, path)
    if problem["type"] == "missing":
        key = str(path[-1])
        example = _example(path)
        return Finding(
            code="RM005", name="missing-key", severity=Severity.ERROR, path=path, at_key=True, source=source,
            fact=f"{key} is missing", fix=f"add {key}: {example}" if example else f"add {key}",
        )  # fmt: skip
    fact, fix = _sentence(problem)
    return _invalid(source, path, fact, fix)


def _invalid(source: Source, path: Path, fact: str, fix: str) -> Finding:
    return Finding(
        code="RM004", name="invalid-value", severity=Severity.ERROR, path=path, source=source, fact=fact, fix=fix
    )


def _unknown_key(source: Source, path: Path) -> Finding:
    from difflib import get_close_matches

    key = str(path[-1])
    known = sorted(_keys(path[:-1]))
    lowered = {name.lower(): name for name in known}
    near = get_close_matches(key.lower().replace("_", "").replace("-", ""), lowered, n=1, cutoff=0.6)
    if near:
        fix = f"did you mean {lowered[near[0]]}?"
    elif len(path) == 1 and key in COMMON_SLIPS:
        fix = COMMON_SLIPS[key]
    else:
        fix = f"remove it, or use one of: {', '.join(known)}" if known else "remove it"
    where = ".".join(str(step) for step in path[:-1]) or "a profile"
    return Finding(
        code="RM003", name="unknown-key", severity=Severity.ERROR, path=path, at_key=True, source=source,
        fact=f"{where} has no {key}", fix=fix,
    )  # fmt: skip


def _sentence(problem: Mapping[str, Any]) -> tuple[str, str]:
    """Fact and fix of a value that is no value of its field."""
    given, context = problem["input"], problem.get("ctx", {})
    what = kind(given)
    shown = f"{given!s:.60}" if isinstance(given, (str, int, float)) and not isinstance(given, bool) else what
    match problem["type"]:
        case "value_error":
            fact, _, fix = str(context["error"]).rpartition(": ")
            return (fact, fix) if fact else (fix, "correct the value")
        case "literal_error":
            return f"{shown} is no value of this setting", f"write one of: {context['expected']}".replace("'", "")
        case "string_type":
            fix = f'put it in quotes: "{shown}"' if isinstance(given, (int, float)) else "write a text"
            return f"{what} stands where a text is expected", fix
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
            return f"{what} stands where a mapping is expected", "write keys and values below it, or leave the key out"
        case "tuple_type" | "list_type":
            return f"{what} stands where a list is expected", "write a list: lines that begin with '- '"
    return str(problem["msg"]), "correct the value"


def _written(location: tuple[str | int, ...], source: Source) -> Path:
    """``location`` without the marks that pydantic adds for keys of mappings."""
    path = tuple(step for step in location if step != "[key]")
    return path if not source.has(path) or path == location else path


def _model_at(path: Path) -> type[Section] | None:
    model: Any = Profile
    for step in path:
        if not (isinstance(model, type) and issubclass(model, Section)):
            return None
        field = next((f for n, f in model.model_fields.items() if step in (f.alias, n)), None)
        model = _section_of(field.annotation) if field else None
    return model if isinstance(model, type) and issubclass(model, Section) else None


def _section_of(annotation: Any) -> Any:
    """The section that an annotation speaks of; a list of sections is entered by any index."""
    return annotation


def _keys(path: Path) -> set[str]:
    steps = tuple(step for step in path if not isinstance(step, int))
    model = _model_at(steps)
    return {field.alias or name for name, field in model.model_fields.items()} if model else set()


def _example(path: Path) -> str:
    model = _model_at(tuple(step for step in path[:-1] if not isinstance(step, int)))
    for field in model.model_fields.values() if model else ():
        if field.alias == path[-1] and field.examples:
            return str(field.examples[0])
    return ""
