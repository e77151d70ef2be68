"""Reading: a value that was written as JSON, read back by the types that its class declares."""

from __future__ import annotations

import json
from typing import Any, TypeVar

T = TypeVar("T")


def as_read(kind: type[T], data: Any, *, finite: bool = True) -> T:
    """The value of class ``kind`` that ``data``, parsed JSON, holds; keys that the class does not have are ignored.

    Raises ValueError with the place and the fault where ``data`` has another shape, or, where ``finite``, holds a
    number that is none.
    """
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 (only who reads a report pays for it)

    try:
        return TypeAdapter(kind).validate_json(json.dumps(data, allow_nan=not finite), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
