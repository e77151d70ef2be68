"""Laws over random folders: refused means unchanged, written means right, and nothing foreign is touched."""

from __future__ import annotations

import tempfile
from pathlib import Path

from folder_states import contents, facts, put, sha256sum_agrees, siblings
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from redismanifests.errors import FolderError
from redismanifests.render import output as folder

NAMES = ["a.yaml", "b.yaml", "c.yaml", "0-d.yaml", "notes"]
TEXTS = st.sampled_from([b"", b"1\n", b"2\n", b"no newline", b"\xff\x00"])
RENDERINGS = st.dictionaries(st.sampled_from(NAMES), TEXTS)
FOREIGN = st.dictionaries(
    st.sampled_from(
        [*NAMES, "README", "Ünder.txt", ".hidden", "sub/a.yaml", "sub/deep/b", "kustomization.yaml"]
    ),
    TEXTS,
)


@settings(max_examples=examples(300))
@given(
    old=RENDERINGS,
    edits=FOREIGN,
    deleted=st.sets(st.sampled_from(NAMES)),
    new=RENDERINGS,
    overwrite=st.booleans(),
)
def test_a_run_gives_the_new_state_and_keeps_all_else_or_changes_nothing(
    old: dict[str, bytes],
    edits: dict[str, bytes],
    deleted: set[str],
    new: dict[str, bytes],
    overwrite: bool,
) -> None:
    with tempfile.TemporaryDirectory() as room:
        target = Path(room) / "rendered"
        folder.write(target, old)
        for name in deleted & old.keys():
            (target / name).unlink()
        put(target, edits)
        there = contents(target) if target.exists() else {}
        before = facts(Path(room))
        lost = {
            name
            for name, text in there.items()
            if "/" not in name
            and new.get(name) != text
            and (name in new or name in old)
            and old.get(name) != text
        }
        plan = folder.plan(target, new, overwrite=overwrite)
        assert {one.name for one in plan.refused} == (set() if overwrite else lost)
        assert facts(Path(room)) == before

        if plan.refused:
            try:
                folder.write(target, new, overwrite=overwrite)
            except FolderError:
                assert facts(Path(room)) == before
                return
            raise AssertionError("refused by the plan, but written")

        assert folder.write(target, new, overwrite=overwrite) == plan
        kept = {name: text for name, text in there.items() if name not in old and name not in new}
        assert (contents(target) if target.exists() else {}) == {**kept, **new}
        after = facts(Path(room))
        untouched = [path for path in before if path.removeprefix("rendered/") in {*kept, *plan.unchanged}]
        assert {path: before[path] for path in untouched} == {path: after[path] for path in untouched}
        assert siblings(target) == []
        assert not new or sha256sum_agrees(target)
        assert not folder.plan(target, new).differs
        assert folder.read(target) == new
