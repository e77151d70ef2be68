"""One number of the LimitRange is lowered or raised, and exactly the findings that it should cause appear."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests
from deployment import REFERENCE
from redismanifests.core.findings import ProfileRefused
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding

REDIS, SENTINEL = "redis.resources", "sentinel.resources"
EXPORTERS = ("exporters.redis.resources", "exporters.sentinel.resources")
ALL = (REDIS, SENTINEL, *EXPORTERS)
BUT_REDIS = (SENTINEL, *EXPORTERS)
MIN, MAX, RATIO = "RM101", "RM102", "RM103"

Found = set[tuple[str, str]]


def _each(code: str, sections: tuple[str, ...], setting: str) -> Found:
    return {(code, f"{section}.{setting}") for section in sections}


# Beyond the others' limit of 200m and 256Mi as well: both lines must change, and the limit stands first in the advice.
RAISED_CPU = _each(MIN, (REDIS,), "requests.cpu") | _each(MIN, BUT_REDIS, "limits.cpu")
RAISED_MEMORY = _each(MIN, (REDIS,), "requests.memory") | _each(MIN, BUT_REDIS, "limits.memory")

CASES: list[tuple[str, str, str, str, Found]] = [
    # The figures of the reference, exactly: nothing.
    ("Container", "min", "cpu", "100m", set()),
    ("Container", "min", "memory", "128Mi", set()),
    ("Container", "max", "cpu", "500m", set()),
    ("Container", "max", "memory", "512Mi", set()),
    ("Container", "maxLimitRequestRatio", "cpu", "2", set()),
    ("Container", "maxLimitRequestRatio", "memory", "2", set()),
    ("Container", "default", "cpu", "100m", set()),
    ("Container", "default", "memory", "1Ti", set()),
    ("Container", "defaultRequest", "cpu", "100m", set()),
    ("Container", "defaultRequest", "memory", "1Ti", set()),
    ("Pod", "min", "cpu", "200m", set()),
    ("Pod", "min", "memory", "256Mi", set()),
    ("Pod", "max", "cpu", "700m", set()),
    ("Pod", "max", "memory", "768Mi", set()),
    ("Pod", "maxLimitRequestRatio", "cpu", "2", set()),
    ("Pod", "maxLimitRequestRatio", "memory", "2", set()),
    ("PersistentVolumeClaim", "min", "storage", "1Gi", set()),
    ("PersistentVolumeClaim", "max", "storage", "10Gi", set()),
    # One step beyond.
    ("Container", "min", "cpu", "101m", _each(MIN, BUT_REDIS, "requests.cpu")),
    ("Container", "min", "cpu", "150m", _each(MIN, BUT_REDIS, "requests.cpu")),
    ("Container", "min", "cpu", "251m", RAISED_CPU),
    ("Container", "min", "memory", "129Mi", _each(MIN, BUT_REDIS, "requests.memory")),
    ("Container", "min", "memory", "257Mi", RAISED_MEMORY),
    ("Container", "max", "cpu", "499m", _each(MAX, (REDIS,), "limits.cpu")),
    ("Container", "max", "cpu", "199m", _each(MAX, ALL, "limits.cpu")),
    ("Container", "max", "memory", "511Mi", _each(MAX, (REDIS,), "limits.memory")),
    ("Container", "max", "memory", "255Mi", _each(MAX, ALL, "limits.memory")),
    ("Container", "maxLimitRequestRatio", "cpu", "1.5", _each(RATIO, ALL, "requests.cpu")),
    ("Container", "maxLimitRequestRatio", "memory", "1.5", _each(RATIO, ALL, "requests.memory")),
    ("Pod", "min", "cpu", "201m", _each(MIN, (SENTINEL,), "requests.cpu")),
    ("Pod", "min", "memory", "257Mi", _each(MIN, (SENTINEL,), "requests.memory")),
    ("Pod", "max", "cpu", "699m", _each(MAX, (REDIS,), "limits.cpu")),
    ("Pod", "max", "memory", "767Mi", _each(MAX, (REDIS,), "limits.memory")),
    ("Pod", "maxLimitRequestRatio", "cpu", "1.9", _each(RATIO, (REDIS, SENTINEL), "requests.cpu")),
    ("Pod", "maxLimitRequestRatio", "memory", "1.9", _each(RATIO, (REDIS, SENTINEL), "requests.memory")),
    ("PersistentVolumeClaim", "min", "storage", "2Gi", {(MIN, "sentinel.storage.size")}),
    (
        "PersistentVolumeClaim",
        "min",
        "storage",
        "11Gi",
        {(MIN, "redis.storage.size"), (MIN, "sentinel.storage.size")},
    ),
    ("PersistentVolumeClaim", "max", "storage", "5Gi", {(MAX, "redis.storage.size")}),
    (
        "PersistentVolumeClaim",
        "max",
        "storage",
        "500Mi",
        {(MAX, "redis.storage.size"), (MAX, "sentinel.storage.size")},
    ),
]
"""Entry, field, resource, value; code and setting of every finding."""


def _limit_range(entry: str, field: str, resource: str, value: str, namespace: str = "jewelry-shop") -> str:
    return (
        "apiVersion: v1\nkind: LimitRange\n"
        f"metadata:\n  name: limits\n  namespace: {namespace}\n"
        f'spec:\n  limits:\n    - type: {entry}\n      {field}:\n        {resource}: "{value}"\n'
    )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The reference profile with its limits, in a folder of its own."""
    shutil.copy(REFERENCE, tmp_path)
    shutil.copytree(REFERENCE.parent / "limits", tmp_path / "limits")
    return tmp_path / REFERENCE.name


def _limits(shop: Path) -> Path:
    return shop.parent / "limits" / REFERENCE.name


def _about_limits(findings: Any) -> list[Finding]:
    return [finding for finding in findings if finding.code.startswith("RM1")]


def _written(finding: Finding) -> tuple[str, str]:
    return finding.code, ".".join(map(str, finding.path))


@pytest.mark.parametrize(("entry", "field", "resource", "value", "expected"), CASES)
def test_one_number_of_the_limit_range_yields_exactly_its_findings(
    shop: Path, entry: str, field: str, resource: str, value: str, expected: Found
) -> None:
    _limits(shop).write_text(_limit_range(entry, field, resource, value), encoding="utf-8")
    reviewed = review(shop)
    found = _about_limits(reviewed.findings)
    assert len(found) == len(expected)
    assert {_written(finding) for finding in found} == expected
    assert reviewed.refused is bool(expected)
    for finding in found:
        line, column, _ = finding.place()
        text = reviewed.source.line(line)
        # The caret stands under the very value that must change.
        assert text[column - 1 :].strip("}{ ").startswith(_value_at(reviewed.source.value, finding.path))


def _value_at(document: Any, path: tuple[str | int, ...]) -> str:
    for step in path:
        document = document[step]
    return str(document)


@pytest.mark.parametrize(
    ("entry", "field", "resource", "value", "expected"), [case for case in CASES if case[4]]
)
def test_the_advice_is_admitted(
    shop: Path, entry: str, field: str, resource: str, value: str, expected: Found
) -> None:
    """What each finding says to write is written, and the namespace has nothing more to say."""
    import re

    from ruamel.yaml import YAML

    _limits(shop).write_text(_limit_range(entry, field, resource, value), encoding="utf-8")
    editor = YAML()
    profile = editor.load(shop)
    for finding in _about_limits(review(shop).findings):
        advice = re.findall(r"(?:set|and) ([\w.]+) to (\S+)", finding.fix)
        assert advice, finding.fix
        for setting, quantity in advice:
            *sections, last = setting.split(".")
            holder = profile
            for section in sections:
                holder = holder[section]
            holder[last] = quantity
    editor.dump(profile, shop)
    assert _about_limits(review(shop).findings) == []


def test_a_refused_profile_writes_nothing_and_ends_with_two(shop: Path) -> None:
    _limits(shop).write_text(_limit_range("Container", "max", "memory", "255Mi"), encoding="utf-8")
    done = redismanifests("render", shop.name, "-o", "out", cwd=shop.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("error[RM102]") == 4
    assert not (shop.parent / "out").exists()


def test_a_refused_profile_leaves_an_earlier_rendering_as_it_was(shop: Path) -> None:
    assert redismanifests("render", shop.name, "-o", "out", cwd=shop.parent).returncode == 0
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (shop.parent / "out").iterdir()}
    _limits(shop).write_text(_limit_range("Container", "min", "cpu", "150m"), encoding="utf-8")
    assert redismanifests("render", shop.name, "-o", "out", cwd=shop.parent).returncode == 2
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in (shop.parent / "out").iterdir()} == before


def test_check_of_a_refused_profile_ends_with_one(shop: Path) -> None:
    _limits(shop).write_text(_limit_range("Container", "max", "memory", "255Mi"), encoding="utf-8")
    done = redismanifests("check", shop.name, cwd=shop.parent)
    assert (done.returncode, done.stdout.count("error[RM102]")) == (1, 4)


class TestDefaults:
    """Amounts that the profile does not set are the namespace's to set."""

    PROFILE = "name: redis\nnamespace: shop\nlimits: [limits.yaml]\nsentinel: {resources: {requests: {cpu: 100m}}}\n"

    def _found(self, folder: Path, limits: str, profile: str = PROFILE) -> Found:
        (folder / "profile.yaml").write_text(profile, encoding="utf-8")
        text = f"apiVersion: v1\nkind: LimitRange\nmetadata: {{name: a}}\nspec:\n  limits: [{limits}]\n"
        (folder / "limits.yaml").write_text(text, encoding="utf-8")
        return {_written(f) for f in _about_limits(review(folder / "profile.yaml").findings)}

    def test_a_default_below_the_request_is_a_limit_that_nobody_saw(self, tmp_path: Path) -> None:
        found = self._found(tmp_path, "{type: Container, default: {cpu: 150m}}")
        assert found == {("RM104", "redis.resources.limits.cpu")}

    def test_a_default_above_the_request_is_taken(self, tmp_path: Path) -> None:
        assert self._found(tmp_path, "{type: Container, default: {cpu: 250m}}") == set()

    def test_a_maximum_is_the_default_where_none_is_given(self, tmp_path: Path) -> None:
        found = self._found(tmp_path, "{type: Container, max: {cpu: 150m}}")
        assert ("RM104", "redis.resources.limits.cpu") in found or (
            "RM102",
            "redis.resources.requests.cpu",
        ) in found

    def test_a_ratio_needs_a_limit_which_a_default_may_give(self, tmp_path: Path) -> None:
        ratio = "{type: Container, maxLimitRequestRatio: {cpu: 3}}"
        assert {code for code, _ in self._found(tmp_path, ratio)} == {"RM103"}
        # 300m over 100m is 3, and over redis' 250m less.
        with_default = "{type: Container, maxLimitRequestRatio: {cpu: 3}, default: {cpu: 300m}}"
        assert self._found(tmp_path, with_default) == set()

    def test_the_places_of_unset_values_are_the_sections_that_would_hold_them(self, tmp_path: Path) -> None:
        self._found(tmp_path, "{type: Container, default: {cpu: 50m}}")
        findings = _about_limits(review(tmp_path / "profile.yaml").findings)
        assert {f.place()[0] for f in findings} <= {1, 4}


class TestFiles:
    def _refused(self, shop: Path) -> list[tuple[str, str]]:
        try:
            return [(f.code, f.fact) for f in review(shop).findings if f.code.startswith("RM1")]
        except ProfileRefused as refused:
            return [(f.code, f.fact) for f in refused.findings]

    def test_a_single_object_and_a_list_say_the_same(self, shop: Path) -> None:
        single = _limit_range("Container", "max", "memory", "255Mi")
        _limits(shop).write_text(single, encoding="utf-8")
        alone = self._refused(shop)
        indented = "".join(f"    {line}\n" for line in single.splitlines())
        _limits(shop).write_text(f"apiVersion: v1\nkind: List\nitems:\n  -\n{indented}", encoding="utf-8")
        assert alone
        assert self._refused(shop) == alone

    def test_what_kubectl_prints_is_taken_as_it_is(self, shop: Path) -> None:
        _limits(shop).write_text(
            "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: LimitRange\n  metadata:\n    annotations:\n"
            '      kubectl.kubernetes.io/last-applied-configuration: |\n        {"apiVersion":"v1"}\n'
            '    creationTimestamp: "2026-01-01T00:00:00Z"\n    name: limits\n    namespace: jewelry-shop\n'
            '    resourceVersion: "42"\n    uid: 0b0b\n  spec:\n    limits:\n    - min:\n        cpu: 150m\n'
            '      type: Container\nkind: List\nmetadata:\n  resourceVersion: ""\n',
            encoding="utf-8",
        )
        assert {code for code, _ in self._refused(shop)} == {"RM101"}

    def test_two_files_both_count(self, shop: Path) -> None:
        (shop.parent / "second.yaml").write_text(
            _limit_range("PersistentVolumeClaim", "max", "storage", "5Gi").replace(
                "name: limits", "name: claims"
            ),
            encoding="utf-8",
        )
        text = shop.read_text(encoding="utf-8")
        shop.write_text(
            text.replace("  - limits/jewelry-shop.yaml", "  - limits/jewelry-shop.yaml\n  - second.yaml"),
            encoding="utf-8",
        )
        _limits(shop).write_text(_limit_range("Container", "min", "cpu", "150m"), encoding="utf-8")
        assert sorted(code for code, _ in self._refused(shop)) == ["RM101", "RM101", "RM101", "RM102"]

    def test_limits_on_the_command_line_take_the_place_of_the_profiles(self, shop: Path) -> None:
        other = shop.parent / "other.yaml"
        other.write_text(_limit_range("PersistentVolumeClaim", "max", "storage", "5Gi"), encoding="utf-8")
        _limits(shop).write_text(_limit_range("Container", "min", "cpu", "150m"), encoding="utf-8")
        done = redismanifests("check", shop, "--limits", other)
        assert (done.returncode, done.stdout.count("[RM102]"), done.stdout.count("[RM101]")) == (1, 1, 0)

    def test_a_missing_file_is_reported_at_the_line_that_names_it(self, shop: Path) -> None:
        _limits(shop).unlink()
        (finding,) = (f for f in review(shop).findings if f.code.startswith("RM1"))
        assert (finding.code, finding.path) == ("RM100", ("limits", 0))
        assert finding.source is not None
        assert finding.source.line(finding.place()[0]) == "  - limits/jewelry-shop.yaml"
        assert "no such file" in finding.fact

    def test_a_missing_file_on_the_command_line_is_trouble(self, shop: Path) -> None:
        done = redismanifests("check", shop, "--limits", "nowhere.yaml")
        assert done.returncode == 2
        assert "nowhere.yaml" in done.stdout
        assert "no such file" in done.stdout

    @pytest.mark.parametrize(
        ("text", "fact"),
        [
            ("kind: [", "bracket opens"),
            ("", "empty"),
            ("- 1", ""),
            ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "Pod"),
            (_limit_range("Container", "min", "cpu", "lots"), "lots"),
            (_limit_range("Container", "minimum", "cpu", "1"), "minimum"),
            (_limit_range("Box", "min", "cpu", "1"), "Box"),
            ("apiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\n", "spec.limits"),
        ],
        ids=ascii,
    )
    def test_a_broken_file_is_an_error_at_its_place(self, shop: Path, text: str, fact: str) -> None:
        _limits(shop).write_text(text, encoding="utf-8")
        found = [f for f in review(shop).findings if f.code.startswith("RM1")]
        assert {f.code for f in found} == {"RM100"}
        assert all(f.place()[0] >= 1 for f in found)
        assert any(fact in f.fact for f in found)

    def test_limits_of_another_namespace_are_a_warning_in_their_file(self, shop: Path) -> None:
        _limits(shop).write_text(_limit_range("Container", "min", "cpu", "100m", "other"), encoding="utf-8")
        (finding,) = (f for f in review(shop).findings if f.code.startswith("RM1"))
        assert (finding.code, finding.path) == ("RM105", ("metadata", "namespace"))
        assert finding.source is not None
        assert finding.source.line(finding.place()[0]) == "  namespace: other"

    def test_two_limit_ranges_with_other_defaults_are_chance(self, tmp_path: Path) -> None:
        profile = tmp_path / "profile.yaml"
        profile.write_text("name: redis\nnamespace: shop\nlimits: [a.yaml, b.yaml]\n", encoding="utf-8")
        for name, cpu in (("a", "1"), ("b", "2")):
            text = _limit_range("Container", "default", "cpu", cpu, "shop").replace(
                "name: limits", f"name: {name}"
            )
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        codes = {f.code for f in review(profile).findings}
        assert codes == {"RM106"}
