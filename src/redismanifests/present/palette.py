"""Palette: the colours of every picture and page, light, dark and on paper.

Okabe and Ito's colours, which colour-blind readers can distinguish, a shade lighter on dark.
"""

from __future__ import annotations

_LIGHT = (
    "--paper:#ffffff;--good:#116329;--open:#8a5a00;--ink:#1b1f24;--soft:#6a737d;--grid:#d8dee4;--fault:#b3261e;--outage:#d5000022;"
    "--master:#d55e00;--refusing:#f0c09a;--replica:#0072b2;--detached:#8cc4e8;--sentinel:#009e73;"
    "--client:#7b5ea7;--loading:#e6b800;--silent:#444c56;--starting:#b0b8c1"
)
_DARK = (
    "--paper:#0d1117;--good:#56d364;--open:#e3b341;--ink:#e6edf3;--soft:#9aa4af;--grid:#39424d;--fault:#ff7b72;--outage:#ff5a5a33;"
    "--master:#ff8c3b;--refusing:#7a4a26;--replica:#4aa8e0;--detached:#24516f;--sentinel:#2cc295;"
    "--client:#b094e0;--loading:#f2cc3d;--silent:#c3ccd6;--starting:#57606a"
)


def colours(selector: str) -> str:
    """The colours as variables of CSS: those of the reader's scheme, on paper the light ones whatever a screen does."""
    return (
        f"{selector}{{{_LIGHT}}}"
        f"@media(prefers-color-scheme:dark){{{selector}{{{_DARK}}}}}"
        f"@media print{{{selector}{{{_LIGHT}}}}}"
    )
