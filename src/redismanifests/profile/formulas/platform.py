"""Platform facts: who decides under which user and groups the containers run."""

from typing import Literal

PlatformName = Literal["kubernetes", "openshift"]
