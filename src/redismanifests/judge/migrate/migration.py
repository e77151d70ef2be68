"""Migration: from a source to a profile, with what became of every key, and what a person must decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, ProfileRefused, Severity
from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.migrate.convert import access, differences, lines, pods, shape, sizes
from redismanifests.judge.migrate.deployed import deployed
from redismanifests.judge.migrate.facts import Account, Draft, Line
from redismanifests.judge.migrate.given import given
from redismanifests.judge.migrate.hidden import hidden
from redismanifests.judge.migrate.kinds import DECISIONS, NAMESPACE, NOT_KEPT, REFUSED, option
from redismanifests.judge.migrate.row import Fate
from redismanifests.judge.migrate.today import Today, today
from redismanifests.judge.migrate.writing import profile_text
from redismanifests.judge.review import refused, review_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redismanifests.judge.migrate.accounts import Leaf, Reading
    from redismanifests.judge.migrate.deployed import Deployed
    from redismanifests.judge.migrate.facts import Said
    from redismanifests.profile.model import Profile

_PROFILE = "profile.yaml"
_TO_DECIDE = {kind.code for kind in DECISIONS}
_MOST_TURNS = 40
"""Lines that `check` may refuse, one after the other."""
_LONGEST_NAME = 40
_NOT_A_NAME = re.compile(r"[^a-z0-9-]+")
_LIMIT = ("redis", "resources", "limits", "memory")
_MOST_TIMES = 8
"""Today's memory limit is raised this many times at the most."""
_TODAYS = re.compile(r"today ([0-9][^ ;]*); ")
_IMAGE = ("redis", "image")
_NEWER = re.compile(r"use (\S+:\d+\.\d+\.\d+) or newer;")
"""The fix of RM219: the first image without the vulnerabilities of today's."""
_RAISED = "redis.resources.limits.memory"
_WAIVED = "today's value, kept from {}; redismanifests explain {} says why another one is better"


class Migration(NamedTuple):
    """What `migrate` found out, and wrote."""

    today: Today
    profile: str
    accounts: tuple[Account, ...]
    findings: tuple[Finding, ...]
    """In the order of the source; a decision that is taken is waived."""
    checked: tuple[Finding, ...]
    """What `check` finds in the profile, waived findings left out."""

    @property
    def open(self) -> bool:
        """Whether a person must decide something, or `check` refuses the profile."""
        return refused((*self.findings, *self.checked))


class Options(NamedTuple):
    """What the command line adds to the source."""

    release: str = ""
    namespace: str = ""
    chart: str = ""
    accepted: tuple[str, ...] = ()
    """Codes of decisions that are taken."""


def migrate(files: Mapping[str, bytes], options: Options = Options()) -> Migration:  # noqa: B008 (a value)
    """The migration of what ``files`` describe; raises RedismanifestsError where that is not known here."""
    found = given(files)
    here = deployed(found, options.chart, options.release, options.namespace)
    read = here.reading
    draft = Draft()
    draft.findings += read.findings
    namespace = here.namespace or str(read.facts.value("namespace", ""))
    _names(here, namespace, draft)
    shape.convert(read.facts, read.shape, here.pods, draft)
    sizes.convert(read.facts, read.shape, draft)
    lines.convert(read.facts, draft)
    access.convert(read.facts, read.shape, draft)
    pods.convert(read.facts, here.engine, here.server, draft)
    for tree, key in found.elsewhere:
        draft.findings.append(
            NOT_KEPT.at(
                tree.document, tree.path, f"{key}: values or changes that are not in this source", _WHOLE
            )
        )
    now = today(here, namespace)
    title = f"From {here.origin}: redismanifests migrate."
    checked, profile = _checked(draft, title)
    if profile is not None:
        server = (here.engine, here.server)
        differences.convert(read.facts, read.shape, here.pods, server, profile, draft)
    accounts = [*found.accounts, *read.accounts, *_of_facts(read, draft)]
    return Migration(
        now,
        profile_text(title, draft.lines, draft.waivers),
        tuple(
            sorted(
                accounts,
                key=lambda each: (each.place.document.name, each.place.document.place(each.place.path)),
            )
        ),
        _findings(draft, options.accepted),
        checked,
    )


_WHOLE = "give them as well, or what holds in the cluster: helm get values -a RELEASE"


def _names(here: Deployed, namespace: str, draft: Draft) -> None:
    """Another name than today's: both must exist side by side until the data have moved."""
    last, release = here.word, here.release
    said = here.reading.facts.get("name")
    old = (
        str(said.value) if said else release if last in release else f"{release}-{last}" if release else last
    )
    name = _NOT_A_NAME.sub("-", old.lower()).lstrip("-0123456789")[:_LONGEST_NAME].strip("-") or "redis"
    new = f"{name}-next" if name.endswith("-ha") else f"{name}-ha"
    new = new if new not in here.taken else f"{name}-next"
    draft.write("name", new, f"beside {old}, until data and clients have moved")
    draft.end("name", Fate.KEPT, "name, with an ending: both exist side by side for a while")
    draft.end("namespace", Fate.KEPT, "namespace")
    if not namespace:
        draft.find(
            NAMESPACE, None, "the source does not say in which namespace it is", "add --namespace NAMESPACE"
        )
    draft.write("namespace", namespace or "default", "" if namespace else "not given")


def _checked(draft: Draft, title: str) -> tuple[tuple[Finding, ...], Profile | None]:
    """What `check` finds, and the profile if it is one.

    A line that it refuses is taken out, a warning about a kept value is waived.
    """
    for _ in range(_MOST_TURNS):
        source = source_from_text(_PROFILE, profile_text(title, draft.lines, draft.waivers))
        try:
            reviewed = review_of(source)
            found, profile = reviewed.findings, reviewed.profile
        except ProfileRefused as error:
            found, profile = error.findings, None
        errors = [each for each in found if each.severity is Severity.ERROR and not each.waived]
        if not any(
            [_taken_out(draft, each) for each in errors[:1]] or [_waived(draft, each) for each in found]
        ):
            break
    return tuple(each for each in found if not each.waived), profile


def _kept(draft: Draft, finding: Finding) -> tuple[str, ...] | None:
    """The line of the profile that a finding is about."""
    path = tuple(step for step in finding.path if isinstance(step, str))
    while path:
        if path in draft.lines:
            return path
        if below := [each for each in draft.lines if each[: len(path)] == path and len(path) > 1]:
            return below[0]
        path = path[:-1]
    return None


def _raised(draft: Draft, finding: Finding) -> bool:
    """Double the memory limit, where the server and its buffers do not fit into today's."""
    line = draft.lines.get(_LIMIT)
    if line is None or finding.path[:2] not in (("redis", "maxmemory"), ("redis", "resources")):
        return False
    now = Quantity.read(line.value)
    today = _TODAYS.match(line.comment)
    first = today[1] if today else str(now)
    if now.bytes >= Quantity.read(first).bytes * _MOST_TIMES:
        return False
    larger = str(now * 2)
    origin = line.comment.partition("; ")[2] if today else line.comment
    draft.lines[_LIMIT] = Line(larger, f"today {first}; {origin}")
    kept = [each for each in draft.findings if not each.fact.startswith(_RAISED)]
    fact = f"{_RAISED} is {larger}, today {first} ({origin}): {finding.fact} ({finding.code})"
    draft.findings = [*kept, REFUSED.at(None, (), fact, "nothing, or a smaller maxmemory")]
    for name, ending in draft.endings.items():
        if ending.text == ".".join(_LIMIT):
            draft.endings[name] = ending._replace(text=f"{ending.text}, raised from {first}")
    return True


def _taken_out(draft: Draft, finding: Finding) -> bool:
    if _raised(draft, finding):
        return True
    path = _kept(draft, finding)
    if path is None or path in (("name",), ("namespace",), ("auth", "mode"), ("engine",)):
        return False
    line = draft.lines.pop(path)
    name = ".".join(path)
    draft.findings.append(
        REFUSED.at(
            None, (), f"{name} is not today's ({line.comment}): {finding.fact} ({finding.code})", finding.fix
        )
    )
    for fact, ending in draft.endings.items():
        if ending.text == name:
            draft.endings[fact] = ending._replace(
                fate=Fate.NOT_KEPT, text=f"`check` refuses it ({finding.code})"
            )
    return True


def _waived(draft: Draft, finding: Finding) -> bool:
    path = _kept(draft, finding)
    if path == _IMAGE and (newer := _NEWER.match(finding.fix)):
        line = draft.lines[path]
        origin = line.comment.partition(":")[0]
        fixed = f"{origin}: today {line.value}, with vulnerabilities that this patch fixes"
        draft.lines[path] = Line(newer[1], fixed)
        return True
    waivable = finding.severity is Severity.WARNING and not finding.waived and path is not None
    if not waivable or path is None or len(path) < 2:
        return False
    dotted = ".".join(map(str, finding.path))
    if (finding.code, dotted) in {(code, where) for code, where, _ in draft.waivers}:
        return False
    comment = draft.lines[path].comment or "the source"
    draft.waivers.append((finding.code, dotted, _WAIVED.format(comment, finding.code)))
    return True


def _of_facts(read: Reading, draft: Draft) -> list[Account]:
    """Leaves that are part of a fact, by what became of it."""
    accounts = []
    for leaf, name in read.pending:
        ending = draft.endings.get(name)
        counted = read.facts.get(name)
        if leaf.value in (None, "", {}, []):
            accounts.append(Account(leaf.place, leaf.key, Fate.UNNEEDED, "it is empty"))
        elif counted is not None and _replaced(leaf, name, counted, read):
            text = f"{counted.key} is what runs"
            accounts.append(Account(leaf.place, leaf.key, Fate.NO_EFFECT, text))
        elif ending is not None:
            accounts.append(Account(leaf.place, leaf.key, ending.fate, ending.text))
        else:
            accounts.append(
                Account(leaf.place, leaf.key, Fate.UNNEEDED, "nothing of the profile follows from it here")
            )
    return accounts


def _replaced(leaf: Leaf, name: str, counted: Said, read: Reading) -> bool:
    """Whether an object has another value than the file."""
    live = any(each.live and each.where == leaf.place for each in read.facts.said.get(name, ()))
    plain = not isinstance(leaf.value, dict | list) and not isinstance(counted.value, dict | list)
    return counted.live and not live and plain and name != "count" and counted.value != leaf.value


def _findings(draft: Draft, accepted: Sequence[str]) -> tuple[Finding, ...]:
    taken = {word.upper() for word in accepted}
    codes = {kind.code for kind in DECISIONS if {kind.code, kind.name.upper()} & taken}
    found = [
        finding._replace(
            source=hidden(finding.source),
            waived="accepted" if finding.code in codes else "",
            fix=f"{finding.fix}; then: {option(finding.code)}" if finding.code in _TO_DECIDE else finding.fix,
        )
        for finding in dict.fromkeys(draft.findings)
    ]
    return tuple(sorted(found, key=Finding.sort_key))
