"""Hostile manifests: whatever an object names, nothing outside of the scratch folder is touched."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml12 import parse_yaml

from commandline import redismanifests
from hostiletext import hostile_text
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes.decoded import decoded
from redismanifests.prove.rehearse.bench.carried import not_carried
from redismanifests.prove.rehearse.bench.deployment import deployment
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.toycluster.linux.beneath import beneath
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.pods.environment import container_environment
from redismanifests.prove.toycluster.pods.image import Image
from redismanifests.prove.toycluster.pods.pod import _etc
from redismanifests.prove.toycluster.pods.rootfs import prepare, volume_mounts
from redismanifests.prove.toycluster.pods.volume import empty_claim, fill_claim, lose_claim, volume_folders
from redismanifests.prove.toycluster.refusal import refuse
from redismanifests.prove.toycluster.service import services
from redismanifests.prove.toycluster.statefulset import StatefulSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RENDERED = Path(__file__).resolve().parents[2] / "rendered"
OBJECTS: list[dict[str, Any]] = [
    item
    for file in sorted(RENDERED.glob("*.yaml"))
    for item in parse_yaml(file.read_text(encoding="utf-8"), multi=True)
]
UP = "../" * 12
_QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None
PATHS = (
    "..",
    ".",
    "/",
    "",
    UP + "beside/x",
    "/" + UP + "beside/x",
    "a/../../x",
    "..data",
    "a//b",
    "/./x",
    "x/..",
)
PATHS += (
    "/etc/localtime/x",
    "/etc/alternatives/x",
    "/proc/sys/x",
    "/dev/x",
    "/usr",
    "/usr/bin/x",
    "/.host/x",
    "a\nb",
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every scalar and every key of an object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*path, index))


PLACES = [(n, path) for n, item in enumerate(OBJECTS) for path in _places(item) if path[0] != "apiVersion"]
NAMES = {"name", "key", "path", "mountPath", "subPath", "claimName", "secretName", "hostname", "subdomain"}
NAMES |= {"serviceName", "clusterIP", "namespace", "items", "data", "defaultMode", "volumes", "volumeMounts"}
NAMING = [(n, path) for n, path in PLACES if path[-1] in NAMES or "data" in path]
anything = st.one_of(
    st.sampled_from(PATHS),
    hostile_text,
    st.sampled_from((None, True, 0, -1, 2**40, 1e300, [], {}, [None], {"a": 1}, {"name": "../x"})),
)


mutations = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(NAMING), st.sampled_from(PLACES)),
        st.sampled_from(("value", "key", "remove", "subPath")),
        anything,
    ),
    min_size=1,
    max_size=3,
)


def _mutated(changes: list[tuple[tuple[int, tuple[Any, ...]], str, Any]]) -> list[dict[str, Any]]:
    """The rendered reference deployment with these fields or keys replaced or removed."""
    objects = copy.deepcopy(OBJECTS)
    for (number, path), way, value in changes:
        parent: Any = objects[number]
        try:
            if way == "subPath":
                _with_sub_path(next(each for each in objects if each["kind"] == "StatefulSet"), str(value))
                continue
            for step in path[:-1]:
                parent = parent[step]
            if way == "value" or not isinstance(parent, dict):
                parent[path[-1]] = copy.deepcopy(value)
            elif way == "key":
                parent[str(value)] = parent.pop(path[-1])
            else:
                del parent[path[-1]]
        except (KeyError, IndexError, TypeError, StopIteration):
            continue
    return objects


def _with_sub_path(item: dict[str, Any], path: str) -> None:
    try:
        item["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][0]["subPath"] = path
    except (KeyError, IndexError, TypeError):
        return


def _tree(folder: Path) -> list[tuple[str, int, int, int, bytes]]:
    return [
        (
            str(path),
            (at := path.lstat()).st_mode,
            at.st_mtime_ns,
            at.st_ino,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    ]


def _names(folder: str | Path) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def _make_everything(objects: list[dict[str, Any]], scratch: Path) -> None:
    """All that a pod of each set has on disk before anything runs."""
    whole = with_stand_ins(Objects.of(objects))
    behind = services(whole)
    deployment(whole, behind)
    not_carried(whole)
    for item in whole.of_kind("StatefulSet"):
        pod = StatefulSet(item, None, None, None).pod_object(0)  # type: ignore[arg-type]
        pod["status"] = {"podIP": "10.244.1.2"}
        place = scratch / "pods" / f"{item['metadata']['name']}.0"
        place.mkdir(parents=True)
        folders = volume_folders(whole, pod, place / "volumes", scratch / "claims", 0)
        # One is as good as all, and /etc of each is half a thousand links.
        for container in pod["spec"]["containers"][:1]:
            pod["metadata"]["uid"], pod["status"]["hostIP"] = "1", "10.0.0.1"
            container_environment(container, pod, whole, behind)
            prepare(
                place / container["name"],
                image=Image((), (), 0, 0, "/", {}),
                etc=_etc(pod),
                mounts=volume_mounts(pod["spec"], container, folders),
            )


@settings(max_examples=int(os.environ.get("HOSTILE_INPUTS", "60")))
@given(mutations)
def test_a_hostile_manifest_is_refused_in_words_or_stays_in_the_scratch_folder(
    changes: list[tuple[tuple[int, tuple[Any, ...]], str, Any]],
) -> None:
    objects = [decoded(each) if isinstance(each, dict) else each for each in _mutated(changes)]
    with TemporaryDirectory(dir=_QUICK) as name:
        beside = Path(name) / "beside"
        beside.mkdir()
        (beside / "x").write_text("mine", encoding="utf-8")
        before = [_tree(beside), _names(name), _names("/")]
        scratch = Path(name) / "a" / "b" / "scratch"
        (scratch / "claims").mkdir(parents=True)
        try:
            refuse(objects)
            _make_everything(objects, scratch)
        except RedismanifestsError:
            pass
        assert [_tree(beside), [each for each in _names(name) if each != "a"], _names("/")] == before
        assert _names(Path(name) / "a") == ["b"]
        assert _names(Path(name) / "a" / "b") == ["scratch"]


@pytest.mark.parametrize("way", ["remove", "value"])
def test_a_manifest_without_any_one_part_is_refused_or_made(way: str) -> None:
    # A prime: every kind and depth is among them.
    for number, place in PLACES[:: 1 if os.environ.get("EXAMPLES") == "all" else 7]:
        objects = [decoded(each) for each in _mutated([((number, place), way, None)])]
        with TemporaryDirectory(dir=_QUICK) as name:
            (Path(name) / "claims").mkdir()
            try:
                refuse(objects)
                _make_everything(objects, Path(name))
            except RedismanifestsError:
                continue
            except Exception as error:
                raise AssertionError(f"{objects[number]['kind']} {place} {way}") from error


@given(st.one_of(st.sampled_from(PATHS), hostile_text))
def test_a_path_is_beneath_its_folder_or_refused(text: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name).resolve() / "folder"
        folder.mkdir()
        (folder / "link").symlink_to("/etc")
        for path in (text, f"link/{text}", f"{text}/link"):
            try:
                found = beneath(folder, path)
            except (RedismanifestsError, OSError, ValueError):
                continue
            assert found != folder
            assert os.path.realpath(found).startswith(f"{folder}/")


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("ConfigMap", lambda item: item["data"].update({UP + "tmp/x": "1"}), "is no key"),
        ("ConfigMap", lambda item: item["metadata"].update(name="../x"), "metadata.name"),
        (
            "StatefulSet",
            lambda item: item["spec"]["template"]["metadata"].pop("labels"),
            "not those of spec.selector",
        ),
        ("StatefulSet", lambda item: _mount(item).update(mountPath=f"/{UP}srv"), "mountPath"),
        ("StatefulSet", lambda item: _mount(item).update(mountPath="/usr/bin"), "covers /usr/bin"),
        ("StatefulSet", lambda item: _mount(item).update(subPath="a/../../b"), "subPath"),
        ("StatefulSet", lambda item: _spec(item)["containers"][0].update(name="../x"), "name"),
        ("StatefulSet", lambda item: _spec(item)["volumes"][0].update(name="../x"), "volumes[0].name"),
        ("StatefulSet", lambda item: item["spec"].update(replicas=10**9), "spec.replicas"),
        ("StatefulSet", lambda item: _spec(item).update(hostname="a/b"), "hostname"),
        ("StatefulSet", lambda item: _spec(item)["containers"][0].update(env=[{"name": "A=B"}]), "variable"),
        (
            "StatefulSet",
            lambda item: _spec(item)["containers"][0].update(env=[{"name": "A", "value": "\0"}]),
            "NUL",
        ),
        ("StatefulSet", lambda item: item.pop("spec"), 'missing field "spec"'),
        (
            "Service",
            lambda item: item["spec"].update(clusterIP='1.2.3.4; include "/etc/shadow"'),
            "clusterIP",
        ),
    ],
)
def test_what_no_api_server_stores_ends_with_its_place_and_exit_two(
    tmp_path: Path, kind: str, change: Callable[[Any], Any], said: str
) -> None:
    objects = copy.deepcopy(OBJECTS)
    change(next(item for item in objects if item["kind"] == kind))
    with pytest.raises(
        RedismanifestsError, match="are refused, as an API server would refuse them"
    ) as caught:
        refuse(objects)
    assert said in str(caught.value.fact)
    assert kind in str(caught.value.fact)


def _spec(item: dict[str, Any]) -> Any:
    return item["spec"]["template"]["spec"]


def _mount(item: dict[str, Any]) -> Any:
    return _spec(item)["containers"][0]["volumeMounts"][0]


def test_the_command_refuses_a_key_that_leads_to_a_file_of_the_machine(tmp_path: Path) -> None:
    target = tmp_path / "outside"
    key = f"{UP}{target.relative_to('/')}"
    text = f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: redis}}\ndata: {{"{key}": x}}\n'
    (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
    done = redismanifests("rehearse", tmp_path / "all.yaml", "--scenario", "apply")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ConfigMap redis: data: " in done.stderr
    assert not target.exists()


def test_links_that_a_container_left_in_a_claim_are_not_followed(tmp_path: Path) -> None:
    beside, claims = tmp_path / "beside", tmp_path / "claims"
    beside.mkdir()
    (beside / "kept").write_text("mine", encoding="utf-8")
    (claims / "data-0").mkdir(parents=True)
    (claims / "data-0" / "folder").symlink_to(beside)
    (claims / "data-0" / "file").symlink_to(beside / "kept")
    (claims / "data-0" / "taken-by-the-rehearsal").symlink_to(beside / "made")
    fill_claim(claims, "data-0")
    empty_claim(claims, "data-0")
    with pytest.raises(RedismanifestsError, match="leads out"):
        volume_mounts(
            {"volumes": [{"name": "data", "emptyDir": {}}]},
            {"volumeMounts": [{"name": "data", "mountPath": "/x", "subPath": "folder"}]},
            {"data": claims / "data-0"},
        )
    lose_claim(claims, "data-0")
    assert [path.name for path in beside.iterdir()] == ["kept"]
    assert list((claims / "data-0").iterdir()) == []


@pytest.mark.lab
def test_the_kernel_keeps_everything_but_the_scratch_folder_read_only(seen: Callable[[str], Any]) -> None:
    fenced = seen("fenced")
    assert set(fenced["refusals"]) == {"Read-only file system"}
    assert len(fenced["refusals"]) >= 4


@pytest.mark.lab
def test_a_container_cannot_write_settings_of_the_machine_nor_read_its_memory(
    seen: Callable[[str], Any],
) -> None:
    world = seen("fenced")
    assert "Read-only file system" in world["sysctl"]
    # Some kernels have no such file.
    assert "Read-only file system" in world["sysrq"] or "Directory nonexistent" in world["sysrq"]
    assert world["kcore"] == ""
    assert world["thp"].strip() == "/sys/kernel"
    assert "Read-only file system" in world["sysfs"]


@pytest.mark.lab
@pytest.mark.skipif(os.geteuid() != 0, reason="only root has ids to keep")
def test_root_has_a_user_namespace_with_the_same_ids(seen: Callable[[str], Any]) -> None:
    world = seen("fenced")
    assert world["users"] != str(Path("/proc/self/ns/user").readlink())
    assert world["ids"].split() == Path("/proc/self/uid_map").read_text(encoding="ascii").split()


@pytest.mark.lab
def test_variables_of_a_manifest_reach_its_own_program_only(seen: Callable[[str], Any]) -> None:
    world = seen("variables_of_tools")
    assert world["preload"] == "/scratch/none.so"
    assert world["path"] == "/nowhere"
    assert world["rehearsed"] == ""
    # The loader of each tool that had seen it would have said so.
    assert "nsenter" not in world["log"]
    assert "setpriv" not in world["log"]


@pytest.mark.lab
def test_a_link_that_a_container_puts_where_its_volume_was_is_not_mounted(seen: Callable[[str], Any]) -> None:
    assert "leads elsewhere: not mounted" in seen("relinked")["log"]
