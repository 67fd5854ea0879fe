"""The middleware around all of MLflow. What it does not know, cannot read or cannot ask about does not go in."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import logging
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ostiary.answer import Allowed, Denied
from ostiary.mlflow import graphql, inner
from ostiary.mlflow.answers import Answers, at
from ostiary.mlflow.asked import App, Asked, Receive, Scope, Send, field, header, safe_path, with_field
from ostiary.mlflow.config import Config
from ostiary.mlflow.decider import Decider, Person, blocking, things
from ostiary.mlflow.masks import Masks
from ostiary.mlflow.names import Names, NotRemembered, Remembered
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.routes import RouteMap
from ostiary.mlflow.search import PageTokens, Position, page
from ostiary.mlflow.targets import Ask, Targets
from ostiary.mlflow.things import Thing, tags_of
from ostiary.values import Uid

_log = logging.getLogger("ostiary.mlflow")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LOOPBACK = ("127.0.0.1", "::1")
# How many objects MLflow gives where nobody says how many, and at most, by what is searched.
_LENGTHS = {
    "experiment": (1000, 1000),
    "run": (1000, 1000),
    "registered_model": (100, 1000),
    "model_version": (10_000, 10_000),
    "logged_model": (50, 50),
    "trace": (100, 500),
}
_MOST_WANTED = 50_000
# Arguments by which a request names what its answer is about.
_NAMED_BY: dict[str, list[tuple[str, ...]]] = {
    "experiment": [("experiment_id",)],
    "run": [("run_id", "run_uuid")],
    "logged_model": [("model_id",)],
    "registered_model": [("name",)],
    "model_version": [("name",), ("version",)],
}
# Writes that change neither a name nor, without `tags`, a tag.
_KEEPS_NAMES = frozenset(
    {
        "runs/log-metric",
        "runs/log-parameter",
        "runs/log-batch",
        "runs/log-inputs",
        "runs/outputs",
        "logged-models/{model_id}/params",
        "mlflow-artifacts/artifacts/{path*}",
        "upload-artifact",
    }
)
# Arguments of searches that tell nothing of what masks hide; the filter is looked at by itself.
_TELLS_NOTHING = ("filter", "experiment_ids", "experimentIds", "locations", "view_type", "viewType", "run_view_type", "runViewType")


class Guard:
    """An ASGI application that lets through to ``app`` what the sidecar allows."""

    def __init__(self, app: App, config: Config, routes: RouteMap, names: Names, decider: Decider | None = None) -> None:
        self._app = app
        self._config = config
        self._routes = routes
        self._names = names
        self._decider = decider or Decider(config, names)
        self._answers = (Answers(Remembered(names)), Answers(names))
        self._policies = ""
        self._rule(config)
        self._tokens = PageTokens(config.key)
        self._queries = ThreadPoolExecutor(8, "ostiary-graphql")

    def _rule(self, config: Config) -> None:
        self._config = config
        self._targets = tuple(Targets(names, config.ownership) for names in (Remembered(self._names), self._names))
        self._masks = Masks(config.key, config.ownership.governing_tags)
        self._decider.rule(config)
        self._names.empty()

    async def _follow(self) -> None:
        """Reads the map again where the sidecar decides by other policies than before."""
        policies, bundle = self._decider.policies, self._config.bundle
        if policies == self._policies:
            return
        if self._policies and bundle is not None:
            try:
                ownership = await blocking(bundle.ownership)
            except ValueError as error:
                _log.error("%s", error)
                raise Refused(503, "whose things are cannot be read at the moment, so nothing is let through") from None
            if ownership != self._config.ownership:
                self._rule(dataclasses.replace(self._config, ownership=ownership))
        self._policies = policies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing of MLflow's speaks anything else
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = False

        async def sending(message: Mapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._http(scope, receive, sending)
        except Refused as refused:
            await self._refuse(refused, send)
        except Exception:
            _log.exception("a request failed at the guard")
            if begun:
                raise
            await self._refuse(Refused(503, "the guard of this server failed, so nothing is let through"), send)

    async def _refuse(self, refused: Refused, send: Send) -> None:
        await send({"type": "http.response.start", "status": refused.status, "headers": refused.headers()})
        await send({"type": "http.response.body", "body": refused.body()})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        matched = self._routes.match(scope["method"], safe_path(scope))
        if matched is None:
            raise Refused(403, f"{scope['method']} of this path is not open to anybody: the route map does not have it")
        if matched.route.action == "public":
            await self._app(scope, receive, send)
            return
        if matched.route.action == "refuse":
            raise Refused(403, f"{scope['method']} of {scope['path']} is not open to anybody")
        person = self._person(scope)
        await self._follow()
        asked = await Asked.read(scope, receive, matched)
        try:
            if matched.route.action == "parts":
                await self._graphql(asked, send)
            elif matched.route.when == "before":
                await self._before(person, asked, receive, send)
            elif matched.route.when == "search":
                await self._search(person, asked, receive, send)
            else:
                await self._after(person, asked, receive, send)
        except Refused as refused:
            # That something does not exist is told to nobody who is not known.
            if refused.status == 404:
                await self._decider.known(person)
            raise

    # ---- who ----

    def _person(self, scope: Scope) -> Person:
        if self._config.header:
            name = header(scope, self._config.header.encode())
            if not name or (scope.get("client") or ("",))[0] not in _LOOPBACK:
                raise Refused(401, f"say who you are by the header `{self._config.header}`")
            return Person(Uid(self._config.person, name), None)
        scheme, _, token = header(scope, b"authorization").partition(" ")
        if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token):
            raise Refused(401, "a token is needed: set MLFLOW_TRACKING_TOKEN, or MLFLOW_OSTIARY_TOKEN_FILE with ostiary installed")
        try:
            # Whose token it says it is. The sidecar verifies it, and answers about nobody else.
            part = token.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            name = claims[self._config.claim]
        except (ValueError, KeyError, TypeError):
            name = ""
        if not isinstance(name, str) or not name:
            raise Refused(401, f"your token does not say who you are: it has no `{self._config.claim}`")
        return Person(Uid(self._config.person, name), token)

    # ---- decided part by part ----

    async def _graphql(self, asked: Asked, send: Send) -> None:
        loop = asyncio.get_running_loop()

        def rest(method: str, path: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
            return asyncio.run_coroutine_threadsafe(self._rest(asked.scope, method, path, arguments), loop).result()

        # Threads of their own: they wait for requests that need the others.
        answer = await loop.run_in_executor(self._queries, graphql.execute, asked.json, rest)
        await inner.Reply(200, [(b"content-type", b"application/json")], json.dumps(answer).encode()).send(send)

    async def _rest(self, scope: Scope, method: str, path: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """One more request of the same person, through this guard."""
        path = self._routes.prefix + path
        plain = {**scope, "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
        body = b""
        if method == "GET":
            plain["query_string"] = urlencode(arguments, doseq=True).encode()
            plain["headers"] = [(k, v) for k, v in scope["headers"] if k.lower() not in (b"content-length", b"content-type")]
        else:
            body = json.dumps(arguments).encode()
            plain = inner.with_body(plain, body)
        reply = await inner.call(self, plain, body, _nothing_more)
        if not reply.ok:
            raise Refused(reply.status, str(reply.json().get("message", "refused")))
        return reply.json()

    # ---- decided before it goes in ----

    async def _before(self, person: Person, asked: Asked, receive: Receive, send: Send) -> None:
        route = asked.route
        if route.action in ("presign", "presignWrite") and not self._config.presign_decided_again:
            raise Refused(
                403,
                "links that work without asking again are not given out here: download through this server, with"
                " MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD=false and MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD=false",
            )
        asks = await self._asks(asked)
        reads = route.action == "readMetadata"
        kinds = await self._decider.require(person, asks, route.operation, maskable=reads)
        scope, body = self._owned(person, asked)
        if reads or route.action in ("presign", "presignWrite"):
            reply = await inner.call(self._app, scope, body or b"", receive)
            if not reads:
                self._check_expiry(reply)
            elif kinds and reply.ok:
                reply = reply.with_json(self._masks.apply(kinds, reply.json()))
            await reply.send(send, scope["method"] == "HEAD")
            return
        try:
            await self._app(scope, receive if body is None else inner.replayed(body, receive), send)
        finally:
            if not (route.action in ("readContent", "administer") or _keeps_names(asked)):
                self._names.forget(things(asks))

    def _owned(self, person: Person, asked: Asked) -> tuple[Scope, bytes | None]:
        """Whoever makes something owns it, whatever the request says."""
        if asked.route.template.endswith("load-url"):
            given, longest = asked.inner("expiration"), self._config.presign_max
            seconds = int(given) if re.fullmatch(r"\d{1,9}", str(given)) else longest
            return inner.rewritten(asked, {"expiration": min(seconds, longest)})
        if asked.route.action != "create" or asked.route.body != "json":
            return asked.scope, asked.body
        key, own = self._config.ownership.owner_tag, self._config.ownership
        if asked.route.target == "new_trace_3":  # whose tags are a mapping, within
            trace = asked.json["trace"]
            info = field(trace, "trace_info")
            others = {name: value for name, value in tags_of(field(info, "tags")).items() if not own.governs(name, key)}
            owned = with_field(info, "tags", {**others, key: person.uid.id})
            return inner.rewritten(asked, {"trace": with_field(trace, "trace_info", owned)})
        tags = asked.json.get("tags") or []
        if not isinstance(tags, list):
            raise Refused(400, "expected a list as `tags`")
        kept = [tag for tag in tags if not (isinstance(tag, dict) and own.governs(str(tag.get("key", "")), key))]
        return inner.rewritten(asked, {"tags": [*kept, {"key": key, "value": person.uid.id}]})

    def _check_expiry(self, reply: inner.Reply) -> None:
        """A link that is valid for longer than it may be, or that does not say how long, is not handed out."""
        if not reply.ok:
            return
        links = [link for link in _links(reply.json()) if link]
        for link in links:
            expires = parse_qs(urlsplit(link).query).get("X-Amz-Expires", ["none"])
            if len(expires) != 1 or not expires[0].isdigit() or int(expires[0]) > self._config.presign_max:
                raise Refused(403, f"a link may be valid for {self._config.presign_max} seconds at most, and this one would be for longer")

    # ---- decided about what was found ----

    async def _after(self, person: Person, asked: Asked, receive: Receive, send: Send) -> None:
        route = asked.route
        expected = self._expected(asked)
        early = None
        if expected is not None:  # the answer will hardly be about anything else: so it is decided meanwhile
            early = asyncio.ensure_future(self._decider.verdicts(person, [Ask(route.action, expected)], route.operation, True))
        try:
            reply = await inner.call(self._app, asked.scope, asked.body or b"", receive)
            verdicts = None if early is None else await early
        finally:
            if early is not None:
                early.cancel()
        if not reply.ok:
            await self._decider.known(person)
            await reply.send(send, asked.scope["method"] == "HEAD")
            return
        answer = reply.json()
        found = at(answer, route.field)
        if route.when == "listed":
            shown = await self._shown(person, asked, found or [], frozenset())
            answer[route.field] = [one for one in shown if one is not None]
            reply = reply.with_json(answer)
        elif found is not None:
            (thing,) = await self._things(route.target, [found])
            ask = Ask(route.action, thing)
            if verdicts is None or thing != expected:
                verdicts = await self._decider.verdicts(person, [ask], route.operation, maskable=True)
            if isinstance(verdicts[0], Denied):
                raise self._decider.refusal(person, ask, verdicts[0])
            kinds = frozenset(verdicts[0].obligations)
            versions = await self._versions(person, asked, route.target, found)
            if kinds or versions is not None:
                answer = self._masks.apply(kinds, answer)
                if versions is not None:
                    at(answer, route.field)["latest_versions"] = versions
                reply = reply.with_json(answer)
        await reply.send(send, asked.scope["method"] == "HEAD")

    def _expected(self, asked: Asked) -> Thing | None:
        """What the answer will be about, if that is remembered."""
        names = [asked.text(*one) for one in _NAMED_BY.get(asked.route.target, ())]
        return self._names.known(asked.route.target, *names) if asked.route.when == "found" and all(names) and names else None

    async def _shown(self, person: Person, asked: Asked, found: Sequence[Any], told: frozenset[str]) -> list[Any]:
        """Each object masked as it must be; ``None`` where the person may not see it, or not what the search tells of it."""
        if not found:
            return []
        kind = asked.route.target
        all_things = await self._things(kind, found)
        asks = [Ask(asked.route.action, thing) for thing in all_things]
        verdicts = await self._decider.verdicts(person, asks, asked.route.operation, maskable=True)
        out: list[Any] = []
        for one, verdict in zip(found, verdicts, strict=True):
            kinds = frozenset(verdict.obligations) if isinstance(verdict, Allowed) else frozenset()
            if not isinstance(verdict, Allowed) or kinds & told:
                out.append(None)
                continue
            versions = await self._versions(person, asked, kind, one)
            shown = self._masks.apply(kinds, one)
            out.append(shown if versions is None else {**shown, "latest_versions": versions})
        return out

    async def _versions(self, person: Person, asked: Asked, kind: str, found: Mapping[str, Any]) -> list[Any] | None:
        """The versions within a registered model that the person may see, each masked as it must be; ``None`` without any."""
        versions = found.get("latest_versions") if kind == "registered_model" else None
        if not versions:
            return None
        all_things = await self._things("model_version", versions)
        asks = [Ask(asked.route.action, thing) for thing in all_things]
        verdicts = await self._decider.verdicts(person, asks, asked.route.operation, maskable=True)
        return [
            self._masks.apply(frozenset(verdict.obligations), one)
            for one, verdict in zip(versions, verdicts, strict=True)
            if isinstance(verdict, Allowed)
        ]

    # ---- what requests and answers are about: from memory, or by a thread that may wait for MLflow's stores ----

    async def _asks(self, asked: Asked) -> list[Ask]:
        try:
            return self._targets[0].asks(asked)
        except NotRemembered:
            return await blocking(self._targets[1].asks, asked)

    async def _things(self, kind: str, found: Sequence[Any]) -> list[Thing]:
        try:
            return self._answers[0].things(kind, found)
        except NotRemembered:
            return await blocking(self._answers[1].things, kind, found)

    # ---- searches ----

    async def _search(self, person: Person, asked: Asked, receive: Receive, send: Send) -> None:
        route = asked.route
        usual, longest = _LENGTHS[route.target]
        wanted = _number(asked.inner("max_results"), usual)
        plain, told = self._masks.unmasked(asked.text("filter"))
        # Whatever else is said may tell as well, an order for example.
        others = {name: value for name, value in _without_page(asked).items() if name not in _TELLS_NOTHING}
        told |= self._masks.told(json.dumps(others))
        changes: dict[str, Any] = {"filter": plain} if "filter" in asked else {}
        bound_to = json.dumps([str(person.uid), str(asked.scope["path"]), _without_page(asked)], sort_keys=True)
        given = asked.text("page_token")
        start = self._tokens.read(given, bound_to) if given else None
        last: inner.Reply | None = None
        pages: list[tuple[list[Any], str]] = []

        async def fetch(token: str, length: int) -> tuple[list[Any], str]:
            nonlocal last
            paged = {**changes, "max_results": length, "page_token": token or None, "pageToken": None, "maxResults": None}
            scope, body = inner.rewritten(asked, paged)
            last = await inner.call(self._app, scope, body, receive)
            if not last.ok:
                raise _Failed(last)
            answer = last.json()
            pages.append((answer.get(route.field) or [], answer.get("next_page_token") or ""))
            return pages[-1]

        async def decide(found: Sequence[Any]) -> list[Any]:
            return await self._shown(person, asked, found, told)

        try:
            seen, following = await page(fetch, decide, start, wanted, longest)
        except _Failed as failed:
            await self._decider.known(person)
            await failed.reply.send(send, asked.scope["method"] == "HEAD")
            return
        if not seen:
            await self._decider.known(person)
        assert last is not None
        if pages == [(seen, "")] and start is None:  # all of it, as it is
            await last.send(send, asked.scope["method"] == "HEAD")
            return
        answer: dict[str, Any] = {route.field: seen}
        if isinstance(following, Position):
            answer["next_page_token"] = self._tokens.write(following, bound_to)
        await last.with_json(answer).send(send, asked.scope["method"] == "HEAD")


async def _nothing_more() -> Mapping[str, Any]:
    return {"type": "http.disconnect"}


class _Failed(Exception):
    """MLflow refused a search."""

    def __init__(self, reply: inner.Reply) -> None:
        self.reply = reply


def _keeps_names(asked: Asked) -> bool:
    """Whether a write changes nothing that is remembered."""
    return asked.route.operation in _KEEPS_NAMES and not asked.inner("tags")


def _number(given: Any, usual: int) -> int:
    if given is None:
        return usual
    if isinstance(given, bool) or not re.fullmatch(r"\d{1,6}", str(given)) or not 1 <= int(given) <= _MOST_WANTED:
        raise Refused(400, f"expected a number from 1 to {_MOST_WANTED} as `max_results`")
    return int(given)


def _without_page(asked: Asked) -> dict[str, Any]:
    pages = ("page_token", "pageToken", "max_results", "maxResults")
    return {name: value for name, value in {**asked.query, **asked.json}.items() if name not in pages}


def _links(node: Any) -> list[str]:
    """All addresses in an answer."""
    if isinstance(node, Mapping):
        return [link for one in node.values() for link in _links(one)]
    if isinstance(node, list):
        return [link for one in node for link in _links(one)]
    return [node] if isinstance(node, str) and re.match(r"[a-z][a-z0-9+.-]*://", node) else []


