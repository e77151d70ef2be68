"""Mark: what is checked of a value before or after its type is, for `Annotated` types of settings.

pydantic's own marks, without importing pydantic: a render does not need it (core/built.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class AfterValidator(NamedTuple):
    """``check`` gets the value of the right type, returns the one to store, or raises ValueError."""

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type's own schema, then ``check``."""
        from pydantic_core import core_schema  # noqa: PLC0415 (only where the validator is made)

        return core_schema.no_info_after_validator_function(self.check, handler(source))


class BeforeValidator(NamedTuple):
    """``check`` gets what was written, and returns what the type reads, or raises ValueError."""

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """``check``, then the type's own schema."""
        from pydantic_core import core_schema  # noqa: PLC0415 (as above)

        return core_schema.no_info_before_validator_function(self.check, handler(source))


class Constrained(NamedTuple):
    """One more key of the type's own schema, such as ``pattern``."""

    key: str
    value: object

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type's own schema with this key."""
        return {**handler(source), self.key: self.value}


STRICT = Constrained("strict", True)
"""Nothing that merely looks like the type."""
