"""Roles: how a picture shows what a pod was seen to be."""

from __future__ import annotations

from redismanifests.present.timeline import State
from redismanifests.prove.result.drill import Role

STATES = {
    Role.MASTER: State.MASTER,
    Role.REFUSING: State.REFUSING,
    Role.REPLICA: State.REPLICA,
    Role.DETACHED: State.DETACHED,
    Role.SENTINEL: State.SENTINEL,
    Role.CLIENT: State.CLIENT,
    Role.LOADING: State.LOADING,
    Role.SILENT: State.SILENT,
    Role.DOWN: State.STARTING,
    Role.GONE: State.GONE,
}
