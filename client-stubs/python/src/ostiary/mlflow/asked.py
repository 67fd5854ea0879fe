"""A request as MLflow will read it. What two programs could read differently is refused."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from ostiary.mlflow.refused import Refused
from ostiary.mlflow.routes import Matched

Scope = Mapping[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_LARGEST_BODY = 16 << 20
_SURROGATE = re.compile(rb"(?i)\\ud[89a-f]")
# Arguments that are lists, so that they may come more than once.
_LISTS = frozenset(
    {"run_ids", "experiment_ids", "trace_ids", "request_ids", "order_by", "stages", "metric_keys", "locations"}
)


def safe_path(scope: Scope) -> str:
    """The decoded path; refused where MLflow's routers or a store could read another one in it."""
    path = str(scope["path"])
    if scope.get("root_path"):
        raise Refused(403, "a root path is not known to the route map; use MLflow's --static-prefix")
    raw = scope.get("raw_path") or path.encode()
    lower = bytes(raw).lower()
    bad = (
        "//" in path
        or re.search(r"(^|/)\.{1,2}(/|$)", path)
        or re.search(r"[\\;%\x00-\x1f\x7f]", path)
        or any(escape in lower for escape in (b"%2f", b"%5c", b"%00"))
    )
    if bad or unquote_to_bytes(bytes(raw)).decode("utf-8", "replace") != path:
        raise Refused(400, "the path has dot segments, empty segments, encoded slashes or escapes in escapes")
    return path


def header(scope: Scope, name: bytes) -> str:
    """A header that may come once at most; empty where it does not."""
    found = [value for key, value in scope["headers"] if key.lower() == name]
    if len(found) > 1:
        raise Refused(400, f"the header `{name.decode()}` comes twice")
    return found[0].decode("latin-1") if found else ""


class Asked:
    """A request with its arguments: segments of the path, the query of a GET, the JSON body of any other."""

    def __init__(self, scope: Scope, matched: Matched, body: bytes | None) -> None:
        self.scope = scope
        self.route = matched.route
        self.body = body
        self.segments = matched.segments
        self.query = _query(scope, several=self.route.operation == "metrics/get-history-bulk")
        self.json: dict[str, Any] = {}
        if matched.route.body != "json" or body is None:
            return
        if scope["method"] in ("GET", "HEAD"):
            if body:
                raise Refused(400, "a GET with a body")
        else:
            if self.query:
                raise Refused(400, f"arguments belong into the body of a {scope['method']}")
            self.json = _object(body)

    @classmethod
    async def read(cls, scope: Scope, receive: Receive, matched: Matched) -> Asked:
        """Reads the request: all of it, unless its body is content."""
        for name in (b"content-encoding", b"x-http-method-override"):
            if header(scope, name):
                raise Refused(400, f"the header `{name.decode()}` is not taken here")
        return cls(scope, matched, None if matched.route.body == "stream" else await _whole(receive))

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def text(self, *names: str) -> str:
        """The argument of one of these names; empty where none of them is there, refused where they differ."""
        found = [value for value in map(self._find, names) if value is not None and value != ""]
        if not all(isinstance(value, str) and value == found[0] for value in found):
            raise Refused(400, f"expected one text as `{names[0]}`")
        return str(found[0]) if found else ""

    def need(self, *names: str) -> str:
        """The same, refused where it is not there."""
        value = self.text(*names)
        if not value:
            raise Refused(400, f"expected `{names[0]}`")
        return value

    def texts(self, *names: str) -> list[str]:
        """An argument that is a list of texts."""
        out: list[str] = []
        for name in names:
            given = self._find(name)
            given = [given] if isinstance(given, str) else given or []
            if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
                raise Refused(400, f"expected texts as `{name}`")
            out += given
        return out

    def inner(self, name: str) -> Any:
        """An argument as it came."""
        return self._find(name)

    def _find(self, name: str) -> Any:
        if name in self.segments:
            if name in self.query or field(self.json, name) not in (None, self.segments[name]):
                raise Refused(400, f"`{name}` comes in the path and beside it")
            return self.segments[name]
        if name in self.query:
            return self.query[name]
        return field(self.json, name)


def field(fields: Any, name: str) -> Any:
    """A field of a JSON object by its own name or, as protobuf's JSON has it, in camel case; ``None`` where it is not there.

    That only one of the two is there was made sure when the body was read.
    """
    if not isinstance(fields, Mapping):
        return None
    found = fields.get(name)
    return fields.get(_camel(name)) if found is None else found


def with_field(fields: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A JSON object with another value in a field, under whichever name it had."""
    return {key: one for key, one in fields.items() if key not in (name, _camel(name))} | {name: value}


@functools.lru_cache(maxsize=4096)
def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), name)


def safe_file(path: str) -> str:
    """The path of a file within something; refused where MLflow or a store could read another one in it."""
    if any(part in ("", ".", "..") for part in path.split("/")) or re.search(r"(?i)[\\%?#\x00-\x1f\x7f]|^file:", path):
        raise Refused(400, "the path of the file has dot segments, empty segments or one of \\ % ? #")
    return path


def _whole_text(given: Any) -> None:
    try:
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeError:
        raise Refused(400, "the body has half a character") from None


async def _whole(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the request ended early")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST_BODY:
            raise Refused(413, f"expected at most {_LARGEST_BODY} bytes")
        if not message.get("more_body"):
            return b"".join(parts)


def _query(scope: Scope, several: bool) -> dict[str, Any]:
    lists = _LISTS | {"run_id"} if several else _LISTS
    out: dict[str, Any] = {}
    try:
        # What is not UTF-8 is replaced by one program and kept by another.
        raw = bytes(scope.get("query_string") or b"").decode("ascii")
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict")
    except ValueError:
        raise Refused(400, "the query is no UTF-8 in percent encoding") from None
    if ";" in raw:
        raise Refused(400, "the query has a semicolon")
    for name, value in pairs:
        if name in lists:
            out.setdefault(name, []).append(value)
        elif name in out:
            raise Refused(400, f"the query argument `{name}` comes twice")
        else:
            out[name] = value
    return out


def _object(body: bytes) -> dict[str, Any]:
    if not body.strip():
        return {}
    try:
        given = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is no JSON") from None
    if _SURROGATE.search(body):
        # Half a character has no UTF-8, in which the question would be asked.
        _whole_text(given)
    if not isinstance(given, dict):
        raise Refused(400, "expected a JSON object as the body")
    return given


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    # In protobuf's JSON the camel case of a name is the same name.
    if len(out) != len(pairs) or any(_camel(name) != name and _camel(name) in out for name in out if "_" in name):
        raise Refused(400, "a JSON key comes twice")
    return out
