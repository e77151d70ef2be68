"""The committed rendered/ is what the reference profile gives, to the byte."""

from __future__ import annotations

import hashlib

from commandline import redismanifests
from deployment import REFERENCE, TOP, reviewed
from redismanifests.render import output as folder

RENDERED = TOP / "rendered"


def test_committed_rendering_equals_the_rendering_of_the_reference_profile() -> None:
    committed = {path.name: path.read_bytes() for path in RENDERED.iterdir() if path.name != folder.SUMS}
    assert committed == dict(reviewed(REFERENCE).accepted().files)


def test_committed_rendering_is_ours_and_whole() -> None:
    plan = folder.plan(RENDERED, reviewed(REFERENCE).accepted().files)
    assert (plan.differs, plan.refused, plan.foreign) == (False, (), ())


def test_the_committed_list_has_the_checksum_of_every_file() -> None:
    for line in (RENDERED / folder.SUMS).read_text().splitlines():
        checksum, _, name = line.partition(" *")
        assert hashlib.sha256((RENDERED / name).read_bytes()).hexdigest() == checksum


def test_render_check_of_the_committed_rendering_has_nothing_to_say_on_standard_output() -> None:
    done = redismanifests("render", "--check", "profiles/jewelry-shop.yaml", cwd=TOP)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_folder_that_kubectl_applies_holds_no_kustomization_and_no_json() -> None:
    names = {path.name for path in RENDERED.iterdir()}
    assert not [name for name in names if name.endswith(".json") or "kustomization" in name.lower()]
