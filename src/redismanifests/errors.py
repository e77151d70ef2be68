"""Errors: the exceptions that reach a person, each with an exit code and a fix.

::

    RedismanifestsError            exit code 2: trouble, nothing was written
    ├── SourceError                a file cannot be read or is not YAML (has a finding)
    ├── ProfileRefused             the profile has findings of severity error (has all of them)
    ├── FolderError                the output folder cannot be written without losing something
    └── ToolError                  an outside tool (kubeconform, redis-server, kubectl) is missing or failed
        └── ClusterError           the cluster cannot be asked, or refuses (prove/live/trouble.py has its kinds)

What is wrong *in a profile* is a finding, not an exception: rules yield findings and all are shown at once.
An exception that is not in this tree and reaches the command line is a bug of ours.
"""

from __future__ import annotations

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended, as of a shell: 128 and the number of the signal."""
TIMED_OUT = 124
"""Exit code reported for a command that was stopped at its time limit, as by timeout(1)."""


class RedismanifestsError(Exception):
    """Something a person must act on: ``fact`` says what is, ``fix`` what to do."""

    exit_code = 2

    def __init__(self, fact: str, fix: str = "") -> None:
        """Keep fact and fix apart, so that a report may lay them out."""
        super().__init__(fact)
        self.fact = fact
        self.fix = fix


class FolderError(RedismanifestsError):
    """The output folder cannot be written without losing something of the user's."""


class ToolError(RedismanifestsError):
    """An outside tool is missing, too old, or failed."""
