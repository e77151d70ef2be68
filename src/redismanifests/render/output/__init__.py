"""Folder: a rendering on disk, whole or not at all.

Why it exists: people apply, commit and edit what we write, so a half-written folder or a lost file is worse
than no folder. ``plan`` says what would happen, ``write`` does it, ``read`` says what is there and ours.

What holds:

- **Whole.** A kill at any moment, or a full disk, leaves the folder in its old or its new state, and
  ``sha256sum -c SHA256SUMS`` agrees. The new state is prepared in a hidden directory beside the folder and
  both change places in one system call. The old directory is then brought up to date out of sight and put
  back, so that shells, watchers and sub-directories inside the folder stay where they are.
- **Ours only.** A file is ours if ``SHA256SUMS`` lists it with the checksum that it has. Only such files are
  replaced or removed; anything else in the way is refused by name, before anything is written.
- **Foreign files** (other names, sub-directories included) keep content, mode and modification time; what
  changes is their ctime, because they are hard-linked for a moment.
- **One at a time.** Runs into folders of the same parent wait for each other (``flock`` on the parent
  directory).

What does not hold, and why:

- Nothing is flushed: a kill needs no fsync, and 27 of them cost more than the rest of a run. A power cut soon
  after a run may leave old or empty files, as after ``git checkout``; ``sha256sum -c`` finds them.
- Systems and file systems without an exchange (NFS, some FUSE) get renames instead: a kill between two of
  them leaves no folder until the next ``write``, which puts it back. Where directories cannot be locked (NFS
  as well) two runs at once are not kept apart.
- A mount point cannot change places: render into a folder below it.
- Someone who opens one file after the other while a run happens may read some old and some new ones.
- A program that keeps a file of ours open and writes to it later writes to a file that is gone.
"""

from redismanifests.render.output.comparison import Plan, refusal
from redismanifests.render.output.ownership import Refusal
from redismanifests.render.output.replacement import plan, read, write
from redismanifests.render.output.sums import SUMS

__all__ = ["SUMS", "Plan", "Refusal", "plan", "read", "refusal", "write"]
