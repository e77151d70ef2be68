"""Every writer lays out every document; a format is one file and one line, and nothing else knows its name."""

from __future__ import annotations

import ast
import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import page_of
from recording import both, later, read

import redismanifests.present.writers as table
from deployment import REFERENCE, TOP, reviewed
from hostiletext import hostile_text
from redismanifests.judge.explanation import explanations as known
from redismanifests.judge.migrate.migration import Options, migrate
from redismanifests.judge.namespace.table import table as namespace_table
from redismanifests.judge.plan import plan as planned
from redismanifests.present.document import (
    Block,
    Document,
    Fold,
    Lines,
    Paragraph,
    Picture,
    Points,
    Prose,
    Run,
    Section,
    Table,
    Tone,
    plain,
    status,
)
from redismanifests.present.documents.backups import backups
from redismanifests.present.documents.client import client
from redismanifests.present.documents.comparison.rehearsals import rehearsals_compared
from redismanifests.present.documents.comparison.today import today
from redismanifests.present.documents.comparison.verifications import compared
from redismanifests.present.documents.drill import drill, drills
from redismanifests.present.documents.effective import effective
from redismanifests.present.documents.explanation import explanations, index
from redismanifests.present.documents.findings import findings, problems, trouble
from redismanifests.present.documents.migration import migration
from redismanifests.present.documents.namespace import namespace
from redismanifests.present.documents.observation import observation
from redismanifests.present.documents.plan import plan
from redismanifests.present.documents.rehearsal import finished, rehearsal, scenarios
from redismanifests.present.documents.verification import verified
from redismanifests.present.moving import moving
from redismanifests.present.timeline import Lane, Mark, Span, State, Timeline
from redismanifests.present.writers import WRITERS, Part, Terminal, Writer, format_of, formats, written
from redismanifests.profile.effective import effective as settings
from redismanifests.prove.backups.backups import Found
from redismanifests.prove.moving.sides import read_facts
from redismanifests.prove.rehearse.scenarios import SCENARIOS
from redismanifests.prove.result.comparison import comparison
from redismanifests.prove.result.observation import Observation
from redismanifests.prove.result.rehearsed import rehearsal_comparison
from redismanifests.prove.verification.target import Expected
from redismanifests.render.client_settings.settings import client as settings_of
from verification.seen import seen

if TYPE_CHECKING:
    from pathlib import Path


def subjects() -> dict[str, Document]:
    """A document of every subject."""
    of = reviewed(REFERENCE)
    observed, subject = Observation(seen("failed").outcomes, 0.0, 1.0), seen().subject
    expected = Expected("redis", "shop", (), of)
    table_of = namespace_table(of.profile, of.rendering, of.demands)
    stored = {"time": "2026-11-30T03:00:00Z", "engine": "redis", "version": "8.2.3"}
    stored |= {"keys": 7, "size": 1, "usedMemory": 2}
    deployed = migrate({"v.yaml": b"architecture: standalone"}, Options(chart="bitnami/redis"))
    return {
        "backups": backups(
            "shop/redis", [Found("a", stored, "", True), Found("b", {}, "no dump", None)], read=True
        ),
        "check": findings([(REFERENCE.name, of.findings)], str),
        "check without a finding": findings([("a.yaml", [])], str),
        "client": client(settings_of(of.profile, "jedis", "a.yaml")),
        "drill": drill(seen().drills[0], "shop", "redis"),
        "drills": drills(seen().drills),
        "effective": effective(list(settings(of.profile, of.source))),
        "explanations": explanations(known()[:3]),
        "index of explanations": index(known()[:3]),
        "migration": migration(deployed),
        "namespace": namespace(table_of),
        "finished run": finished(both().runs[0], subject=True),
        "observation": observation(observed, expected, subject),
        "moving": moving("redis in shop", read_facts("== held\n1000000\n", "old"), ("no answer",)),
        "plan": plan(planned(of)),
        "rehearsal": rehearsal(both()),
        "two rehearsals": rehearsals_compared(rehearsal_comparison(read(both()), read(later()))),
        "scenarios": scenarios(SCENARIOS[:2], ()),
        "problems": problems(of.findings),
        "report diff": compared(comparison(seen(), seen("failed"))),
        "today": today({"today": "it does not start", "profile": both().runs[0].result}, "one run each"),
        "trouble": trouble("a fact", "a fix"),
        "verification": verified(seen("failed")),
    }


SUBJECTS = subjects()


def test_every_subject_is_known_here() -> None:
    modules = {each.stem for each in (TOP / "src/redismanifests/present/documents").rglob("*.py")}
    used = {part for each in (ast.parse((TOP / __file__).read_text("utf-8")),) for part in _imported(each)}
    assert modules - {"__init__"} <= used


def _imported(module: ast.Module) -> set[str]:
    nodes = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    return {str(node.module).rpartition(".")[2] for node in nodes if "present.documents" in str(node.module)}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_writer_lays_out_every_document_and_gives_the_same_bytes(name: str, subject: str) -> None:
    text = written(SUBJECTS[subject], name)
    assert text == written(SUBJECTS[subject], name)
    assert not text or text.endswith("\n")
    assert "\x1b" not in text


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_format_is_one_file_and_one_line(
    subject: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file: a module with ``write``. The line: its place in WRITERS."""
    toy = ModuleType(f"{table.__name__}.toy")
    exec(
        "from redismanifests.present.writers.text import screen_lines\n"
        "from redismanifests.present.document import plain\n"
        "def write(document, terminal):\n"
        "    return ''.join(f'toy: {plain(line)}\\n' for line in screen_lines(document))\n",
        toy.__dict__,
    )
    monkeypatch.setitem(sys.modules, toy.__name__, toy)
    monkeypatch.setitem(WRITERS, "toy", Writer("report.toy", Part.SCREEN))
    assert "toy" in formats(Part.SCREEN)
    assert format_of(tmp_path / "a.toy", (Part.SCREEN, Part.PAGE)) == "toy"
    assert written(SUBJECTS[subject], "toy").startswith("toy: ")


def test_a_new_format_is_offered_by_the_command_line(tmp_path: Path) -> None:
    from commandline import redismanifests

    (tmp_path / "report.py").write_text(
        "import sys\nfrom types import ModuleType\nimport redismanifests.present.writers as table\n"
        "toy = ModuleType(table.__name__ + '.toy')\n"
        "toy.write = lambda document, terminal: 'toy: ' + document.title + '\\n'\n"
        "sys.modules[toy.__name__] = toy\n"
        "table.WRITERS['toy'] = table.Writer('report.toy', table.Part.PAGE)\n",
        encoding="utf-8",
    )
    (tmp_path / "profile.yaml").write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    program = "import report; from redismanifests.__main__ import main; main()"
    done = redismanifests(
        "plan", "--format", "toy", cwd=tmp_path, program=program, env={"PYTHONPATH": str(tmp_path)}
    )
    assert (done.returncode, done.stdout) == (0, "toy: Plan: redis in shop, Kubernetes 1.32\n")


def test_nothing_but_the_table_branches_on_the_name_of_a_format() -> None:
    names, found = set(WRITERS), []
    for area in ("cli", "present"):
        for path in (TOP / "src/redismanifests" / area).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                compared_with = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
                compared_with += [node.value] if isinstance(node, ast.MatchValue) else []
                inside = [inner for each in compared_with for inner in ast.walk(each)]
                if any(isinstance(inner, ast.Constant) and inner.value in names for inner in inside):
                    found.append(f"{path.relative_to(TOP)}:{node.lineno}")
    assert found == []


def test_endings_are_those_of_the_files_of_a_report() -> None:
    endings = [writer.ending for writer in WRITERS.values()]
    assert len(set(endings)) == len(endings)
    assert len({writer.file for writer in WRITERS.values()}) == len(WRITERS)


TIMELINE = Timeline(
    "a",
    "a title",
    -1,
    3,
    (Lane("redis-0", (Span(-1, 3, State.MASTER, True),)),),
    (Mark(0, "killed", fault=True),),
    ((0.5, 2.5),),
)
TEXTS = st.one_of(
    hostile_text,
    st.builds(Run, hostile_text, st.sampled_from(Tone), st.booleans(), st.booleans(), st.booleans()),
    st.tuples(hostile_text, st.builds(Run, hostile_text, code=st.just(True))),
    st.sampled_from(["passed", "failed", "not verified"]).map(status),
)
LINES = st.lists(TEXTS, max_size=3)
LEAVES = st.one_of(
    st.builds(Lines, LINES),
    st.builds(Paragraph, TEXTS),
    st.builds(Prose, hostile_text.map(lambda text: f"{text}\n\nBad:\n```yaml\na: 1\n```")),
    st.builds(Points, LINES),
    st.builds(
        Table,
        st.tuples(hostile_text, st.just("b")),
        st.lists(st.tuples(TEXTS, TEXTS), max_size=3),
        st.integers(0, 3),
    ),
    st.builds(Picture, st.just(TIMELINE), st.sampled_from(["", "a.svg"])),
)
BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Fold, hostile_text, st.lists(inner, max_size=2), st.booleans()),
        st.builds(Section, hostile_text, st.lists(inner, max_size=2), st.none() | st.just(status("failed"))),
    ),
    max_leaves=5,
)


@given(st.lists(BLOCKS, max_size=4), hostile_text)
def test_no_text_of_a_document_becomes_markup_or_steers_a_terminal(blocks: list[Block], title: str) -> None:
    document = Document(title=title, blocks=blocks, data={"title": title})
    for name in WRITERS:
        text = written(document, name)
        assert all(c.isprintable() or c in "\n\t\u200b" for c in text), name
    html = written(document, "html")
    parsed = (
        page_of(html.replace(' id="a-title"', "").replace(' id="a-desc"', ""))
        if html.count("<svg") < 2
        else None
    )
    assert parsed is None or "script" not in parsed.tags
    ElementTree.fromstring(written(document, "svg"))
    assert json.loads(written(document, "json")) == {"title": title}
    coloured = written(document, "text", Terminal(colour=True))
    plain_text = written(document, "text")
    for code in ("32;1", "31;1", "33;1", "36;1", "2", "1", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    # A blank that is coloured is not seen at the end of a line.
    assert [line.rstrip() for line in coloured.split("\n")] == [
        line.rstrip() for line in plain_text.split("\n")
    ]


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_no_cell_leaves_its_table_in_markdown(rows: list[tuple[str, str]]) -> None:
    text = written(Document(blocks=[Table(("a", "b"), rows)]), "markdown")
    lines = text.splitlines()
    assert len(lines) == len(rows) + 2
    for line in lines:
        bars = [at for at, c in enumerate(line) if c == "|" and (at - len(line[:at].rstrip("\\"))) % 2 == 0]
        assert len(bars) == 3, line


def test_columns_of_figures_are_aligned_on_a_terminal() -> None:
    rows = [("a", "1"), ("longer", Run("100", Tone.BAD))]
    document = Document(screen=[Table(("name", "n"), rows, 1, [False, True])])
    assert written(document, "text").splitlines() == ["  name      n", "  a         1", "! longer  100"]
    assert plain(("a", Run("b"))) == "ab"
