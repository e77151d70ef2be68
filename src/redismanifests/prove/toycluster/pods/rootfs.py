"""Root file system: what a container sees, as a folder of mount points and the script that mounts them.

A start script that writes outside its volumes, or reads a file that the image does not have, must fail here as in a
cluster. /usr of this machine replaces the image (read-only); /etc has the files of a kubelet and an image; everything
else is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from redismanifests.prove.toycluster.linux.beneath import beneath

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.prove.toycluster.pods.image import Image

STARTED = "rehearsal: container started"
"""The first line a container prints: its root is in place, its own program comes next."""
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_MASKED = "acpi asound interrupts kcore keys latency_stats sched_debug scsi timer_list timer_stats"
_FIXED = "bus fs irq sys sysrq-trigger"
"""What container runtimes hide of /proc, and what they make read-only (github.com/moby/profiles and containerd's
oci/spec.go have the same lists): a uid of 0 could else change settings of the whole machine."""
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


def volume_mounts(
    pod: Mapping[str, Any], container: Mapping[str, Any], folders: Mapping[str, Path]
) -> list[Mount]:
    """The container's ``volumeMounts``; ConfigMaps and Secrets are always read-only."""
    fixed = {
        v["name"] for v in pod.get("volumes", ()) if not {"emptyDir", "persistentVolumeClaim"} & v.keys()
    }
    mounts = []
    for mount in container.get("volumeMounts", ()):
        folder = folders[mount["name"]]
        source = beneath(folder, mount["subPath"]) if mount.get("subPath") else folder
        if not source.exists():
            source.mkdir(parents=True)
        # As the kernel reads it: without empty steps.
        target = "/" + "/".join(step for step in mount["mountPath"].split("/") if step not in ("", "."))
        mounts.append(
            Mount(source, target, mount["name"] in fixed or bool(mount.get("readOnly")), given=True)
        )
    return mounts


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


def prepare(root: Path, *, image: Image, etc: Mapping[str, str], mounts: Iterable[Mount]) -> list[Mount]:
    """Make the folder of a container; answers all that must be mounted on it, in order.

    An image's programs are links to this machine's. They lie in a folder that covers /usr/local/bin, so that the
    container finds what the table names and nothing else that happens to be installed there.
    """
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
    programs = root.with_name(root.name + "-programs")
    programs.mkdir()
    for target, program in image.programs.items():
        where = (
            programs / Path(target).name
            if target.startswith("/usr/local/bin/")
            else root / target.lstrip("/")
        )
        where.symlink_to(program)
    wanted.extend(Mount(folder, str(folder), True) for folder in image.needed)
    if not any(program.is_relative_to("/usr/local/bin") for program in image.programs.values()):
        wanted.append(Mount(programs, "/usr/local/bin", True))
    wanted.extend(sorted(mounts, key=lambda mount: mount.target))
    for mount in wanted:
        if not mount.target.startswith("/usr/"):
            _mount_point(root, mount)
    return wanted


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
