"""Api: the HTTP door to an API server, one connection kept open.

Thousands of generated pods go through it; kubectl would take longer to start than the server to answer.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deployment import Manifest

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"

DRY_RUN = "dryRun=All"
"""Query: admit, default and validate, but store nothing."""

CREATED, CONFLICT = 201, 409
IDLE_S = 10.0


@dataclass(frozen=True)
class Answer:
    """What the API server said."""

    code: int
    body: Manifest
    """The object; a Status where it was refused."""
    warnings: tuple[str, ...]

    @property
    def accepted(self) -> bool:
        """Whether it did what was asked."""
        return self.code < 300

    @property
    def message(self) -> str:
        """Why not; empty where it did."""
        return "" if self.accepted else str(self.body.get("message", self.body))

    def succeeded(self) -> Manifest:
        """The object, where nothing may stand in the way."""
        if not self.accepted:
            raise AssertionError(f"{self.code}: {self.message}")
        return self.body


class Api:
    """One connection, as one user."""

    def __init__(self, port: int, token: str, certificate: Path) -> None:
        """To 127.0.0.1; the server must show ``certificate``. Connects when it is first asked."""
        trust = ssl.create_default_context(cafile=str(certificate))
        self._connection = HTTPSConnection("127.0.0.1", port, context=trust, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._asked_at = 0.0

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        self._connection.close()

    def ready(self) -> bool:
        """Whether the server says that it is."""
        try:
            return self._ask("GET", "/readyz", None, {})[0] == 200
        except (OSError, HTTPException):
            self.close()
            return False

    def found(self, path: str) -> bool:
        """Whether it answers there; a path that it does not know yet is answered with no JSON."""
        return self._ask("GET", path, None, {})[0] == 200

    def get(self, path: str) -> Answer:
        return self._answer("GET", path)

    def events(self, path: str, since: str) -> list[Manifest]:
        """Every change in a collection after a resourceVersion, as a watch tells it."""
        _, lines, _ = self._ask("GET", f"{path}?watch=1&timeoutSeconds=1&resourceVersion={since}", None, {})
        return [json.loads(line) for line in lines.splitlines()]

    def delete(self, path: str) -> Answer:
        return self._answer("DELETE", path)

    def create(self, path: str, manifest: Mapping[str, Any], query: str = "") -> Answer:
        """POST to a collection; ``query`` is `DRY_RUN` or nothing."""
        return self._answer("POST", f"{path}?{query}", manifest)

    def replace(self, path: str, manifest: Mapping[str, Any], query: str = "") -> Answer:
        return self._answer("PUT", f"{path}?{query}", manifest)

    def patch(self, path: str, change: Mapping[str, Any], kind: str = MERGE, query: str = "") -> Answer:
        """PATCH of one of the kinds named above."""
        return self._answer("PATCH", f"{path}?{query}", change, kind)

    def _answer(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, kind: str = "application/json"
    ) -> Answer:
        text = None if body is None else json.dumps(body).encode()
        code, answer, warnings = self._ask(method, path, text, {"Content-Type": kind} if text else {})
        return Answer(code, json.loads(answer), tuple(_warning(each) for each in warnings))

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, list[str]]:
        # The server hangs up on who is silent for long, and a question that meets that moment has no answer.
        if time.monotonic() - self._asked_at > IDLE_S:
            self.close()
        self._asked_at = time.monotonic()
        self._connection.request(method, path, body, {**self._headers, **headers})
        response = self._connection.getresponse()
        return response.status, response.read(), response.headers.get_all("Warning", [])


def _warning(header: str) -> str:
    """The text in ``299 - "text"``."""
    text = re.fullmatch(r'\d{3} \S+ "(.*)"', header, re.DOTALL)
    return text[1].replace('\\"', '"').replace("\\\\", "\\") if text else header
