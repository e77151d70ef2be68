"""Root file system: what a container sees, as a folder of mount points and the script that mounts them.

A start script that writes outside its volumes, or reads a file that the image does not have, must fail here as in a
cluster. /usr of this machine replaces the image (read-only); /etc has the files of a kubelet and an image; everything
else is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.linux.beneath import beneath
from redismanifests.prove.toycluster.linux.namespace import own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.pods.image import Image

STARTED = "rehearsal: container started"
"""The first line a container prints: its root is in place, its own program comes next."""
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_MASKED = "acpi asound interrupts kcore keys latency_stats sched_debug scsi timer_list timer_stats"
_FIXED = "bus fs irq sys sysrq-trigger"
"""What container runtimes hide of /proc, and what they make read-only (github.com/moby/profiles and containerd's
oci/spec.go have the same lists): a uid of 0 could else change settings of the whole machine."""
_LOCAL, _LOCAL_AGAIN = Path("/usr/local/bin"), "/.local-bin"
"""Covered by the programs of an image; those of this machine that lie there are at the second path."""
_OS_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = (
    "nsswitch.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
    "protocols",
    "services",
)
_PASSWD = """root:x:0:0:root:/root:/bin/sh
redis:x:999:999::/data:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/sh
"""


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of this machine at a path of the container."""

    source: Path
    target: str
    read_only: bool
    given: bool = False
    """Whether it comes from a manifest: then links that a container left may lie on its way."""


def volume_mounts(pod: Object, container: Object, folders: Mapping[str, Path]) -> list[Mount]:
    """The container's ``volumeMounts``; ConfigMaps and Secrets are always read-only."""
    fixed = {
        v["name"] for v in pod.get("volumes", ()) if not {"emptyDir", "persistentVolumeClaim"} & v.keys()
    }
    mounts = []
    for mount in container.get("volumeMounts", ()):
        folder = folders[mount["name"]]
        source = beneath(folder, mount["subPath"]) if mount.get("subPath") else folder
        if not source.exists():
            _make_sub_path(folder, source)
        # As the kernel reads it: without empty steps.
        target = "/" + "/".join(step for step in mount["mountPath"].split("/") if step not in ("", "."))
        mounts.append(
            Mount(source, target, mount["name"] in fixed or bool(mount.get("readOnly")), given=True)
        )
    return mounts


def _make_sub_path(folder: Path, source: Path) -> None:
    """As the kubelet does (doSafeMakeDir): each new folder with the mode and the group of the volume."""
    volume = folder.stat()
    for path in reversed([source, *source.parents]):
        if path.is_relative_to(folder.resolve()) and not path.exists():
            path.mkdir()
            path.chmod(volume.st_mode & 0o7777)
            own(path, volume.st_uid, volume.st_gid)


def _mount_point(root: Path, mount: Mount) -> Path:
    point = beneath(root, mount.target)
    point.parent.mkdir(parents=True, exist_ok=True)
    if mount.source.is_dir():
        point.mkdir(exist_ok=True)
    else:
        point.touch()
    return point


def _fill_etc(etc: Path, files: Mapping[str, str]) -> None:
    etc.mkdir()
    for name in _ETC:
        original = Path("/etc", name)
        # Host files are reached through the host's /etc, which is not in the container: so they are copied.
        if original.is_file():
            (etc / name).write_bytes(original.read_bytes())
        elif original.is_dir():
            (etc / name).mkdir()
            for entry in original.iterdir():
                if entry.is_symlink():
                    (etc / name / entry.name).symlink_to(entry.readlink())
                elif entry.is_file():
                    (etc / name / entry.name).write_bytes(entry.read_bytes())
    (etc / "passwd").write_text(_PASSWD, encoding="utf-8")
    (etc / "group").write_text("root:x:0:\nredis:x:999:\nnogroup:x:65534:\n", encoding="utf-8")
    for name, text in files.items():
        (etc / name).write_text(text, encoding="utf-8")


def _image(root: Path, image: Image) -> Iterator[Mount]:
    """Fill in what an image holds.

    Its programs are links to this machine's. They lie in a folder that covers /usr/local/bin, so that the container
    finds what the table names and nothing else that happens to be installed there.
    """
    programs = root.with_name(root.name + "-programs")
    programs.mkdir()
    hides = any(program.is_relative_to(_LOCAL) for program in image.programs.values())
    if hides:
        yield Mount(_LOCAL, _LOCAL_AGAIN, True)

    def place(target: str) -> Path:
        inside = target.removeprefix(f"{_LOCAL}/")
        path = programs / inside if inside != target else root / target.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    for target, program in image.programs.items():
        if target not in image.files:
            moved = program.is_relative_to(_LOCAL)
            place(target).symlink_to(Path(_LOCAL_AGAIN, program.relative_to(_LOCAL)) if moved else program)
    for target, text in image.files.items():
        place(target).write_text(
            text.replace(f"{_LOCAL}/", f"{_LOCAL_AGAIN}/") if hides else text, encoding="utf-8"
        )
        place(target).chmod(0o755)
    for each in image.folders:
        folder = root / each.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
    yield from (Mount(folder, str(folder), True) for folder in image.needed)
    yield Mount(programs, str(_LOCAL), True)


def prepare(root: Path, *, image: Image, etc: Mapping[str, str], mounts: Iterable[Mount]) -> list[Mount]:
    """Make the folder of a container; answers all that must be mounted on it, in order."""
    for name in ("proc", "sys", "dev", "tmp", "run", "var", "root", "data", "usr", ".host"):
        (root / name).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    _fill_etc(root / "etc", etc)
    wanted = [Mount(Path("/usr"), "/usr", True)]
    for name in _OS_FOLDERS:
        folder = Path("/", name)
        if folder.is_symlink():
            (root / name).symlink_to(folder.readlink())
        elif folder.is_dir():
            wanted.append(Mount(folder, f"/{name}", True))
    wanted.extend(_image(root, image))
    given = sorted(mounts, key=lambda mount: mount.target)
    wanted.extend(_covers(root, given))
    wanted.extend(given)
    if any(mount.target == "/etc" for mount in given):
        wanted.extend(_on_top(root, etc, given))
    for mount in wanted:
        if not mount.target.startswith("/usr/"):
            _mount_point(root, mount)
    for mount in given:
        around = [each for each in given if mount.target.startswith(f"{each.target}/")]
        if around:
            # A volume covers what lies below it: a runtime makes the mount point in the volume.
            outer = max(around, key=lambda each: len(each.target))
            _mount_point(outer.source, replace(mount, target=mount.target.removeprefix(outer.target)))
    for each in image.shells:
        wanted.append(Mount(image.shells[each], each, True))
    return wanted


def _covers(root: Path, given: Iterable[Mount]) -> Iterator[Mount]:
    """What makes mount points below /usr that this machine does not have: a folder over the nearest one that it has.

    All that is in the nearest one is mounted in it again.
    """
    made: dict[Path, Path] = {}
    for mount in given:
        target = Path(mount.target)
        if not target.is_relative_to("/usr") or target.exists():
            continue
        near = next(each for each in target.parents if each.is_dir())
        if near not in made:
            cover = made[near] = root.with_name(f"{root.name}-{near.name}-{len(made)}")
            cover.mkdir()
            yield Mount(cover, str(near), False)
            for entry in sorted(near.iterdir()):
                if entry.is_symlink():
                    (cover / entry.name).symlink_to(entry.readlink())
                elif entry.is_dir():
                    (cover / entry.name).mkdir()
                    yield Mount(entry, str(entry), True)
        point = made[near] / target.relative_to(near)
        point.parent.mkdir(parents=True, exist_ok=True)
        if mount.source.is_dir():
            point.mkdir(exist_ok=True)
        else:
            point.touch()


def _on_top(root: Path, etc: Mapping[str, str], given: Iterable[Mount]) -> Iterator[Mount]:
    """The kubelet's files of /etc over a volume that covers it: a runtime binds them last."""
    folder = root.with_name(root.name + "-etc")
    folder.mkdir()
    volume = next(mount.source for mount in given if mount.target == "/etc")
    for name, text in etc.items():
        (folder / name).write_text(text, encoding="utf-8")
        (volume / name).touch()
        yield Mount(folder / name, f"/etc/{name}", False)


_STRAIGHT = """straight() {
  for path; do
    [ "$(readlink -f "$path")" = "$path" ] || { echo "$path leads elsewhere: not mounted" >&2; exit 1; }
  done
}"""
_HIDDEN = f"""for each in {_MASKED}; do
  if [ -d "$R/proc/$each" ]; then mount -t tmpfs -o ro masked "$R/proc/$each"
  elif [ -e "$R/proc/$each" ]; then mount --bind /dev/null "$R/proc/$each"; fi
done
for each in {_FIXED}; do
  if [ -e "$R/proc/$each" ]; then mount --bind -o ro "$R/proc/$each" "$R/proc/$each"; fi
done
if mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$R/sys" 2>/dev/null && [ -d "$R/sys/firmware" ]; then
  mount -t tmpfs -o ro masked "$R/sys/firmware"
fi"""
"""A user namespace inside a container may not mount sysfs: there /sys stays empty."""


def entry_script(
    root: Path, mounts: Iterable[Mount], command: Iterable[str], *, read_only: bool, folder: str
) -> str:
    """The script that process 1 of a container runs: mount, change root, say so, become the command."""
    lines = [f"R={quote(str(root))}", 'mount --bind "$R" "$R"', _STRAIGHT]
    for mount in mounts:
        target = f'"$R"{quote(mount.target)}'
        if mount.given:
            # At each start: the life before may have left links.
            lines.append(f"straight {quote(str(mount.source))} {target}")
        lines.append(f"mount --rbind {quote(str(mount.source))} {target}")
        if mount.read_only:
            lines.append(f"mount -o remount,bind,ro {target}")
    lines += ['mount -t proc proc "$R/proc"', _HIDDEN, 'mount -t tmpfs -o mode=755 dev "$R/dev"']
    lines += ['mkdir "$R/dev/shm"']
    lines += ['mount -t tmpfs -o mode=1777 shm "$R/dev/shm"', 'ln -s /proc/self/fd "$R/dev/fd"']
    lines += [
        f'ln -s /proc/self/fd/{n} "$R/dev/{name}"' for n, name in enumerate(("stdin", "stdout", "stderr"))
    ]
    for device in _DEVICES:
        lines += [f': > "$R/dev/{device}"', f'mount --bind /dev/{device} "$R/dev/{device}"']
    lines += ['cd "$R"', "pivot_root . .host", "cd /", "umount -l /.host"]
    if read_only:
        lines.append("mount -o remount,bind,ro /")
    lines += [
        f"cd {quote(folder)}",
        f"printf '%s\\n' {quote(STARTED)}",
        "exec " + " ".join(map(quote, command)),
    ]
    return "\n".join(lines)
