"""Rule file: alerting rules that someone else wrote, read and checked before anything is started."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from redismanifests.core.sources.documents import documents
from redismanifests.core.sources.reading import bounded, not_read, shown
from redismanifests.core.sources.source import printable
from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.judge.kubernetes.decoded import decoded_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.object import Manifest, Object

MAX_BYTES = 16 << 20
"""Of one file; the largest public collections have less than 1 MB."""
_UNITS = {"y": 365 * 86400.0, "w": 7 * 86400.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile("".join(f"(?:([0-9]+){unit})?" for unit in _UNITS))
_CHECK_LIMIT_S = 60.0
_GIVE = "give a file of Prometheus' rule_files (`groups:`), or PrometheusRule objects"


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The groups of one file as they are written."""

    name: str
    groups: tuple[Object, ...]


def rule_files(paths: Sequence[Path]) -> tuple[RuleFile, ...]:
    """Read and check files of rules; raises RedismanifestsError with file, place and fault."""
    found = tuple(map(_read, paths))
    for file in found:
        _check(file)
    return found


def seconds(duration: object) -> float:
    """A duration of Prometheus in seconds; raises ValueError for what is none."""
    text = "0s" if duration in (None, 0, "0") else duration
    match = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if match is None:
        raise ValueError(f"{duration!r} is no duration of Prometheus: write 30s, 5m or 1h30m")
    return sum(
        int(number) * unit for number, unit in zip(match.groups(), _UNITS.values(), strict=True) if number
    )


def _read(path: Path) -> RuleFile:
    name = printable(shown(path))
    try:
        found = documents(bounded(path, MAX_BYTES).decode("utf-8-sig"))
        groups = tuple(group for document in found for group in _groups(document))
        for where, rule in _rules(groups):
            _judge(where, rule)
    except OSError as error:
        raise not_read(name, error, "check the path") from None
    except ValueError as error:
        raise RedismanifestsError(f"{name} is no file of rules: {error}", _GIVE) from None
    if not any("alert" in rule for _, rule in _rules(groups)):
        raise RedismanifestsError(f"{name} has no alerting rule", _GIVE)
    return RuleFile(name, groups)


def _groups(document: object) -> Iterator[Object]:
    """Groups of a plain file, or of every PrometheusRule among objects; other objects have none."""
    if document is None:
        return
    if not isinstance(document, dict):
        raise ValueError(f"a document is {_kind(document)}, not a mapping")
    if "kind" not in document:
        if "groups" not in document:
            raise ValueError("a document has neither groups nor a kind")
        yield from _listed(document, "groups")
        return
    for _, item in decoded_objects(document):
        if item.get("kind") == "PrometheusRule":
            if not isinstance(spec := item.get("spec"), dict):
                raise ValueError("a PrometheusRule has no spec")
            yield from _listed(spec, "groups")


def _listed(owner: Object, key: str) -> list[Manifest]:
    """A list of mappings; raises ValueError where it is none."""
    found = owner.get(key)
    if not isinstance(found, list):
        raise ValueError(f"{key} is {_kind(found)}, not a list")
    for number, each in enumerate(found):
        if not isinstance(each, dict):
            raise ValueError(f"{key}[{number}] is {_kind(each)}, not a mapping")
    return found


def _rules(groups: Sequence[Object]) -> Iterator[tuple[str, Manifest]]:
    for number, group in enumerate(groups):
        for place, rule in enumerate(_listed(group, "rules")):
            yield f"groups[{number}].rules[{place}]", rule


def _judge(where: str, rule: Object) -> None:
    """What is read here; promtool judges the rest. Raises ValueError."""
    kinds = [key for key in ("alert", "record") if isinstance(rule.get(key), str)]
    if len(kinds) != 1:
        raise ValueError(f"{where} has {len(kinds)} of `alert` and `record`, and a rule has one")
    if not isinstance(rule.get("expr"), str | int | float):
        raise ValueError(f"{where} has no expr")
    if not isinstance(rule.get("labels") or {}, dict):
        raise ValueError(f"{where}.labels is {_kind(rule['labels'])}, not a mapping")
    try:
        seconds(rule.get("for"))
    except ValueError as error:
        raise ValueError(f"{where}.for: {error}") from None


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", type(None): "not set"}
    return names.get(type(value), "a number or a truth value")


def _check(file: RuleFile) -> None:
    """Let promtool judge what it would load; without it Prometheus does, when it starts."""
    promtool = shutil.which("promtool")
    if promtool is None:
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        # JSON is YAML.
        path.write_text(json.dumps({"groups": distinct(file.groups)}), "utf-8")
        # Rules of one name with other labels or other expressions are usual.
        command = [promtool, "check", "rules", "--lint=none", str(path)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                encoding="utf-8",
                errors="replace",  # it shortens values in the middle of a letter
                check=False,
                timeout=_CHECK_LIMIT_S,
            )
        except subprocess.TimeoutExpired:
            raise ToolError(
                f"{file.name}: promtool has not judged it within {_CHECK_LIMIT_S:g} s", "give fewer rules"
            ) from None
    if done.returncode:
        place = re.compile(rf"^{re.escape(str(path))}: (?:[0-9]+:[0-9]+: )?")
        said = (place.sub("", line.strip()) for line in done.stderr.splitlines())
        faults = [printable(line) for line in said if line not in ("", "FAILED:")]
        raise RedismanifestsError(
            f"{file.name}: promtool refuses it: " + "\n".join(faults), "correct the rules"
        )


def distinct(groups: Sequence[Object]) -> list[Manifest]:
    """Groups with names that differ, as one file must have them; PrometheusRules of different objects need not."""
    made: list[Manifest] = []
    for group in groups:
        name, number = str(group.get("name", "")), 1
        while (tried := name if number == 1 else f"{name} ({number})") in {each["name"] for each in made}:
            number += 1
        made.append({**group, "name": tried})
    return made
