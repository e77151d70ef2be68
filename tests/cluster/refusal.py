"""Refusal: the sentences in which an API server says no, one by one, as admission tells them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cluster.api import Answer

INVALID, FORBIDDEN = 422, 403

_PREFIX = re.compile(r'^[a-z0-9.]+ "[^"]*" is forbidden: ')
BETWEEN = re.compile(r", (?=(?:minimum|maximum) |[\w./-]+ max limit )")


def sentences(answer: Answer) -> frozenset[str]:
    """Every reason given; nothing where the object was accepted.

    Validation names them as causes; LimitRanger joins them into one text, in brackets where there are several.
    """
    if answer.accepted:
        return frozenset()
    if answer.code == INVALID:
        causes = answer.body["details"]["causes"]
        return frozenset(f"{cause['field']}: {cause['message']}" for cause in causes)
    told = _PREFIX.sub("", answer.message)
    if told.startswith("["):
        told = told[1:-1]
    return frozenset(BETWEEN.split(told))
