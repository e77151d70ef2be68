"""One order of versions serves every table, and an image is judged by the engine that is in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.image import Image
from redismanifests.judge.case.case import case_of
from redismanifests.judge.rules import findings
from redismanifests.profile.formulas.configuration import command, directive, directive_value
from redismanifests.profile.formulas.engine import judges, order

LINES = st.sets(st.tuples(st.integers(1, 12), st.integers(0, 12)), min_size=1, max_size=8)


@given(LINES, st.lists(st.integers(0, 13), min_size=1, max_size=3))
def test_a_version_is_judged_by_its_own_line_or_by_its_two_neighbours(
    lines: set[tuple[int, int]], version: list[int]
) -> None:
    table = [f"redis-{major}.{minor}" for major, minor in lines] + ["valkey-1.0"]
    image = Image.parse(f"redis:{'.'.join(map(str, version))}")
    found = [order(line) for line in judges("redis", image, table)]
    wanted = tuple(version[:2])
    if wanted in lines:
        assert found == [wanted]
    else:
        older, newer = [o for o in lines if o < wanted], [o for o in lines if o > wanted]
        assert found == [*([max(older)] if older else []), *([min(newer)] if newer else [])]


def test_a_tag_without_a_version_is_judged_by_the_newest_line() -> None:
    table = ("redis-8.10", "redis-8.2", "redis-7.0")
    assert judges("redis", Image.parse("redis:alpine"), table) == ("redis-8.10",)
    assert judges("valkey", Image.parse("valkey/valkey:8.1.12"), table) == ()


def test_an_image_of_valkey_under_engine_redis_is_judged_as_valkey() -> None:
    """commandlog-execution-slower-than and COMMANDLOG are Valkey's alone."""
    image = Image.parse("valkey/valkey:8.1.12")
    assert command.refusal("+commandlog", "redis", image) is None
    assert command.refusal("+commandlog", "redis", Image.parse("redis:8.2.10")) is not None
    assert directive.version_without("commandlog-execution-slower-than", "redis", image) is None
    assert directive.version_without("commandlog-execution-slower-than", "redis", Image.parse("redis:8.2.10"))
    assert directive_value.refusal("import-mode", ("maybe",), "redis", image) is not None
    text = """
name: redis
namespace: shop
engine: redis
redis:
  image: valkey/valkey:8.1.12
  extraConfig:
    - commandlog-execution-slower-than 10000
auth:
  mode: acl
  secretName: redis
  users:
    - name: shop
      commands: ["+commandlog"]
"""
    found = findings(case_of(source_from_text("profile.yaml", text), (), None))
    assert not {f.code for f in found} & {"RM080", "RM210", "RM220", "RM223"}
