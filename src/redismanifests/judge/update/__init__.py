"""Update: compares rendered with deployed objects: updates that would be refused, or would leave data behind.

`kubectl apply` says so one object at a time, after it has applied the others; here it is said before, with the way out.
One file for each kind of change.
"""

from redismanifests.judge.update.comparison import findings
from redismanifests.judge.update.deployed import MAX_BYTES, Deployed, from_files, from_folder, from_text

__all__ = ["MAX_BYTES", "Deployed", "findings", "from_files", "from_folder", "from_text"]
