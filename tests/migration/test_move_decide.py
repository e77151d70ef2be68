"""What a pod decides while the deployment follows an old master: the scripts of a ConfigMap, facts in, action out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from redismanifests.judge.review import review
from startup.conftest import AWKS, require

if TYPE_CHECKING:
    from collections.abc import Sequence

PROFILE = Path(__file__).parents[1] / "profiles" / "alerts.yaml"
OLD = "redis-master.old.svc"
ME, ONE, TWO = "10.0.0.1", "10.0.0.2", "10.0.0.3"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of both ConfigMaps, Redis' last."""
    folder = tmp_path_factory.mktemp("config")
    objects = [each.manifest for each in review(PROFILE).accepted().objects]
    maps = {each["metadata"]["name"]: each["data"] for each in objects if each["kind"] == "ConfigMap"}
    for name in ("redis-sentinel-config", "redis-config"):
        for file, text in maps[name].items():
            (folder / file).write_text(text)
    return folder


@pytest.fixture(params=AWKS)
def awk(request: pytest.FixtureRequest) -> Sequence[str]:
    require(*AWKS[request.param])
    return AWKS[request.param]


def decide(
    config: Path,
    data: Path,
    awk: Sequence[str],
    facts: str,
    *,
    function: str = "redis_decide",
    ordinal: int = 0,
) -> str:
    """The action of a pod whose volume is ``data``; ``facts`` are separated by ;."""
    me = (ME, ONE, TWO)[ordinal]
    lines = [f"self {me} {ordinal}", *(f"member {each}" for each in (ME, ONE, TWO)), "sentinels 3"]
    lines += [each.strip() for each in facts.split(";") if each.strip()]
    file = "redis-decide.sh" if function == "redis_decide" else "sentinel-decide.sh"
    text = (
        f'CONFIG_DIR={config}; . "$CONFIG_DIR/lib.sh"; . "$CONFIG_DIR/{file}"; DATA_DIR={data};'
        f" CONFIG={data}/redis.conf OUTSIDE={data}/outside MOVE={data}/move;"
        f' awk() {{ {" ".join(awk)} "$@"; }}; {function}'
    )
    done = subprocess.run(
        ["dash", "-c", text],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    return done.stdout.strip()


NEW = "waited 5; volume empty; storage claim; last none; person none; promotion no"
ROLES = {
    "new": (NEW, f"replica {OLD} "),
    "listening": (NEW.replace("waited 5", "waited 4"), "wait listening"),
    "old data of a person": (NEW.replace("volume empty", "volume data"), "help this volume holds data"),
    "files of a person that do not load": (
        NEW.replace("volume empty", "volume unusable") + "; trouble t; remedy r",
        "help this volume holds data",
    ),
    "others run empty": (f"{NEW}; peer {ONE} replica 0 {ME} down -1; peer {TWO} silent", f"replica {OLD} "),
    "a Sentinel knows a master": (f"{NEW}; sentinel s 1 {ONE} master 5000 2 2 9", "wait "),
    "a Sentinel is silent": (f"{NEW}; sentinel s silent", f"replica {OLD} "),
    "a member is master": (f"{NEW}; peer {ONE} master 7 1 9", f"replica {ONE} "),
    "members follow another one": (f"{NEW}; peer {TWO} replica 7 {ONE} down 3", f"wait {ONE} does not run"),
    "a person insists": (NEW.replace("person none", "person master"), "master a person"),
    "it was master": (NEW.replace("last none", "last master").replace("empty", "data"), "wait I was master last"),
    "it followed a member": (
        f"waited 5; volume data; storage claim; last replica {ONE}; person none; promotion no",
        f"replica {ONE} ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ROLES)
def test_the_first_pod_follows_the_old_master_where_no_one_is_known(
    config: Path, awk: Sequence[str], tmp_path: Path, case: str
) -> None:
    facts, expected = ROLES[case]
    assert decide(config, tmp_path, awk, facts).startswith(expected)


FOLLOWED = "waited 5; volume data; storage claim; last unknown; person none; promotion no"


@pytest.mark.parametrize(
    ("outside", "replica_of", "move", "expected"),
    [
        (f"{OLD} 6379", f"{OLD} 6379", "", f"replica {OLD} "),
        # The old side has failed over, and the profile names its new master.
        ("redis-other 7000", "redis-other 7000", "", f"replica {OLD} "),
        (f"{OLD} 6379", "10.9.9.9 6379", "", "wait my volume remembers a master that is no member"),
        (f"{OLD} 6379", f"{OLD} 6379", "former 0 10\npromoted", "master the cut made me master"),
        (f"{OLD} 6379", f"{OLD} 6379", "former 0 10", f"replica {OLD} "),
        ("", f"{OLD} 6379", "", "wait my volume remembers a master"),
    ],
)
def test_it_follows_again_only_what_its_volume_says_that_it_followed(
    config: Path, tmp_path: Path, outside: str, replica_of: str, move: str, expected: str
) -> None:
    (tmp_path / "redis.conf").write_text(f"port 6379\nreplicaof {replica_of}\n")
    for name, text in (("outside", outside), ("move", move)):
        if text:
            (tmp_path / name).write_text(f"{text}\n")
    require("mawk")
    assert decide(config, tmp_path, ("mawk",), FOLLOWED).startswith(expected)


OTHERS = {
    "the first one follows the old master": (
        f"{NEW}; peer {ME} replica 7 {OLD} up 0",
        f"replica {ME} it follows",
    ),
    "with its link down": (f"{NEW}; peer {ME} replica 7 {OLD} down -1", f"replica {ME} it follows"),
    "listening": (f"{NEW.replace('waited 5', 'waited 4')}; peer {ME} replica 7 {OLD} up 0", "wait listening"),
    "the first one is silent": (f"{NEW}; peer {ME} silent", f"replica {ME} "),
    "the first one follows a member": (f"{NEW}; peer {ME} replica 7 {TWO} up 0", f"wait {TWO} does not run"),
    "damaged in its first copy": (
        f"{FOLLOWED.replace('last unknown', f'last replica {ME}').replace('data', 'unusable')}; trouble t; remedy r;"
        f" peer {ME} replica 7 {OLD} up 0",
        f"replica {ME} ",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_the_other_pods_follow_the_first_one(
    config: Path, awk: Sequence[str], tmp_path: Path, case: str
) -> None:
    facts, expected = OTHERS[case]
    assert decide(config, tmp_path, awk, facts, ordinal=1).startswith(expected)


def test_a_sentinel_waits_for_the_cut_and_does_not_ask_for_a_promotion_by_hand(
    config: Path, awk: Sequence[str], tmp_path: Path
) -> None:
    facts = f"waited 100; state none; peer {ME} replica 7 {OLD} up 0; peer {ONE} replica 7 {ME} up 0"
    said = decide(config, tmp_path, awk, facts, function="sentinel_decide")
    assert said.startswith("wait no member is master")
    assert (tmp_path / "waiting").exists()
    after = facts.replace(f"peer {ME} replica 7 {OLD} up 0", f"peer {ME} master 7 1 9")
    assert decide(config, tmp_path, awk, after, function="sentinel_decide").startswith(f"monitor {ME} 0")


@pytest.mark.parametrize(("age", "alive"), [(0, True), (15, True), (60, False)])
def test_a_sentinel_is_alive_while_it_waits(config: Path, tmp_path: Path, age: int, alive: bool) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    for file in config.iterdir():
        text = file.read_text()
        if file.name == "settings.sh":
            text += f"\nDATA_DIR='{tmp_path}'\nSENTINEL_PORT=1\n"
        (folder / file.name).write_text(text)
    uptime = int(float(Path("/proc/uptime").read_text().split()[0]))
    (tmp_path / "waiting").write_text(f"{uptime - age}\n")
    done = subprocess.run(
        ["dash", str(folder / "sentinel-alive.sh")], capture_output=True, check=False, timeout=20
    )
    assert (done.returncode == 0) is alive


MASTER = "waited 5; volume data; storage claim; last master; person none; promotion no"
MINE = f"{MASTER}; peer {ONE} replica 1 {ME} down 0; peer {TWO} replica 1 {ME} down 0; sentinel s silent"


@pytest.mark.parametrize(
    ("facts", "move", "expected"),
    [
        (MINE, "promoted\n", "master the cut made me master"),
        (MINE.replace("waited 5", "waited 4"), "promoted\n", "wait listening"),
        # The Sentinels have started since: a replica of mine may be ahead, and they promote it.
        (MINE, "promoted\nover\n", "wait "),
        (MINE.replace("s silent", f"s 0 {ME} master 5000 2 2 9"), "promoted\n", "wait "),
        (
            MINE.replace(f"{TWO} replica 1 {ME} down 0", f"{TWO} master 1 1 0"),
            "promoted\n",
            f"replica {TWO} ",
        ),
        (MINE, "", "wait "),
    ],
)
def test_a_first_pod_that_is_killed_before_the_sentinels_start_is_the_master_of_the_cut(
    config: Path, awk: Sequence[str], tmp_path: Path, facts: str, move: str, expected: str
) -> None:
    """They wait for a master to start with, and it would wait for them."""
    (tmp_path / "move").write_text(move)
    assert decide(config, tmp_path, awk, facts).startswith(expected)
