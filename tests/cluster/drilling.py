"""Drilling: a drill without the verification before it, which an API server without nodes can never pass.

`python drilling.py PROFILE KUBECONFIG` plays it as the command line does, with what an interrupt does to it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from redismanifests.cli.option import reviewed_in
from redismanifests.cli.proof.drilling import interruptible
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.drill.plan import Kind, plan
from redismanifests.prove.drill.play import Ground, play
from redismanifests.prove.live.kubectl import Kubectl


def main() -> None:
    path, kubeconfig = sys.argv[1:]
    reviewed = reviewed_in(Path(path), (), None)
    profile = reviewed.profile
    desired = Desired.of(each.manifest for each in reviewed.rendering.objects)
    ground = Ground(Kubectl.found(profile.namespace, "", kubeconfig), profile, desired)
    try:
        interruptible(play(ground, plan(profile, Kind.FAILOVER), f"{profile.name}-0", print))
    except RedismanifestsError as error:
        print(error.fact, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
