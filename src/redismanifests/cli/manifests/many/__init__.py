"""Many: the same work for each profile of a run, on every core of the machine where there are enough of them."""

from redismanifests.cli.manifests.many.run import ENOUGH, Run, each

__all__ = ["ENOUGH", "Run", "each"]
