"""Drilling: a drill without the verification before it, which an API server without nodes can never pass.

`python drilling.py PROFILE KUBECONFIG` plays it as the command line does, with what an interrupt does to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from redismanifests.cli.drill import _interruptible
from redismanifests.cli.option import reviewed_in
from redismanifests.drills.plan import Kind, plan
from redismanifests.drills.play import Ground, play
from redismanifests.errors import RedismanifestsError
from redismanifests.live.kubectl import Kubectl
from redismanifests.probes.desired import Desired


def main() -> None:
    path, kubeconfig = sys.argv[1:]
    reviewed = reviewed_in(Path(path), (), None)
    profile = reviewed.profile
    desired = Desired.of(each.manifest for each in reviewed.rendering.objects)
    ground = Ground(Kubectl.found(profile.namespace, "", kubeconfig), profile, desired)
    try:
        _interruptible(play(ground, plan(profile, Kind.FAILOVER), f"{profile.name}-0", print))
    except RedismanifestsError as error:
        print(error.fact, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
