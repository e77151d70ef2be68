"""The command line as a process: pipes, terminals, signals, files that cannot be read."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from commandline import PROGRAM, on_a_terminal, redismanifests
from deployment import COMMITTED, REFERENCE, SHIPPED, TOP, reviewed
from yamlreaders import read_1_1

if TYPE_CHECKING:
    from pathlib import Path

SHORT = "name: redis\nnamespace: shop\n"
REFUSED = "name: redis\nnamespace: shop\nsentinel: {quorum: 3}\n"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def test_stdout_holds_the_objects_and_nothing_else() -> None:
    done = redismanifests("render", "--stdout", REFERENCE)
    expected = reviewed(REFERENCE).accepted()
    assert done.returncode == 0
    documents = re.split(r"^---\n", done.stdout, flags=re.MULTILINE)
    assert [text.encode() for text in documents] == list(expected.files.values())
    assert [read_1_1(text) for text in documents] == [item.manifest for item in expected.objects]
    assert "warning[RM021]" in done.stderr


def test_a_refused_profile_prints_nothing_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(REFUSED, encoding="utf-8")
    for arguments in (["--stdout"], ["--check"], []):
        done = redismanifests("render", "profile.yaml", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert "error[RM012]" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["profile.yaml"]


def test_check_of_a_rendering_tells_differences_by_its_code_and_writes_nothing(profile: Path) -> None:
    folder = profile.parent
    check = ["render", "--check", "profile.yaml", "-o", "out"]
    missing = redismanifests(*check, cwd=folder)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "out: there is no such folder" in missing.stderr
    assert not (folder / "out").exists()
    assert redismanifests("render", "profile.yaml", "-o", "out", cwd=folder).returncode == 0
    assert redismanifests(*check, cwd=folder).returncode == 0
    profile.write_text(f"{SHORT}sentinel: {{parallelSyncs: 2}}\n", encoding="utf-8")
    changed = redismanifests(*check, cwd=folder)
    assert changed.returncode == 1
    assert "-    sentinel parallel-syncs shop-redis 1" in changed.stdout
    assert "+    sentinel parallel-syncs shop-redis 2" in changed.stdout
    diff = redismanifests("diff", "profile.yaml", "out", cwd=folder)
    assert (diff.returncode, diff.stdout) == (1, changed.stdout)


def test_what_diff_prints_is_what_git_applies(profile: Path) -> None:
    folder = profile.parent
    redismanifests("render", "profile.yaml", "-o", "out", cwd=folder)
    profile.write_text(f"{SHORT}redis: {{replicas: 5}}\n", encoding="utf-8")
    patch = redismanifests("diff", "profile.yaml", "out", cwd=folder).stdout
    apply = ["git", "apply", "--directory=out", "--unsafe-paths", "-"]
    subprocess.run(apply, input=patch, text=True, cwd=folder, check=True)
    after = {p.name: p.read_bytes() for p in (folder / "out").glob("*.yaml")}
    redismanifests("render", "profile.yaml", "-o", "new", cwd=folder)
    assert after == {p.name: p.read_bytes() for p in (folder / "new").glob("*.yaml")}


def test_an_edited_file_is_a_difference_and_is_not_lost(profile: Path) -> None:
    folder = profile.parent
    redismanifests("render", "profile.yaml", "-o", "out", cwd=folder)
    edited = folder / "out" / "redis-service.yaml"
    edited.write_text(edited.read_text(encoding="utf-8").replace("ClusterIP", "NodePort"), encoding="utf-8")
    done = redismanifests("render", "--check", "profile.yaml", "-o", "out", cwd=folder)
    assert (done.returncode, "-  type: NodePort" in done.stdout) == (1, True)
    assert redismanifests("render", "profile.yaml", "-o", "out", cwd=folder).returncode == 2
    assert "NodePort" in edited.read_text(encoding="utf-8")
    assert redismanifests("render", "--force", "profile.yaml", "-o", "out", cwd=folder).returncode == 0
    assert "NodePort" not in edited.read_text(encoding="utf-8")


def test_a_directory_of_profiles_gives_a_folder_each_and_one_bad_profile_harms_none(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    (profiles / "a.yaml").write_text(SHORT, encoding="utf-8")
    (profiles / "b.yaml").write_text(REFUSED, encoding="utf-8")
    (profiles / "c.yml").write_text(SHORT, encoding="utf-8")
    (profiles / ".hidden.yaml").write_text("broken: [", encoding="utf-8")
    (profiles / "notes.txt").write_text("no profile", encoding="utf-8")
    done = redismanifests("render", "profiles", cwd=tmp_path)
    assert done.returncode == 2
    assert sorted(p.name for p in (tmp_path / "rendered").iterdir()) == ["a", "c"]
    assert done.stderr.splitlines()[-1] == "2 of 3 profiles rendered"
    # Quiet in a pipe: two lines for each folder (the second says what must be provided), no progress, no control codes.
    assert len(done.stdout.splitlines()) == 4
    assert "\r" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_one_profile_in_a_directory_still_gets_a_folder_of_its_own(profile: Path) -> None:
    redismanifests("render", profile.parent, "-o", profile.parent / "out")
    assert (profile.parent / "out" / "profile" / "redis-statefulset.yaml").is_file()


@pytest.mark.parametrize(
    "command", [["check", "profile.yaml"], ["diff", "profile.yaml"], ["show", "profile.yaml"]]
)
def test_colours_are_for_terminals(profile: Path, command: list[str]) -> None:
    profile.write_text(f"{SHORT}sentinel: {{failoverTimeout: 30s}}\n", encoding="utf-8")
    assert "\x1b[" in on_a_terminal(command, profile.parent)
    piped = redismanifests(*command, cwd=profile.parent)
    assert "\x1b" not in piped.stdout + piped.stderr


def test_progress_is_shown_on_a_terminal_and_cleared(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.yaml").write_text(SHORT, encoding="utf-8")
    printed = on_a_terminal(["render", ".", "-o", "out"], tmp_path)
    assert "2/3 b.yaml" in printed
    assert printed.splitlines()[-1].endswith("3 of 3 profiles rendered")


@pytest.mark.parametrize("command", ["render --stdout", "show", "check"])
def test_a_reader_that_goes_away_is_no_news(command: str) -> None:
    program = " ".join(map(repr, PROGRAM))
    line = f"{program} {command} {REFERENCE} | head -n 1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_control_c_ends_a_run_without_a_traceback_and_without_half_a_folder(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    for number in range(400):
        (profiles / f"p{number:03}.yaml").write_text(SHORT, encoding="utf-8")
    running = subprocess.Popen(
        [*PROGRAM, "render", "profiles"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("rendered/p00*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in errors
    folders = list((tmp_path / "rendered").iterdir())
    assert 0 < len(folders) < 400
    for folder in folders:
        assert len(list(folder.iterdir())) == 19, folder


def test_a_file_of_ten_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(b"a: b\n" * 2_000_000)
    done = redismanifests("check", "large.yaml", cwd=tmp_path)
    assert (done.returncode, "larger than 1 MiB" in done.stdout) == (2, True)


_AS_NOBODY = """
import os, sys
from pathlib import Path
import redismanifests.judge.final
from redismanifests.cli.paths import profile_paths
from redismanifests.core.sources.source import source_from_file
from redismanifests.core.findings import ProfileRefused
from redismanifests.errors import RedismanifestsError

if os.geteuid() == 0:
    # Root may read everything. Our code is imported already, so another user need not reach it.
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    [path] = profile_paths((Path(sys.argv[1]),))
    source_from_file(path)
except ProfileRefused as refused:
    print(refused.findings[0].fact)
except RedismanifestsError as error:
    print(error.fact)
"""


def test_a_file_that_may_not_be_read_says_so(profile: Path) -> None:
    profile.chmod(0)
    command = [sys.executable, "-c", _AS_NOBODY, profile.name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=profile.parent)
    assert done.stdout == "no permission to read this file\n"


def test_a_name_that_no_file_can_have_is_no_traceback() -> None:
    done = redismanifests("check", "x" * 5000)
    assert (done.returncode, "File name too long" in done.stdout) == (2, True)
    for command in (["render", "x" * 5000], ["init", "x" * 5000], ["render", REFERENCE, "-o", "x" * 5000]):
        done = redismanifests(*command)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)


@pytest.mark.parametrize("name", [b"\xff.yaml", b"\x1b[31m.yaml", b"a\nkind: Pod.yaml"], ids=repr)
def test_a_file_name_that_is_no_text_is_shown_as_well_as_it_goes(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_text(f"{SHORT}sentinel: {{failoverTimeout: 30s}}\n", encoding="utf-8")
    for command in (["check"], ["check", "--format", "json"], ["render", "--stdout"]):
        done = subprocess.run([*PROGRAM, *command, path], capture_output=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        assert b"\nkind: Pod.yaml" not in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_objects_are_utf_8_in_every_locale(encoding: str) -> None:
    hostile = TOP / "tests" / "profiles" / "hostile.yaml"
    command = [*PROGRAM, "render", "--stdout", str(hostile)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert done.stdout == b"---\n".join(reviewed(hostile).accepted().files.values())


def test_show_tells_where_each_value_comes_from() -> None:
    done = redismanifests("show", "--format", "json", REFERENCE)
    rows = {row["path"]: row for row in json.loads(done.stdout)}
    assert rows["sentinel.downAfter"]["origin"] == "profile"
    assert rows["sentinel.downAfter"]["value"] == "5s"
    line = rows["sentinel.downAfter"]["line"]
    assert REFERENCE.read_text(encoding="utf-8").splitlines()[line - 1] == "  downAfter: 5s"
    assert rows["redis.maxmemory"]["origin"] == "computed"
    assert rows["redis.maxmemory"]["why"]
    assert rows["redis.replicas"]["origin"] == "profile"
    assert rows["spread.hard"] == {
        "path": "spread.hard",
        "value": ["kubernetes.io/hostname"],
        "origin": "default",
        "line": 0,
        "why": rows["spread.hard"]["why"],
    }
    text = redismanifests("show", REFERENCE)
    for path in rows:
        assert re.search(rf"^{re.escape(path)} ", text.stdout, re.MULTILINE)


class _Quoting(yaml.SafeDumper):
    """Texts in quotes: PyYAML writes for YAML 1.1, where 1e3 is one."""


_Quoting.add_representer(str, lambda d, text: d.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def test_what_show_prints_is_a_profile_that_renders_the_same() -> None:
    """The effective profile, written out in full, is the same deployment."""
    from redismanifests.core.sources.source import source_from_text
    from redismanifests.present.documents.effective import effective as document
    from redismanifests.present.writers import written
    from redismanifests.profile.effective import effective
    from redismanifests.profile.form import profile_from

    for path in COMMITTED:
        shown: dict[str, object] = {}
        source, profile = reviewed(path).source, reviewed(path).profile
        for row in json.loads(written(document(list(effective(profile, source))), "json")):
            *sections, last = row["path"].split(".")
            holder = shown
            for section in sections:
                holder = holder.setdefault(section, {})
            holder[last] = row["value"]
        text = yaml.dump(shown, Dumper=_Quoting)
        assert profile_from(source_from_text("shown.yaml", text)) == profile


@pytest.mark.parametrize("origin", [None, *(path.stem for path in SHIPPED if path.stem != "profile")])
def test_a_copy_of_each_profile_is_right_where_it_lands(tmp_path: Path, origin: str | None) -> None:
    from click.testing import CliRunner

    from redismanifests.cli import cli

    target = tmp_path / "sub" / "my.yaml"
    arguments = ["init", str(target), *(["--from", origin] if origin else [])]
    written = CliRunner().invoke(cli, arguments)
    assert written.exit_code == 0, written.output
    assert (target.parent / "redismanifests.schema.json").is_file()
    checked = CliRunner().invoke(cli, ["check", str(target)])
    assert checked.exit_code == 0, checked.output
    before = target.read_bytes()
    target.write_text("mine\n", encoding="utf-8")
    again = CliRunner().invoke(cli, arguments)
    assert again.exit_code != 0
    assert target.read_text(encoding="utf-8") == "mine\n"
    assert before


def test_every_command_has_a_help_page_and_the_version_is_the_packages() -> None:
    from importlib.metadata import version

    from click.testing import CliRunner

    from redismanifests.cli import COMMANDS, cli

    for command in COMMANDS:
        done = CliRunner().invoke(cli, [command, "--help"])
        assert done.exit_code == 0
        assert len(done.output.splitlines()) > 3
    assert version("redismanifests") in CliRunner().invoke(cli, ["--version"]).output


def test_what_kubectl_prints_is_compared_from_standard_input(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    deployed = redismanifests("render", "--stdout", profile).stdout
    same = redismanifests("check", profile, "--against", "-", input=deployed)
    assert (same.returncode, same.stdout) == (0, "1 profile: no findings\n")
    grown = redismanifests("check", profile, "--against", "-", input=deployed.replace("10Gi", "20Gi"))
    assert grown.returncode == 1
    assert "error[RM151]: claim-shrinks" in grown.stdout


@pytest.mark.parametrize(("answer", "quorum"), [(b"y\n", "2"), (b"n\n", "3"), (b"\n", "3")])
def test_fix_askson_a_terminal(profile: Path, answer: bytes, quorum: str) -> None:
    profile.write_text(f"{SHORT}sentinel: {{quorum: 3}} # all\n", encoding="utf-8")
    printed = on_a_terminal(["check", "--fix", "profile.yaml"], profile.parent, typed=answer)
    assert "Fix RM012 quorum-of-all-sentinels in profile.yaml? [y/N]" in printed
    assert profile.read_text(encoding="utf-8") == f"{SHORT}sentinel: {{quorum: {quorum}}} # all\n"


def test_fix_keeps_a_byte_order_mark_and_line_ends(profile: Path) -> None:
    before = b"\xef\xbb\xbfname: redis\r\nnamespace: shop\r\nsentinel: {quorum: 3}\r\n"
    profile.write_bytes(before)
    assert redismanifests("check", "--fix", "--yes", profile).returncode == 0
    assert profile.read_bytes() == before.replace(b"quorum: 3", b"quorum: 2")


def test_a_profile_is_read_once(tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text("name: a\nnamespace: b\n", encoding="utf-8")
    watched = (
        "import sys; opened = []; sys.addaudithook(lambda event, of: event == 'open' and opened.append(str(of[0])));"
        "from redismanifests.cli import cli; cli(['check', sys.argv[1]], standalone_mode=False);"
        "print(opened.count(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", watched, str(profile)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "1"
