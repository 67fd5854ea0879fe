"""Requests to the MLflow behind the guard whose answers are looked at before they leave."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ostiary.mlflow.asked import App, Asked, Message, Receive, Scope, Send
from ostiary.mlflow.refused import Refused


@dataclass
class Reply:
    """An answer as a whole."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether it has what was asked for."""
        return 200 <= self.status < 300

    def json(self) -> dict[str, Any]:
        """The object in it."""
        try:
            given = json.loads(self.body)
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise Refused(503, "MLflow's answer is not understood")
        return given

    def with_json(self, given: Any) -> Reply:
        """The same with another object in it."""
        return Reply(self.status, self.headers, json.dumps(given).encode())

    async def send(self, send: Send, head: bool = False) -> None:
        """Gives it to the client."""
        kept = [(key, value) for key, value in self.headers if key.lower() not in (b"content-length", b"etag")]
        kept.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": kept})
        await send({"type": "http.response.body", "body": b"" if head else self.body})


def replayed(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read once more, and then what the client goes on to say."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def with_body(scope: Scope, body: bytes) -> dict[str, Any]:
    """The request with another JSON body."""
    headers = [(key, value) for key, value in scope["headers"] if key.lower() not in (b"content-length", b"content-type")]
    headers += [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    return {**scope, "headers": headers}


async def call(app: App, scope: Scope, body: bytes, receive: Receive) -> Reply:
    """The whole answer to a request."""
    status, headers, parts = 503, [], []

    async def take(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    plain = [(key, value) for key, value in scope["headers"] if key.lower() != b"accept-encoding"]
    await app({**scope, "headers": plain, "method": "GET" if scope["method"] == "HEAD" else scope["method"]},
              replayed(body, receive), take)  # fmt: skip
    whole = b"".join(parts)
    if any(key.lower() == b"content-encoding" and value == b"gzip" for key, value in headers):
        whole = gzip.decompress(whole)
        headers = [(key, value) for key, value in headers if key.lower() != b"content-encoding"]
    return Reply(status, headers, whole)


def rewritten(asked: Asked, changes: Mapping[str, Any]) -> tuple[Scope, bytes]:
    """The request with some arguments changed; ``None`` takes one away."""
    if asked.scope["method"] in ("GET", "HEAD"):
        query = {name: value for name, value in {**asked.query, **changes}.items() if value is not None}
        return {**asked.scope, "query_string": urlencode(query, doseq=True).encode()}, b""
    given = {name: value for name, value in {**asked.json, **changes}.items() if value is not None}
    body = json.dumps(given).encode()
    return with_body(asked.scope, body), body
