"""What an application is told: names of pods, figures that follow from the bound, and nothing that breaks out of its
string."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment import COMMITTED, MINIMAL, REFERENCE, reviewed
from redismanifests.core.quoting import codetext
from redismanifests.profile.derived.recovery import recovery
from redismanifests.render.client_settings.settings import LIBRARIES, client
from redismanifests.render.client_settings.timing import FIRST_PAUSE_MS, LONGEST_PAUSE_MS, retries, timing

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.render.client_settings import Client

each_library = pytest.mark.parametrize("name", LIBRARIES)
each_profile = pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)


def told(path: Path, name: str) -> Client:
    return client(reviewed(path).profile, name, path.name)


@each_library
@each_profile
def test_every_sentinel_is_named_by_its_pod_and_the_set_by_its_name(path: Path, name: str) -> None:
    profile = reviewed(path).profile
    code = told(path, name).code
    for ordinal in range(profile.sentinel.replicas):
        assert f"{profile.name}-sentinel-{ordinal}." in code
    assert f'"{profile.sentinel.master_name}"' in code
    assert str(profile.services.sentinel.port) in code


@each_library
@each_profile
def test_no_comment_is_too_long_for_a_terminal_and_no_line_ends_in_blanks(path: Path, name: str) -> None:
    lines = told(path, name).code.splitlines()
    comments = [line for line in lines if line.startswith(("#", "//"))]
    assert max(map(len, comments)) <= 120
    assert all(line == line.rstrip() for line in lines)


@each_library
def test_what_is_printed_says_why_and_what_to_beware_of(name: str) -> None:
    made = told(REFERENCE, name)
    assert len(made.notes) >= 3
    assert len(made.pitfalls) >= 4
    flat = re.sub(r"\n(#|//) +", " ", made.code)
    for text in (*made.notes, *made.pitfalls):
        assert text in flat


@each_profile
def test_tries_take_as_long_as_a_failover_and_no_more_than_a_pause_longer(path: Path) -> None:
    profile = reviewed(path).profile
    figures = timing(profile)
    bound = figures.retry_ms
    pauses = [min(FIRST_PAUSE_MS * 2**n, LONGEST_PAUSE_MS) for n in range(figures.retries)]
    assert bound <= sum(pauses) < bound + LONGEST_PAUSE_MS
    assert bound <= figures.steady_retries * figures.steady_pause_ms < bound + figures.steady_pause_ms
    # A try that begins just before the new master is there still ends within it.
    assert bound - recovery(profile).normal_ms >= figures.connect_ms + figures.command_ms
    assert figures.blocking_ms > figures.command_ms


@given(st.integers(1, 600_000))
def test_pauses_fill_any_span(span: int) -> None:
    pauses = [min(FIRST_PAUSE_MS * 2**n, LONGEST_PAUSE_MS) for n in range(retries(span))]
    assert sum(pauses[:-1]) < span <= sum(pauses)


def test_a_password_is_read_from_a_variable_and_the_notes_say_which_key_of_which_secret_fills_it() -> None:
    by_stem = {path.stem: path for path in COMMITTED}
    for name in LIBRARIES:
        acl, password = told(by_stem["acl"], name), told(by_stem["password"], name)
        assert acl.login == ("shop", "redis-auth", "shop", "REDIS_PASSWORD")
        assert password.login == ("default", "redis-passwords", "default", "REDIS_PASSWORD")
        for made in (acl, password):
            assert made.login
            assert f'"{made.login.user}"' in made.code
            assert f'"{made.login.variable}"' in made.code
            assert f"Secret {made.login.secret}, key {made.login.key}" in " ".join(made.notes)
        assert told(MINIMAL, name).login is None
        assert "REDIS_PASSWORD" not in told(MINIMAL, name).code


def test_certificates_are_files_that_variables_name_and_names_are_verified_where_sentinel_tells_names() -> (
    None
):
    by_stem = {path.stem: path for path in COMMITTED}
    for name in LIBRARIES:
        mutual, named = told(by_stem["tls"], name), told(by_stem["tls-hostname"], name)
        assert mutual.encryption
        assert named.encryption
        assert (mutual.encryption.mutual, mutual.encryption.check_names) == (True, False)
        assert (named.encryption.mutual, named.encryption.check_names) == (False, True)
        for made in (mutual, named):
            assert '"REDIS_CA_FILE"' in made.code
        key = "REDIS_KEYSTORE_FILE" if name == "jedis" else "REDIS_KEY_FILE"
        assert f'"{key}"' in mutual.code
        assert f'"{key}"' not in named.code
        assert "REDIS_CA_FILE" not in told(MINIMAL, name).code


def test_noreplicas_is_spoken_of_only_where_a_master_may_say_it() -> None:
    with_it = [p for p in COMMITTED if reviewed(p).profile.redis.min_replicas_to_write]
    without = [p for p in COMMITTED if not reviewed(p).profile.redis.min_replicas_to_write]
    assert with_it
    assert without
    assert all("NOREPLICAS is" in " ".join(told(p, "redis-py").pitfalls) for p in with_it)
    assert not any("NOREPLICAS is" in " ".join(told(p, "redis-py").pitfalls) for p in without)


def test_the_cache_of_names_in_java_matters_only_where_pods_have_names() -> None:
    by_name = [p for p in COMMITTED if reviewed(p).profile.addressing.mode == "hostname"]
    assert by_name
    assert all("networkaddress.cache.ttl" in " ".join(told(p, "jedis").pitfalls) for p in by_name)
    assert "networkaddress" not in " ".join(told(MINIMAL, "jedis").pitfalls)


@given(st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \"\\'{}$`"), max_size=40))
def test_a_text_is_one_string_of_its_language(text: str) -> None:
    assert ast.literal_eval(codetext.python(text)) == text
    # What Java, Go, JavaScript and C# agree on is what JSON has.
    assert json.loads(codetext.c_like(text)) == text
    assert "\\u" not in codetext.c_like(text).replace("\\\\", "")


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "a\u2028b", "a\x7f", "\ud800"])
def test_a_text_that_would_need_an_escape_by_number_is_refused(text: str) -> None:
    for write in (codetext.python, codetext.c_like, codetext.comment):
        with pytest.raises(ValueError, match="cannot contain"):
            write(text)


def test_a_comment_cannot_end_the_comment() -> None:
    with pytest.raises(ValueError, match="cannot contain"):
        codetext.comment("a */ b")


@dataclass
class _Thing:
    name: str = "x"


@pytest.mark.parametrize("value", [None, {}, [], _Thing(), float("inf"), float("nan")])
def test_what_is_no_scalar_is_refused(value: object) -> None:
    for write in (codetext.python, codetext.c_like):
        with pytest.raises(TypeError):
            write(value)


def test_truth_is_written_as_each_language_has_it() -> None:
    assert (codetext.python(True), codetext.c_like(True)) == ("True", "true")
    assert (codetext.python(False), codetext.c_like(False)) == ("False", "false")
    assert (codetext.python(1.5), codetext.python(7), codetext.c_like(7)) == ("1.5", "7", "7")


def test_the_command_prints_code_or_one_document() -> None:
    command = [sys.executable, "-m", "redismanifests", "client", str(REFERENCE), "redis-py"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    document = json.loads(
        subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=True).stdout
    )
    assert document["code"] == text
    assert document["masterName"] == "mymaster"
    assert [each["port"] for each in document["sentinels"]] == [26379] * 3
    assert document["times"]["bound_ms"] == 9900
