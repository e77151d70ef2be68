"""Words: plain technical English in documentation, help, messages, docstrings and comments.

The glossary is in docs/architecture.md. Scripts in templates are left out: their bytes are deployed. Names of findings
and tests do not change, so pages that list names of tests are counted down like the modules.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from deployment import TOP

if TYPE_CHECKING:
    from pathlib import Path

GLOSSARY = {
    "no one, no pod, no Sentinel": r"nobody|somebody",
    "every client, any client": r"everybody|everyone|anybody|whoever",
    "again, recreate": r"anew",
    "fix": r"mend(?:s|ed|ing)?",
    "report, print, return": r"told|tells?|telling",
    "is, is in, replaces": r"stands?|stood|standing",
    "use, mention": r"speaks?|spoken|speaking",
    "compare with": r"h(?:o|e)ld(?:s|ing)?(?: \S+){0,6} against",
    "start, restart, return": r"com(?:es?|ing) (?:up|back)|came (?:up|back)",
    "exit, stop, kill": r"(?:be|is|are|was|were|been|being) ended",
    "after N s, forever": r"so long|for ever",
    "have, contain": r"carr(?:y|ies|ied)",
    "run, simulate; not simulated": r"plays|played",
    "space, memory; module": r"rooms?",
    "package, interface": r"the house|doors?|the road",
    "the `jewelry-shop` profile": r"the reference|hand-built|of old",
    "healthy; no findings; not set": r"all is well|nothing to say|where not said|not said",
    "requested": r"(?:what|was|were) asked for",
    "healthy, recovered, complete": r"(?:is|are) whole|whole again",
    "out of scope": r"what must not come in",
    "former master": r"who was master",
}
"""What to say -> what not to say."""
TERMS = re.compile(r"nobody:x:65534:65534:nobody|:nobody:|\breference documentation\b")
"""Words of the field: the Unix user."""
PRIVATE = re.compile(rf"(?<![\w-])(?:{'|'.join(GLOSSARY.values())})(?![\w-])", re.IGNORECASE)

LEFT = {
    "features": 14,
    "prove": 1,
    "render": 12,
    "docs/alerts.md": 10,
    "docs/evidence.md": 36,
    "docs/examples/verification.md": 26,
    "docs/explorer.md": 1,
    "docs/findings/RM270.md": 1,
    "docs/findings/RM271.md": 1,
    "docs/findings/RM272.md": 1,
    "docs/operations.md": 1,
    "docs/sabotage.md": 33,
    "docs/tls.md": 1,
}
"""Uses that are left, by page or area: a new one fails; count down what you rewrite."""

PACKAGE = TOP / "src" / "redismanifests"
AREAS = sorted(each.name for each in PACKAGE.iterdir() if each.name != "__pycache__")
PAGES = sorted(
    str(each.relative_to(TOP))
    for each in (*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"))
    if each.name != "LICENSE.md"
)


def _words(module: Path) -> list[str]:
    """Private words in comments and strings of a module; holes of f-strings are code."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(module.read_text("utf-8")).readline):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            text = (
                re.sub(r"\{[^{}]*\}", "", token.string) if "f" in token.string[:2].lower() else token.string
            )
            found += PRIVATE.findall(TERMS.sub("", re.sub(r"`[^`\n]*`", "", text)))
    return found


@pytest.mark.parametrize("area", AREAS)
def test_no_private_word_is_in_comments_docstrings_or_messages(area: str) -> None:
    here = PACKAGE / area
    modules = [here] if here.suffix == ".py" else sorted(here.rglob("*.py"))
    found = {str(each.relative_to(TOP)): Counter(_words(each)) for each in modules}
    assert sum(map(Counter.total, found.values())) <= LEFT.get(area, 0), {k: v for k, v in found.items() if v}


@pytest.mark.parametrize("page", PAGES)
def test_no_private_word_is_in_a_page(page: str) -> None:
    # A fence has output, also of scripts; a word in backquotes is a name.
    prose = re.sub(
        r"^ *```.*?^ *```|`[^`\n]*`", "", (TOP / page).read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    found = Counter(PRIVATE.findall(TERMS.sub("", prose)))
    assert found.total() <= LEFT.get(page, 0), found


def test_the_glossary_of_the_architecture_lists_every_private_word() -> None:
    text = (TOP / "docs" / "architecture.md").read_text("utf-8")
    assert {say for say in GLOSSARY if f"| {say} |" not in text} == set()
