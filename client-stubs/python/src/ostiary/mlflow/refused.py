"""Why a request goes no further, as a sentence for the person who made it."""

from __future__ import annotations

import json
from dataclasses import dataclass

_CODES = {
    400: "INVALID_PARAMETER_VALUE",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    413: "INVALID_PARAMETER_VALUE",
    503: "TEMPORARILY_UNAVAILABLE",
}


@dataclass
class Refused(Exception):
    """The status and the text of the answer. The body has the form of MLflow's own errors, so that its clients show it."""

    status: int
    text: str
    decision_id: str = ""

    def __str__(self) -> str:
        return self.text

    def body(self) -> bytes:
        """As JSON."""
        return json.dumps({"error_code": _CODES[self.status], "message": self.text}).encode()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """The answer's."""
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(self.body())).encode())]
        if self.decision_id:
            headers.append((b"x-ostiary-decision-id", self.decision_id.encode()))
        if self.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        return headers
