"""Against: what is rendered, held against what is deployed: which update would be refused, or would leave data behind.

`kubectl apply` says so one object at a time, after it has applied the others; here it is said before, with the way out.
One file for each kind of change. What must not come in: a cluster; what is deployed comes as text, from a folder in git
or from `kubectl get -o yaml`.
"""

from redismanifests.against.comparison import findings
from redismanifests.against.deployed import Deployed, from_files, from_folder, from_text

__all__ = ["Deployed", "findings", "from_files", "from_folder", "from_text"]
