"""Advice: what to write in the place of a value that its setting does not take.

The type of a value does not know the setting, so each value that an advice names is tried at its place: what would be
refused again is left out, and where nothing is left the advice of that refusal is given.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pydantic_core import ValidationError

from redismanifests.core.findings import SourceError
from redismanifests.core.quoting.yamltext import scalar
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.validator import setting_types, validator
from redismanifests.core.values.scalar import Refusal, kind
from redismanifests.profile.place import declared, examples, keys_in_order, required, section_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from redismanifests.core.findings import Path
    from redismanifests.core.setting import Section

_MOST_PLACES = 4
"""A word that fits more of them is not asked about."""
_MOST_STEPS = 4
"""Refusals that are followed, one after the other."""
_LONGEST_WORD = 60
_SECRETS = ("password", "passphrase", "token", "accesskey", "accesskeyid", "secretaccesskey")
_SWITCH = dict.fromkeys(("true", "yes", "on"), "true") | dict.fromkeys(("false", "no", "off"), "false")
_EXAMPLE = "such as {}"
_LINES = "lines that begin with '- '"
_OF_A_CHART = (
    "this is a value of a Helm chart, not of a profile: redismanifests migrate makes one of such values"
)
_PASSWORD = (
    "a profile holds no password: write auth.mode: password, and put it into the Secret auth.secretName"
)
_MONITORING = "write monitoring: {enabled: true}; exporters has what exports the metrics"
COMMON_SLIPS = (
    {
        "metadata": "name and namespace belong to the top level of a profile",
        "apiVersion": "a profile is no Kubernetes object: write schemaVersion: 1",
        "kind": "a profile is no Kubernetes object: write schemaVersion: 1",
        "spec": "settings belong to the top level of a profile",
        "extends": "no profile extends another: write one for each environment",
        "include": "no profile includes another: write one for each environment",
        "auth.enabled": "write mode: password, or mode: acl",
        "sentinel.enabled": "remove it: there is always a Sentinel",
        "auth.password": _PASSWORD,
        "redis.password": _PASSWORD,
        "password": _PASSWORD,
        "backup.cron": "did you mean schedule?",
        "backup.retention": "did you mean keep?",
        "backup.keep.days": "write age, in hours: 30 days are age: 720h",
        "monitoring.alerts": "remove it: all alerts are on with enabled: true, but those of off",
        "monitoring.disable": "did you mean off?",
        "monitoring.grafana": "did you mean dashboards?",
        "monitoring.serviceMonitor": "write scrape: podMonitor",
    }
    | dict.fromkeys(("alerts", "alerting", "metrics", "grafana", "prometheus"), _MONITORING)
    | dict.fromkeys(
        ("architecture", "cluster", "global", "master", "replica", "fullnameOverride"), _OF_A_CHART
    )
)
"""Keys of other formats that people try first, by their place."""
_CLAIM = "write claim, and the name of a PersistentVolumeClaim as claim"
COMMON_VALUES: dict[Path, dict[str, str]] = {
    ("store", "kind"): (
        dict.fromkeys(("aws", "amazon"), "write s3")
        | dict.fromkeys(
            ("minio", "ceph", "rook", "r2", "b2", "wasabi", "spaces", "garage", "seaweedfs"),
            "write s3, and the address of the store as endpoint: it has the interface of S3",
        )
        | dict.fromkeys(("google", "gcp", "gs"), "write gcs")
        | dict.fromkeys(("blob", "azblob", "azureblob"), "write azure")
        | dict.fromkeys(("ssh", "scp", "rsync"), "write sftp")
        | dict.fromkeys(("pvc", "persistentvolumeclaim", "volume", "nfs", "local", "file"), _CLAIM)
    ),
    ("monitoring", "scrape"): dict.fromkeys(
        ("servicemonitor",), "write podMonitor: it selects the pods themselves"
    ),
    ("storage", "kind"): (
        dict.fromkeys(("pvc", "persistentvolumeclaim", "persistent", "disk"), "write claim")
        | dict.fromkeys(("none", "memory", "tmpfs", "ephemeral"), "write emptyDir")
    ),
}
"""Words of others for a value, in lower case, by the last keys of its place."""
_NEAR_VALUE = 0.75
"""How alike a value must be to be suggested, as difflib counts."""


def slip_of(path: Path) -> str:
    """What to do about a key that other formats have, or that many expect here; empty for any other."""
    key, keys = str(path[-1]).lower().replace("_", ""), keys_in_order(path[:-1])
    if key in _SECRETS and "secretName" in keys:
        return "a profile holds no password: put it into a Secret, and write its name as secretName"
    if key == "enabled" and keys and (found := declared(path[:-1])) and found.setting.default is None:
        return "remove it: the section is on where it is written, and off where it is left out"
    return COMMON_SLIPS.get(".".join(map(str, path)), "")


def sentence(problem: ErrorDetails, path: Path) -> tuple[str, str]:
    """Fact and fix of a value that is no value of the setting at ``path``."""
    fact, fix = _sentence(problem, path, _MOST_STEPS)
    if problem["type"] == "model_type":
        fix = _meant(path, problem["input"]) or fix
    return fact, fix


def _sentence(problem: ErrorDetails, path: Path, steps: int) -> tuple[str, str]:  # noqa: PLR0911, PLR0912 (a table)
    given, context = problem["input"], problem.get("ctx", {})
    what = kind(given)
    number = isinstance(given, (int, float)) and not isinstance(given, bool)
    shown = f"{given!s:.60}" if isinstance(given, str) or number else what
    match problem["type"]:
        case "value_error" if isinstance(context["error"], Refusal):
            return context["error"].fact, _fix(context["error"], path, steps)
        case "value_error":
            fact, _, fix = str(context["error"]).rpartition(": ")
            return (fact, fix) if fact else (fix, _example(path))
        case "literal_error" | "enum":
            return f"{shown} is no value of this setting", _choice(path, given, context["expected"])
        case "string_type":
            fix = f'put it in quotes: "{shown}"' if number else "write a string"
            # A key without a value, and a number, are judged as the string that would be written.
            meant = (str(given),) if number else ("",) if given is None else ()
            return f"{what} is not a string", _followed(path, meant, steps) or fix
        case "int_type" if isinstance(given, str):
            fact = f"the string {shown!r} is not a whole number"
            if not given.isdecimal():
                return fact, "write a whole number"
            return fact, _followed(path, (int(given),), steps) or f"take off the quotes: {given}"
        case "bool_type" if isinstance(given, str):
            fix = f"take off the quotes: {given}" if given in ("true", "false") else "write true or false"
            return f"the string {shown!r} is not true or false", fix
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            whole = number and float(given).is_integer() and refusal(path, int(given)) is None
            return f"{shown} is no whole number", f"write {int(given)}" if whole else "write a whole number"
        case "bool_type" | "bool_parsing":
            return f"{shown} is neither true nor false", "write true or false"
        case "greater_than_equal":
            return f"{shown} is too small", f"write {context['ge']} or more"
        case "less_than_equal":
            return f"{shown} is too large", f"write {context['le']} or less"
        case "string_too_long":
            return f"this has more than {context['max_length']} characters", "shorten it"
        case "string_too_short":
            return "it is empty", _example(path)
        case "string_pattern_mismatch":
            return f"{shown!r} is no value of this setting", _example(path)
        case "too_short":
            found = _examples((*path, 0))
            return "it is empty", f"write a list: [{found[0]}]" if found else "write an entry"
        case "model_type" | "model_attributes_type" | "dict_type":
            section = section_at(path)
            shape = required(section) if section else ""
            keys = f"write {shape}" if shape else "write keys and values below it"
            return f"{what} is not a mapping", f"{keys}, or leave the key out"
        case "tuple_type" | "list_type":
            alone = (
                (number or isinstance(given, str)) and "\n" not in shown and refusal(path, [given]) is None
            )
            return f"{what} is not a list", f"write a list: {_list_of(given) if alone else _LINES}"
    return str(problem["msg"]), _example(path)


def _fix(refused: Refusal, path: Path, steps: int) -> str:
    """The fix of ``refused`` with the values that the setting takes."""
    taken = [value for value in refused.values if refusal(path, value) is None]
    if "{}" not in refused.fix and len(taken) == len(refused.values):
        return refused.fix
    if _EXAMPLE in refused.fix:
        taken = _examples(path)[:1] or taken
    if "{}" in refused.fix and taken:
        return refused.with_values([_written(path, each) for each in taken])
    return _followed(path, reversed(refused.values), steps) or _example(path)


def _choice(path: Path, given: object, expected: str) -> str:
    """Which of the ``expected`` values to write, pydantic's list of them: the one that is meant, else one of all."""
    every = {each.lower(): each for each in re.findall("'([^']*)'", expected)}
    word = str(given).strip().lower()
    if said := COMMON_VALUES.get(path[-2:], {}).get(word):
        return said
    from difflib import get_close_matches  # noqa: PLC0415 (only where a value is wrong)

    near = [word] if word in every else get_close_matches(word, every, n=1, cutoff=_NEAR_VALUE)
    of_all = f"write {'one of: ' if ' or ' in expected else ''}{expected}".replace("'", "")
    return f"write {_written(path, every[near[0]])}" if near and isinstance(given, str) else of_all


def _written(path: Path, value: str) -> str:
    """As YAML has it: in quotes where it would be read as another value, which is refused."""
    read = _read(value)
    return value if read == value or (read is not None and refusal(path, read) is None) else scalar(value)


def _list_of(given: object) -> str:
    plain = f"[{given}]"
    return plain if _read(plain) == [given] else f"[{json.dumps(given, ensure_ascii=False)}]"


def _read(text: str) -> object:
    """The value that ``text`` is in a document; None where it is none."""
    try:
        return source_from_text("", text).value
    except SourceError:
        return None


def _followed(path: Path, values: Iterable[object], steps: int) -> str:
    """The fix of the first of ``values`` that is refused; empty where none is."""
    for value in values if steps else ():
        if (problem := refusal(path, value)) is not None:
            return _sentence(problem, path, steps - 1)[1]
    return ""


def _example(path: Path) -> str:
    found = _examples(path)
    return f"write one such as {_written(path, found[0])}" if found else "correct the value"


def _examples(path: Path) -> list[str]:
    return [str(each) for each in examples(path) if refusal(path, each) is None]


def refusal(path: Path, value: object) -> ErrorDetails | None:
    """Why ``value`` is refused at ``path``; None where it is taken, or nothing is known of this place."""
    found = declared(path)
    if found is None:
        return None
    for step in reversed(found.rest):
        value = [value] if isinstance(step, int) else {step: value}
    return next(iter(_problems(found.section, found.setting.alias, value)), None)


def _problems(section: type[Section], alias: str, value: object) -> list[ErrorDetails]:
    try:
        validator(section).validate_python({alias: value})  # type: ignore[arg-type] # (as core/validator.py)
    except ValidationError as error:
        return [each for each in error.errors(include_url=False) if each["loc"][:1] == (alias,)]
    return []


def _meant(path: Path, given: object) -> str:
    """What to write for ``given``, a word where the keys and values of the section at ``path`` are expected."""
    section = section_at(path)
    if section is None or not isinstance(given, (str, int, float)) or len(str(given)) > _LONGEST_WORD:
        return ""
    if str(given).lower() in _SWITCH:
        switch = "enabled" in keys_in_order(path)
        slip = COMMON_SLIPS.get(".".join(map(str, (*path, "enabled"))), "")
        return f"did you mean enabled: {_SWITCH[str(given).lower()]}?" if switch else slip
    types = setting_types(section)
    # A name or a description takes any word.
    settings = section.settings.items()
    typed = [each.alias for key, each in settings if "str" not in f"{types[key]} {types[key].__class__}"]
    found = [alias for alias in typed if not _problems(section, alias, given)]
    return (
        f"did you mean {' or '.join(f'{alias}: {given}' for alias in found)}?"
        if 0 < len(found) <= _MOST_PLACES
        else ""
    )
