"""What every command line tool does: standard input, the usual file, colour, words for a first mistake."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from commandline import PROGRAM, on_a_terminal, redismanifests
from deployment import TOP
from redismanifests.cli import COMMANDS, cli
from redismanifests.cli.proof.rehearsing import subjects_of
from redismanifests.judge.explanation import explanations

if TYPE_CHECKING:
    from pathlib import Path

SHORT = "name: redis\nnamespace: shop\n"
WRONG = f"{SHORT}nope: 1\n"
TAKES_A_PROFILE = {
    "render": ["--stdout"],
    "check": [],
    "plan": [],
    "diff": ["out"],
    "rehearse": ["--scenario", "nowhere"],
    "verify": ["--print-rbac"],
    "drill": ["--print-rbac"],
    "backup": [],
    "client": ["redis-py"],
    "show": [],
}
"""Each such command, and what makes it end at once."""
NO_PROFILE = {"init", "migrate", "report", "explain", "profiles", "schema"}


def command_line(command: str, *profile: str) -> list[str]:
    """A run of ``command`` that reads its profile and then ends."""
    if command == "drill":
        return ["drill", "failover", *profile, *TAKES_A_PROFILE[command]]
    if command == "backup":
        return ["backup", "list", *profile]
    if command == "rehearse":
        return ["rehearse", *profile, "--redis-server", "/nowhere"]
    return [command, *profile, *TAKES_A_PROFILE[command]]


def test_every_command_is_known_here() -> None:
    assert TAKES_A_PROFILE.keys() | NO_PROFILE == set(COMMANDS)


@pytest.mark.parametrize("command", TAKES_A_PROFILE)
def test_a_dash_is_standard_input(command: str, tmp_path: Path) -> None:
    done = redismanifests(*command_line(command, "-"), cwd=tmp_path, input=WRONG)
    assert "standard input:3:1" in done.stdout + done.stderr
    assert "a profile has no nope" in done.stdout + done.stderr


@pytest.mark.parametrize("command", TAKES_A_PROFILE)
def test_without_a_profile_the_one_of_this_folder_is_meant(command: str, tmp_path: Path) -> None:
    if command == "diff":
        (tmp_path / "out").mkdir()  # a folder alone is what to compare with
    missing = redismanifests(*command_line(command), cwd=tmp_path)
    assert missing.returncode == 2
    assert "there is no profile.yaml here" in missing.stderr
    assert "redismanifests init" in missing.stderr
    (tmp_path / "profile.yaml").write_text(WRONG, encoding="utf-8")
    done = redismanifests(*command_line(command), cwd=tmp_path)
    assert "profile.yaml:3:1" in done.stdout + done.stderr


def test_what_is_read_from_standard_input_is_what_a_file_gives(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    for command in ("check", "plan", "show"):
        piped = redismanifests(command, "-", cwd=tmp_path, input=SHORT)
        assert (piped.returncode, piped.stderr) == (0, "")
        from_file = redismanifests(command, cwd=tmp_path).stdout
        assert piped.stdout.replace("standard input", "profile.yaml") == from_file


def test_limits_come_from_standard_input_and_it_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    limits = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: a}\n"
    limits += "spec: {limits: [{type: Container, max: {cpu: 1m}}]}\n"
    done = redismanifests("check", "--limits", "-", "profile.yaml", cwd=tmp_path, input=limits)
    assert (done.returncode, "error[RM102]" in done.stdout) == (1, True)
    twice = redismanifests("check", "--limits", "-", "-", cwd=tmp_path, input=limits)
    assert (twice.returncode, "standard input can be read once" in twice.stderr) == (2, True)


@pytest.mark.parametrize("names", [["a.yaml"], ["./a.yaml"], ["in/../a.yaml"], ["."], ["in/link/a.yaml"]])
def test_a_file_that_is_named_twice_is_judged_once(names: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{SHORT}sentinel: {{parallelSyncs: 3}}\n", encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    alone = redismanifests("check", "a.yaml", cwd=tmp_path)
    twice = redismanifests("check", "a.yaml", *names, cwd=tmp_path)
    assert (twice.returncode, twice.stdout, twice.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert "RM" in alone.stdout
    alone = redismanifests("render", "--stdout", "a.yaml", cwd=tmp_path)
    twice = redismanifests("render", "--stdout", "a.yaml", *names, cwd=tmp_path)
    assert (twice.returncode, twice.stdout) == (alone.returncode, alone.stdout)
    assert len(subjects_of([tmp_path / name for name in ("a.yaml", *names)], ())) == 1


def test_objects_and_limits_that_are_named_twice_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SHORT, encoding="utf-8")
    assert redismanifests("render", "a.yaml", cwd=tmp_path).returncode == 0
    alone = redismanifests("check", "rendered", cwd=tmp_path)
    for names in (["rendered"], ["./rendered/redis-statefulset.yaml"], ["rendered/../rendered"]):
        twice = redismanifests("check", "rendered", *names, cwd=tmp_path)
        assert (twice.returncode, twice.stdout) == (0, alone.stdout), names
    limits = (
        "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\nspec: {hard: {pods: 1}}\n"
    )
    (tmp_path / "limits").mkdir()
    (tmp_path / "limits" / "q.yaml").write_text(limits, encoding="utf-8")
    alone = redismanifests("check", "a.yaml", "--limits", "limits/q.yaml", cwd=tmp_path)
    twice = redismanifests(
        "check", "a.yaml", "--limits", "limits/q.yaml", "--limits", "limits/../limits/q.yaml", cwd=tmp_path
    )
    assert (twice.returncode, twice.stdout) == (1, alone.stdout)


def test_two_links_to_one_profile_are_two_profiles(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    done = redismanifests("render", "a.yaml", "b.yaml", cwd=tmp_path)
    assert "2 of 2 profiles rendered" in done.stderr


def test_standard_input_has_no_sub_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SHORT, encoding="utf-8")
    done = redismanifests("render", "a.yaml", "-", cwd=tmp_path, input=SHORT)
    assert (done.returncode, "render it alone" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "command", ["check", "client", "diff", "plan", "render", "rehearse", "show", "verify"]
)
def test_a_misspelt_file_is_answered_with_the_right_one(command: str, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    done = redismanifests(*command_line(command, "profil.yaml"), cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean profile.yaml?" in done.stdout + done.stderr


def test_missing_limits_are_answered_with_the_command_that_fetches_them(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    done = redismanifests("check", "--limits", "nope.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "kubectl -n shop get limitrange,resourcequota -o yaml > nope.yaml" in done.stdout
    assert "redismanifests init" not in done.stdout


def test_no_files_of_a_commit_are_no_profile_of_this_folder(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(WRONG, encoding="utf-8")
    done = redismanifests("check", "--changed", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "no profile changed, and none names a file that did\n")


@pytest.mark.parametrize("order", [["profile.yaml", "jedis"], ["jedis", "profile.yaml"], ["jedis"]])
def test_client_takes_profile_and_library_in_any_order(order: list[str], tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    done = redismanifests("client", *order, cwd=tmp_path)
    assert done.returncode == 0
    assert "JedisSentinelPool" in done.stdout or "jedis" in done.stdout


@pytest.mark.parametrize(
    "words", [["ruby"], ["profile.yaml", "ruby"], ["ruby", "profile.yaml"], [], ["a", "b", "c"]]
)
def test_an_unknown_library_is_answered_with_those_that_are_known(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    done = redismanifests("client", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("stackexchange") == 1
    assert ("ruby" in done.stderr) == ("ruby" in words)


@pytest.mark.parametrize(
    ("environment", "option", "coloured"),
    [
        ({}, [], True),
        ({"NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": ""}, [], True),
        ({"TERM": "dumb"}, [], False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, [], True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "auto"], False),
    ],
)
@pytest.mark.parametrize("command", ["check", "show"])
def test_colour_is_as_the_user_says(
    command: str, environment: dict[str, str], option: list[str], coloured: bool, tmp_path: Path
) -> None:
    text = WRONG if command in ("check", "render") else f"{SHORT}sentinel: {{failoverTimeout: 30s}}\n"
    (tmp_path / "profile.yaml").write_text(text, encoding="utf-8")
    clean = {"TERM": "xterm", "NO_COLOR": "", "FORCE_COLOR": "", **environment}
    assert ("\x1b[" in on_a_terminal([command, *option], tmp_path, env=clean)) == coloured
    piped = redismanifests(command, *option, cwd=tmp_path, env=clean)
    forced = coloured and ("always" in option or bool(clean["FORCE_COLOR"]))
    assert ("\x1b[" in piped.stdout + piped.stderr) == forced


def test_a_machine_gets_no_colour(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(WRONG, encoding="utf-8")
    for form in ("json", "sarif", "github", "junit", "markdown"):
        done = redismanifests("check", "--format", form, "--color", "always", cwd=tmp_path)
        assert "\x1b" not in done.stdout, form


@pytest.mark.parametrize("command", ["check", "plan", "show"])
def test_closed_streams_leave_the_exit_code(command: str, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    line = " ".join(f"'{word}'" for word in PROGRAM)
    for closed in (">&- 2>&-", "<&-"):
        done = subprocess.run(
            ["sh", "-c", f"{line} {command} {closed}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (closed, done.stderr)
        assert "Traceback" not in done.stdout + done.stderr


def test_a_folder_that_is_not_there_is_one_line_and_no_difference(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    none = redismanifests("diff", "profile.yaml", "redered", cwd=tmp_path)
    assert (none.returncode, none.stdout) == (2, "")
    assert "redered: there is no such folder" in none.stderr
    assert "redismanifests render profile.yaml -o redered" in none.stderr
    hook = redismanifests("render", "--check", cwd=tmp_path)
    assert (hook.returncode, hook.stdout) == (1, "")
    assert "rendered: there is no such folder" in hook.stderr
    assert redismanifests("render", cwd=tmp_path).returncode == 0
    near = redismanifests("diff", "profile.yaml", "redered", cwd=tmp_path)
    assert (near.returncode, "did you mean rendered?" in near.stderr) == (2, True)
    assert redismanifests("diff", "rendered", cwd=tmp_path).returncode == 0
    (tmp_path / "rendered" / "redis-service.yaml").unlink()
    assert redismanifests("diff", cwd=tmp_path).returncode == 1


def test_the_statistics_of_a_difference_are_those_that_git_counts(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    redismanifests("render", cwd=tmp_path)
    (tmp_path / "profile.yaml").write_text(f"{SHORT}redis: {{replicas: 5}}\n", encoding="utf-8")
    patch = redismanifests("diff", cwd=tmp_path).stdout
    counted = subprocess.run(
        ["git", "apply", "--numstat", "-"],
        input=patch,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    expected = {name: (added, removed) for added, removed, name in map(str.split, counted.splitlines())}
    shown = redismanifests("diff", "--stat", cwd=tmp_path)
    assert shown.returncode == 1
    found = {}
    for line in shown.stdout.splitlines():
        name, added, removed = line.split()
        found[name] = (added.removeprefix("+"), removed.removeprefix("-"))
    assert found == expected


def test_options_come_from_the_environment_too(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(f"{SHORT}sentinel: {{failoverTimeout: 30s}}\n", encoding="utf-8")
    assert redismanifests("check", cwd=tmp_path).returncode == 0
    assert redismanifests("check", cwd=tmp_path, env={"REDISMANIFESTS_STRICT": "1"}).returncode == 1
    redismanifests("render", cwd=tmp_path, env={"REDISMANIFESTS_OUTPUT": "elsewhere"})
    assert (tmp_path / "elsewhere" / "SHA256SUMS").exists()
    done = redismanifests("check", cwd=tmp_path, env={"REDISMANIFESTS_LIMITS": "nope.yaml"})
    assert (done.returncode, "nope.yaml" in done.stdout) == (2, True)


def test_init_says_what_it_keeps_and_render_what_comes_next(tmp_path: Path) -> None:
    assert "written" in redismanifests("init", cwd=tmp_path).stdout
    again = redismanifests("init", cwd=tmp_path)
    assert (again.returncode, again.stdout.count("kept")) == (0, 2)
    near = redismanifests("init", "--from", "prodution", "other.yaml", cwd=tmp_path)
    assert (near.returncode, "did you mean production?" in near.stderr) == (2, True)
    first = redismanifests("render", cwd=tmp_path)
    assert "next: kubectl apply -f rendered" in first.stdout
    objects = len(list((tmp_path / "rendered").glob("*.yaml")))
    assert f"{objects} objects, {objects} added" in first.stdout
    (tmp_path / "profile.yaml").write_text(WRONG, encoding="utf-8")
    refused = redismanifests("render", "-o", "new", cwd=tmp_path)
    assert (refused.returncode, "new: nothing was written" in refused.stderr) == (2, True)
    assert not (tmp_path / "new").exists()


def test_show_is_about_a_section_or_about_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(f"{SHORT}sentinel: {{quorum: 2}}\n", encoding="utf-8")
    whole = redismanifests("show", cwd=tmp_path).stdout
    for words in (["profile.yaml", "sentinel"], ["sentinel"]):
        part = redismanifests("show", *words, cwd=tmp_path).stdout.splitlines()
        assert [line.split()[0] for line in part] == [
            line.split()[0] for line in whole.splitlines() if line.startswith("sentinel.")
        ]
    one = redismanifests("show", "redis.aof.enabled", cwd=tmp_path).stdout
    assert (len(one.splitlines()), one.split()[1]) == (1, "true")
    written = redismanifests("show", "--changed", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in written if line] == ["name", "namespace", "sentinel.quorum"]
    none = redismanifests("show", "profile.yaml", "sentinels", cwd=tmp_path)
    assert (none.returncode, "a profile has no setting sentinels" in none.stderr) == (2, True)
    nothing = redismanifests("show", "profile.yaml", "tls", "--changed", cwd=tmp_path)
    assert (nothing.returncode, nothing.stdout.strip()) == (0, "")


def test_render_says_that_what_runs_refuses_a_larger_claim(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"{SHORT}redis: {{storage: {{size: 5Gi}}}}\n", encoding="utf-8")
    first = redismanifests("render", cwd=tmp_path)
    assert "what runs refuses" not in first.stderr
    profile.write_text(f"{SHORT}redis: {{storage: {{size: 9Gi}}}}\n", encoding="utf-8")
    larger = redismanifests("render", cwd=tmp_path)
    assert larger.returncode == 0
    assert "rendered: what runs refuses this before the fix of RM152 is done" in larger.stderr


def test_a_flood_of_one_mistake_is_bounded(tmp_path: Path) -> None:
    lines = "".join(f"    - maxmemmory{number} 1\n" for number in range(300))
    (tmp_path / "profile.yaml").write_text(f"{SHORT}redis:\n  extraConfig:\n{lines}", encoding="utf-8")
    done = redismanifests("check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("error[RM080]") == 200
    assert "100 more are not shown here" in done.stdout
    assert done.stdout.endswith("300 errors\n")
    keys = "".join(f"unknown{number}: 1\n" for number in range(20_000))
    (tmp_path / "profile.yaml").write_text(SHORT + keys, encoding="utf-8")
    many = redismanifests("check", cwd=tmp_path, timeout=30)
    assert many.returncode == 1
    assert len(many.stdout) < 200_000


def test_the_topics_of_findings_fit_a_screen_and_lead_to_every_one() -> None:
    lines = redismanifests("explain").stdout.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 120
    topics = {
        words[0]: int(words[1]) for words in map(str.split, lines[1:]) if words[1:] and words[1].isdigit()
    }
    assert topics["namespace"] > 20
    known = {each.code for each in explanations()}
    for topic, count in topics.items():
        listed = {line.split()[0] for line in CliRunner().invoke(cli, ["explain", topic]).output.splitlines()}
        assert len({each.code for each in explanations() if each.topic == topic}) == count
        assert {each.code for each in explanations() if each.topic == topic} <= listed
        known -= listed
    assert known == set()


@pytest.mark.parametrize("columns", [40, 59, 80])
@pytest.mark.parametrize(
    "command", ["plan", "show p.yaml redis", "explain", "explain memory", "explain RM024", "profiles"]
)
def test_a_narrow_terminal_holds_every_line(tmp_path: Path, command: str, columns: int) -> None:
    (tmp_path / "p.yaml").write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    words = command.split() if command != "plan" else ["plan", "p.yaml"]
    said = on_a_terminal(words, tmp_path, env={"NO_COLOR": "1"}, columns=columns).splitlines()
    wide = [line for line in said if len(line) > columns]
    assert said
    # A word that is longer cannot be broken.
    assert [line for line in wide if len(line.split()) > 1] == []


def test_what_a_pipe_gets_is_not_broken(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    done = redismanifests("show", tmp_path / "p.yaml")
    assert any(len(line) > 120 for line in done.stdout.splitlines())


def test_every_explanation_goes_beyond_its_first_sentence() -> None:
    short = [
        each.code
        for each in explanations()
        if len(re.findall(r"[.:](?:\s|$)", each.text.split("Source:")[0])) < 2
    ]
    assert short == []


def test_what_completes() -> None:
    for words, known in (
        ("explain RM07", "RM070"),
        ("explain quorum-of", "quorum-of-all-sentinels"),
        ("show p.yaml sent", "sentinel"),
        ("show p.yaml redis.ao", "redis.aof"),
        ("init --from prod", "production"),
    ):
        environment = {"_REDISMANIFESTS_COMPLETE": "bash_complete", "COMP_WORDS": f"redismanifests {words}"}
        environment["COMP_CWORD"] = str(len(words.split()))
        assert f"plain,{known}" in redismanifests(env=environment).stdout.splitlines(), words


@pytest.mark.parametrize(
    ("word", "meant"),
    [("lint", "check"), ("help", "--help"), ("deploy", "kubectl apply -f"), ("rendr", "render")],
)
def test_a_command_of_another_program_is_answered_with_ours(word: str, meant: str) -> None:
    done = redismanifests(word)
    assert (done.returncode, f"Did you mean {meant}" in done.stderr or meant in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("setting", "meant"),
    [
        ("sentinels", "sentinel"),
        ("replicas", "redis.replicas or sentinel.replicas"),
        ("storageclassname", "storage.storageClassName"),
    ],
)
def test_a_setting_that_does_not_exist_is_answered_with_one_that_does(
    setting: str, meant: str, tmp_path: Path
) -> None:
    (tmp_path / "profile.yaml").write_text(SHORT, encoding="utf-8")
    done = redismanifests("show", "profile.yaml", setting, cwd=tmp_path)
    assert (done.returncode, "did you mean" in done.stderr, meant in done.stderr) == (2, True, True)


@pytest.mark.parametrize(
    "command", ["", *COMMANDS, "report diff", "report show", "drill failover", "drill drain"]
)
def test_help_fits_eighty_columns_and_cuts_no_sentence(command: str) -> None:
    lines = redismanifests(*command.split(), "--help").stdout.splitlines()
    assert [line for line in lines[1:] if len(line) > 80 or line.endswith("...")] == []


@pytest.mark.parametrize(("word", "code"), [("quorum", "RM012"), ("Memory", "RM031"), ("rm012", "RM012")])
def test_explain_answers_a_topic(word: str, code: str) -> None:
    done = redismanifests("explain", word)
    assert (done.returncode, code in done.stdout) == (0, True)


def test_every_document_that_a_finding_cites_is_printed() -> None:
    cited = {name for each in explanations() for name in re.findall(r"\bdocs/[a-z/-]+\.md", each.text)}
    assert len(cited) > 5
    for name in sorted(cited)[:3]:
        done = redismanifests("explain", name)
        assert (done.returncode, done.stdout) == (0, (TOP / name).read_text(encoding="utf-8"))
    assert all((TOP / name).is_file() for name in cited)
    assert redismanifests("explain", "docs/../README.md").returncode == 2


def test_the_line_of_a_command_begins_with_a_verb_and_has_80_characters_at_most() -> None:
    lines = [about for _, about in COMMANDS.values()]
    assert [line for line in lines if len(line) > 80 or not line.endswith(".")] == []
    verbs = {"Break", "Check", "Compare", "Explain", "List", "Print", "Run", "Show", "Write"}
    assert {line.split()[0] for line in lines} <= verbs
