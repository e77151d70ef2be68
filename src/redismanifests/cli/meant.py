"""Meant: what other programs, or other commands of this one, call a command or an option."""

from __future__ import annotations

MEANT = (
    {"help": "--help", "version": "--version", "list": "profiles", "status": "verify"}
    | dict.fromkeys(("lint", "validate", "test"), "check")
    | dict.fromkeys(("build", "generate", "template"), "render")
    | dict.fromkeys(("create", "new"), "init")
    | dict.fromkeys(("apply", "deploy", "install", "upgrade"), "render, and then kubectl apply -f rendered")
)
"""What other programs call a command -> what it is here."""
_OUTPUT, _NAMESPACE = ("-o", "--output"), ("-n", "--namespace")
_OPTIONS = {
    ("diff", _OUTPUT): "The folder is the second argument: diff PROFILE FOLDER.",
    ("init", _OUTPUT): "The file is an argument: init FILE.",
    ("check", _OUTPUT): "check writes nothing: render --output FOLDER does.",
    ("plan", _OUTPUT): "It is printed: plan PROFILE > FILE.",
    ("show", _OUTPUT): "It is printed: show PROFILE > FILE.",
    ("schema", _OUTPUT): "It is printed: schema > FILE.",
    ("check", _NAMESPACE): "The namespace is in the profile: namespace.",
    ("plan", _NAMESPACE): "The namespace is in the profile: namespace.",
    ("render", _NAMESPACE): "The namespace is in the profile: namespace.",
}
"""Command and names of an option that it does not have -> what to do instead."""


def option_meant(command: str, option: str) -> str:
    """A sentence to append to the refusal of ``option``; empty where nothing is known."""
    found = (said for (name, options), said in _OPTIONS.items() if name == command and option in options)
    return next((f" {said}" for said in found), "")
