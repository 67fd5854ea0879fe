"""The route map: which action on what each request to MLflow asks. It is data, in ``routes.map``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

_WHEN = ("found", "listed", "search")


@dataclass(frozen=True)
class Route:
    """One line of the map. ``when`` is ``before``, ``found``, ``listed`` or ``search``."""

    methods: frozenset[str]
    template: str
    pattern: re.Pattern[str]
    action: str
    when: str
    target: str
    field: str = ""
    #: ``json``; ``buffer`` where the body is read but is something else; ``stream`` where it is not read.
    body: str = "json"

    @property
    def operation(self) -> str:
        """What the request is called in questions: its path without the version, such as ``runs/log-batch``."""
        return re.sub(r"^(\{api\}/[0-9.]+/?mlflow/|\{api\}/[0-9.]+/|/)", "", self.template)


@dataclass(frozen=True)
class Matched:
    """A request's route, and the segments that its path gives."""

    route: Route
    segments: Mapping[str, str]


class RouteMap:
    """Finds the route of a request; one that has none is refused."""

    def __init__(self, lines: Iterable[str], static_prefix: str = "") -> None:
        self.routes = [_route(line) for line in lines if line.strip() and not line.startswith("#")]
        # Those without a segment of a name are found at once; the first that fits is the one.
        self._plain: dict[tuple[str, str], Route] = {}
        self._others: list[Route] = []
        for route in self.routes:
            if "{" in route.template.removeprefix("{api}"):
                self._others.append(route)
            else:
                for method in route.methods:
                    for path in _spelled(route.template):
                        self._plain.setdefault((method, path), route)
        #: What all paths may begin with.
        self.prefix = static_prefix.rstrip("/")

    @classmethod
    def packaged(cls, static_prefix: str = "") -> RouteMap:
        """The map of this package."""
        text = (files("ostiary.mlflow") / "routes.map").read_text(encoding="utf-8")
        return cls(text.splitlines(), static_prefix)

    def match(self, method: str, path: str) -> Matched | None:
        """The route of a decoded path, or ``None``."""
        path = self._inner(path)
        method = "GET" if method == "HEAD" else method
        if route := self._plain.get((method, path)):
            return Matched(route, {})
        for route in self._others:
            if method in route.methods and (found := route.pattern.fullmatch(path)):
                return Matched(route, found.groupdict())
        return None

    def _inner(self, path: str) -> str:
        # The native artifact and registry routes know no prefix, all others do: both forms mean the same.
        if self.prefix and path.startswith(self.prefix + "/"):
            return path[len(self.prefix) :]
        return path


def _route(line: str) -> Route:
    parts = line.split()
    if len(parts) == 4:
        parts.append("json")
    if len(parts) != 5 or parts[4] not in ("json", "buffer", "stream"):
        raise ValueError(f"expected METHODS PATH ACTION TARGET [stream|buffer], got `{line}`")
    methods, template, action, target, body = parts
    when, colon, rest = target.partition(":")
    field = ""
    if colon:
        if when not in _WHEN:
            raise ValueError(f"expected one of {', '.join(_WHEN)} before the colon, got `{line}`")
        target, _, field = rest.partition("@")
    else:
        when = "before"
    return Route(frozenset(methods.split(",")), template, _pattern(template), action, when, target, field, body)


def _spelled(template: str) -> tuple[str, ...]:
    if not template.startswith("{api}"):
        return (template,)
    return tuple(prefix + template.removeprefix("{api}") for prefix in ("/api", "/ajax-api"))


def _pattern(template: str) -> re.Pattern[str]:
    out = []
    for part in re.split(r"(\{\w+\*?\})", template):
        if part == "{api}":
            out.append("/(?:ajax-)?api")
        elif part.endswith("*}"):
            out.append(f"(?P<{part[1:-2]}>.+)")
        elif part.startswith("{"):
            out.append(f"(?P<{part[1:-1]}>[^/]+)")
        else:
            out.append(re.escape(part))
    return re.compile("".join(out), re.DOTALL)
