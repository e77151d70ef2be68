"""A fix is made where it helps, and a profile is never worse for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from examples import examples
from profilestrategy import profiles
from redismanifests.core.findings import ProfileRefused, Severity
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.mending import lowered, mending
from redismanifests.judge.review import review_of
from redismanifests.judge.rules import RULES
from redismanifests.judge.selection import Selection, selection

if TYPE_CHECKING:
    from redismanifests.core.feature import Rule
    from redismanifests.core.findings import Finding
    from redismanifests.core.sources.source import Source

BAD = re.compile(r"^Bad:\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ALL = Selection()


def found(source: Source) -> list[Finding]:
    try:
        return list(review_of(source).findings)
    except ProfileRefused as refused:
        return list(refused.findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_what_a_rule_calls_certain_mends_its_own_bad_example(rule: Rule) -> None:
    fence = BAD.search(rule.text)
    assert fence is not None
    source = source_from_text("profile.yaml", fence[1])
    before = found(source)
    certain = {f.code for f in before if f.changes}
    done = mending(source, ALL)
    choices = {choice.finding.code for choice in done.choices}
    assert {finding.code for finding in done.mended} | choices >= certain
    assert not (certain - choices) & {finding.code for finding in found(done.source)}
    assert done.source.text.count("\n") - source.text.count("\n") in (0, 1)


PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def _as_yaml(profile: dict[str, object]) -> str:
    # JSON writes what is beyond the first 65,536 characters as two escapes, and YAML as one of eight digits.
    return PAIR.sub(
        lambda pair: f"\\U{ord(bytes.fromhex(pair[1] + pair[2]).decode('utf-16-be')):08x}",
        json.dumps(profile),
    )


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(profiles())
def test_no_profile_is_worse_after_it(profile: dict[str, object]) -> None:
    source = source_from_text("profile.yaml", _as_yaml(profile))

    def weights(one: Source) -> tuple[int, int]:
        severities = [finding.severity for finding in found(one)]
        return severities.count(Severity.ERROR), severities.count(Severity.WARNING)

    done = mending(source, ALL)
    formed = all(f.code >= "RM007" for f in found(source))
    if formed:
        assert weights(done.source) <= weights(source)
    assert mending(done.source, ALL).mended == ()


def test_only_what_is_selected_is_mended() -> None:
    source = source_from_text(
        "p.yaml", "name: a\nnamespace: b\nsentinel: {quorum: 3, failoverTimeout: 30s}\n"
    )
    done = mending(source, selection(["RM012"], []))
    assert done.source.text == "name: a\nnamespace: b\nsentinel: {quorum: 2, failoverTimeout: 30s}\n"


def test_what_is_waived_stays() -> None:
    text = "name: a\nnamespace: b\nsentinel: {quorum: 1}\nwaivers: [{finding: RM013, reason: so it is}]\n"
    assert mending(source_from_text("p.yaml", text), ALL).source.text == text


def test_form_is_mended_first_and_then_the_rest() -> None:
    text = "name: a\nnamespace: b\nsentinl:\n  qorum: '3'\n"
    done = mending(source_from_text("p.yaml", text), ALL)
    assert done.source.text == "name: a\nnamespace: b\nsentinel:\n  quorum: 2\n"
    assert [finding.code for finding in done.mended] == ["RM003", "RM003", "RM004", "RM012"]


COSTLY = """\
name: redis
namespace: shop
redis: {resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}}
"""
LIMIT = """\
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits:
    - {type: Container, KIND: {memory: AMOUNT}}
"""


def _limits(folder: Path, kind: str, amount: str) -> list[Path]:
    file = folder / "limits.yaml"
    file.write_text(LIMIT.replace("KIND", kind).replace("AMOUNT", amount), encoding="utf-8")
    return [file]


def test_a_fix_that_takes_memory_from_data_is_a_choice_and_says_what_it_costs(tmp_path: Path) -> None:
    done = mending(source_from_text("p.yaml", COSTLY), ALL, _limits(tmp_path, "max", "512Mi"))
    assert done.source.text == COSTLY
    (choice,) = done.choices
    assert choice.finding.code == "RM102"
    before, after = map(_computed_maxmemory, ("1Gi", "512Mi"))
    assert f"redis.maxmemory {before} -> {after}" in map(str, choice.costs)


def test_a_fix_shows_computed_settings_that_follow_from_it(tmp_path: Path) -> None:
    text = COSTLY.replace("1Gi", "512Mi")
    done = mending(source_from_text("p.yaml", text), ALL, _limits(tmp_path, "min", "1Gi"))
    assert {finding.code for finding in done.mended} == {"RM101"}
    before, after = map(_computed_maxmemory, ("512Mi", "1Gi"))
    assert f"redis.maxmemory {before} -> {after}" in map(str, done.differences)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    profiles(), st.sampled_from(("max", "min", "default")), st.sampled_from(("64Mi", "200Mi", "1Gi", "8Gi"))
)
def test_a_fix_removes_its_finding_adds_none_and_lowers_nothing_of_value(
    profile: dict[str, object], kind: str, amount: str
) -> None:
    source = source_from_text("profile.yaml", _as_yaml(profile))
    with TemporaryDirectory() as name:
        limits = _limits(Path(name), kind, amount)
        try:
            before = review_of(source, limits)
        except ProfileRefused:
            return
        done = mending(source, ALL, limits)
        after = review_of(done.source, limits)
    assert lowered(before.profile, after.profile) == ()
    left = {(finding.code, finding.path) for finding in after.findings}
    assert not {(finding.code, finding.path) for finding in done.mended} & left
    errors = {(f.code, f.path) for f in before.findings if f.severity is Severity.ERROR}
    assert {(f.code, f.path) for f in after.findings if f.severity is Severity.ERROR} <= errors


MEMORY_RULES = {"RM031", "RM032", "RM033"}
MEBIBYTES = st.one_of(st.integers(1, 400), st.integers(1, 20_000))


@st.composite
def memory(draw: st.DrawFn) -> dict[str, object]:
    """What the memory rules look at, most of it left out as often as not."""
    redis: dict[str, object] = {"resources": {"limits": {"memory": f"{draw(MEBIBYTES)}Mi"}}}
    for name, sizes in (
        ("maxmemory", st.one_of(st.just(0), MEBIBYTES)),
        ("replBacklogSize", MEBIBYTES),
        ("replicaOutputBuffer", MEBIBYTES),
    ):
        if draw(st.booleans()):
            redis[name] = f"{draw(sizes)}Mi"
    if draw(st.booleans()):
        redis |= {"aof": {"enabled": False}, "rdb": {"save": []}}
    return redis


def _said_of_memory(redis: dict[str, object]) -> dict[str, str]:
    text = _as_yaml({"name": "a", "namespace": "b", "redis": redis})
    return {f.code: f.fix for f in found(source_from_text("p.yaml", text))}


@settings(max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow])
@given(memory())
@example({"maxmemory": "100Mi", "resources": {"limits": {"memory": "104Mi"}}})
@example({"maxmemory": "68Mi", "resources": {"limits": {"memory": "112Mi"}}})
@example({"maxmemory": "10Gi", "resources": {"limits": {"memory": "1Gi"}}})
@example({"maxmemory": "0Mi", "resources": {"limits": {"memory": "128Mi"}}})
@example({"resources": {"limits": {"memory": "100Mi"}}})
def test_what_is_proposed_for_memory_fits_and_is_of_use(redis: dict[str, object]) -> None:
    said = _said_of_memory(redis)
    for code in MEMORY_RULES & said.keys():
        fix = said[code]
        if match := re.search(r"(?:set maxmemory|set it) to (\w+)", fix):
            left = _said_of_memory({**redis, "maxmemory": match[1]})
            assert not (MEMORY_RULES | {"RM215"}) & left.keys(), fix
        if match := re.search(r"limits.memory to (\w+)", fix):
            left = _said_of_memory({**redis, "resources": {"limits": {"memory": match[1]}}})
            assert not {"RM031", "RM032"} & left.keys(), fix
            if "maxmemory" not in redis:
                assert "RM215" not in left, fix
        else:
            assert code == "RM033", "a larger limit is always a way"
    if "RM215" in said and not MEMORY_RULES & said.keys():
        match = re.search(r"set maxmemory to (\w+)", said["RM215"])
        assert match is not None
        assert "RM215" not in _said_of_memory({**redis, "maxmemory": match[1]})


def _computed_maxmemory(limit: str) -> str:
    written = {"requests": {"memory": limit}, "limits": {"memory": limit}}
    text = _as_yaml({"name": "redis", "namespace": "shop", "redis": {"resources": written}})
    return str(review_of(source_from_text("p.yaml", text)).profile.redis.maxmemory)
