"""Installation: the command that adds an extra to this copy, as it was installed.

A printed command is run unchanged, often as root. The name of this package on a public index may belong to anyone, so
the command never uses it: it names the copy's own source, or the packages of the extra.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from shlex import join
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from redismanifests.core.pattern import pattern

_NAME = "redismanifests"
_EXTRA = pattern(r"""(.+?)\s*;\s*extra\s*==\s*['"](.+)['"]""")


def install_command(extra: str, found: Distribution | None = None) -> str:
    """The shell command that installs what ``extra`` needs; ``found`` is the installed copy, this one by default."""
    try:
        here = found or distribution(_NAME)
    except PackageNotFoundError:
        # Run from a checkout that no one installed: the README's form.
        return f"pip install '.[{extra}]'    # in the checkout"
    return join([sys.executable, "-m", "pip", "install", *_what(here, extra)])


def _what(here: Distribution, extra: str) -> list[str]:
    origin = _origin(here)
    url = _public(str(origin.get("url", "")))
    if origin.get("dir_info", {}).get("editable"):
        return ["--editable", f"{unquote(urlsplit(url).path)}[{extra}]"]
    if "vcs_info" in origin:
        vcs = origin["vcs_info"]
        url = f"{vcs.get('vcs')}+{url}@{vcs.get('commit_id')}"
    if url:
        return [f"{_NAME}[{extra}] @ {url}"]
    return [
        match[1] for each in here.requires or () if (match := _EXTRA.fullmatch(each)) and match[2] == extra
    ]


def _origin(here: Distribution) -> dict[str, Any]:
    """PEP 610: where a copy that is not from an index came from."""
    try:
        origin = json.loads(here.read_text("direct_url.json") or "{}")
    except ValueError:
        return {}
    return origin if isinstance(origin, dict) else {}


def _public(url: str) -> str:
    """Without a password that was given in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
