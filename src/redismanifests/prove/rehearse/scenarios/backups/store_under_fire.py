"""Store under fire: the store is full or refuses, a password and a byte are changed; every listed backup restores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.kept import Kept, backup_of
from redismanifests.prove.rehearse.bench.change import with_secret
from redismanifests.prove.rehearse.bench.secret import password, values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.backups.fire import SUBSTITUTED, Range, before, lacks
from redismanifests.prove.toycluster.pods.volume import empty_claim, fill_claim
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.prove.rehearse.scenarios.backups.fire import Fault
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects


async def _store_full(fire: Range, _recovery: Recovery) -> None:
    claims, claim = fire.stage.cluster.site.claims, fire.kept.folder.name
    fill_claim(claims, claim)
    fire.must_fail("the store was full", await fire.back_up())
    empty_claim(claims, claim)


async def _store_refuses(fire: Range, _recovery: Recovery) -> None:
    place = fire.kept.place
    mode = place.stat().st_mode
    place.chmod(0)
    fire.must_fail("the store refused", await fire.back_up())
    place.chmod(mode)


async def _password_changed(fire: Range, _recovery: Recovery) -> None:
    objects = fire.stage.cluster.site.objects
    login = _login(objects)
    if login is None:
        fire.skipped += 1
        return
    name, key = login
    right = values_of(objects, name)
    fire.stage.change(with_secret(objects, name, {**right, key: password().encode()}), told=False)
    fire.must_fail("its password was another one", await fire.back_up())
    fire.stage.change(with_secret(objects, name, right), told=False)
    await fire.stage.forget_refusals()


def _login(objects: Objects) -> tuple[str, str] | None:
    """The Secret with the password of the backup's account, and its key; None without accounts."""
    backup = backup_of(objects)
    for volume in pod_template(backup)["spec"]["volumes"] if backup else ():
        if volume["name"] == "auth":
            return volume["secret"]["secretName"], volume["secret"]["items"][0]["key"]
    return None


async def _byte_changed(fire: Range, _recovery: Recovery) -> None:
    fire.damaged = fire.kept.ids[0]
    fire.kept.change_byte(fire.damaged)
    fire.must_fail("a byte was changed", await fire.drilled(fire.damaged))


_FAULTS: Mapping[str, Fault] = {
    "the store is full": _store_full,
    "the store refuses": _store_refuses,
    "the password is changed": _password_changed,
    "a byte is changed": _byte_changed,
}


async def _play(stage: Stage, recovery: Recovery) -> None:
    await Range(stage, Kept.of(stage.cluster.site)).under(_FAULTS, recovery)


SCENARIO = Scenario(
    name="backup-store-under-fire",
    about="faults around backups: the store is full, it refuses, a password is changed, a byte is changed",
    before=before,
    substituted=SUBSTITUTED,
    play=_play,
    outage=Recovery.crash,
    lacks=lacks,
)
