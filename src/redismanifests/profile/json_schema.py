"""Profile schema: the profile's JSON Schema: descriptions, ranges, examples, reasons of defaults."""

from __future__ import annotations

from redismanifests.core.validator import model
from redismanifests.profile.model import Profile


def profile_schema() -> dict[str, object]:
    """The schema, in draft 2020-12, by the keys that a profile writes."""
    schema = model(Profile).model_json_schema(by_alias=True, mode="validation")
    for definition in schema["$defs"].values():
        for field in definition.get("properties", {}).values():
            if "patternProperties" in field:
                # pydantic says what keys look like, and forgets to refuse the others.
                field["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "redismanifests profile",
    }
