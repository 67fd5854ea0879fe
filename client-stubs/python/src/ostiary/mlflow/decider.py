"""Asks the sidecar about things for one person."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ostiary.aio import AsyncClient
from ostiary.answer import Allowed, Answer, Cause, Decided, Denied, Failure, Kind, Verdict
from ostiary.mlflow.config import Config
from ostiary.mlflow.masks import MASKS
from ostiary.mlflow.names import Names
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.targets import Ask
from ostiary.mlflow.things import SERVER, Thing
from ostiary.stream import AsyncCheckStream
from ostiary.values import Question, Uid, Value

T = TypeVar("T")

_BATCH = 200
_PROBE_SECONDS = 10.0
_KNOWN_SECONDS = 1.0
_STREAM_SECONDS = 5.0
_MOST_STREAMS = 64
_VERBS = {
    "create": "create anything in",
    "write": "write to",
    "readMetadata": "see",
    "readContent": "read the content of",
    "presign": "get a link to",
    "presignWrite": "get a link to write to",
    "promote": "promote",
    "delete": "delete",
    "govern": "change the owner, project, stage or place of",
    "administer": "do this to",
}
_NOUNS = {
    "Experiment": "experiment",
    "Run": "run",
    "Artifact": "file",
    "LoggedModel": "logged model",
    "RegisteredModel": "registered model",
    "ModelVersion": "model version",
    "Trace": "trace",
    "Project": "project",
    "Server": "server",
}


@dataclass(frozen=True)
class Person:
    """Who makes a request, and the token that proves it; no token where a header is believed."""

    uid: Uid
    token: str | None


class Decider:
    """Asks on one event loop. Nothing that it cannot find out allows anything."""

    def __init__(self, config: Config, names: Names, client: AsyncClient | None = None) -> None:
        self._config = config
        self._names = names
        self._client = client
        self._probed = float("-inf")
        #: The policies that the last answer was made with.
        self.policies = ""
        self._streams: OrderedDict[Person, tuple[float, AsyncCheckStream | None]] = OrderedDict()
        self._known: tuple[Person | None, float] = (None, float("-inf"))

    def rule(self, config: Config) -> None:
        """From now on whose things are is said by this configuration."""
        self._config = config

    async def known(self, person: Person) -> None:
        """Returns where the sidecar has verified that person's token; raises :class:`Refused` where it does not hold.

        For the few answers that tell something without a decision, such as that a thing does not exist.
        """
        if person.token is not None and not (person == self._known[0] and time.monotonic() < self._known[1]):
            await self.verdicts(person, [Ask("administer", SERVER)], "known", maskable=True)

    async def verdicts(self, person: Person, asks: Sequence[Ask], operation: str, maskable: bool) -> list[Verdict]:
        """What the sidecar says to each question. ``maskable``: what leaves is metadata, which can be masked."""
        client = await self._ready(person)
        questions = [self._question(person, ask, operation) for ask in asks]
        answers: list[Answer] = []
        if len(questions) == 1:
            answer = await self._stream(client, person).check(questions[0])
            if isinstance(answer, Failure) and answer.retry_after is not None:  # it was not decided, and may be asked again
                answer = await client.check(questions[0], token=person.token)
            answers.append(answer)
        else:
            for i in range(0, len(questions), _BATCH):
                answers += await client.check_batch(questions[i : i + _BATCH], token=person.token)
        for answer in answers:
            if isinstance(answer, Decided):
                self._known = (person, time.monotonic() + _KNOWN_SECONDS)
                response = answer.response
                self.policies = str(response.policy_revision)
                self._names.at((str(response.policy_revision), str(response.data_revision)))
        return [self._enforced(answer, maskable) for answer in answers]

    async def require(self, person: Person, asks: Sequence[Ask], operation: str, maskable: bool) -> frozenset[str]:
        """The obligations of all that is asked; raises :class:`Refused` where one of them is denied."""
        kinds: set[str] = set()
        for ask, verdict in zip(asks, await self.verdicts(person, asks, operation, maskable), strict=True):
            if isinstance(verdict, Denied):
                raise self.refusal(person, ask, verdict)
            kinds |= set(verdict.obligations)
        return frozenset(kinds)

    def refusal(self, person: Person, ask: Ask, denied: Denied) -> Refused:
        """A denial as a sentence: what, why, how to ask."""
        resource = _resource(ask)
        what = f"{person.uid.id} may not {_VERBS[ask.action]} {_NOUNS[resource.type]} `{resource.id}`"
        why = denied.text.rstrip(".")
        hints = []
        if denied.step_up:
            hints.append(f"Signing in with {' or '.join(denied.step_up)} may change this.")
        if denied.requestable:
            hints.append(f"Ask for {' or '.join(f'`{name}`' for name in denied.requestable)}.")
        if self._config.help:
            hints.append(self._config.help)
        if denied.decision_id:
            hints.append(f"This is decision {denied.decision_id}.")
        return Refused(403, " ".join([f"{what}: {why}.", *hints]), denied.decision_id)

    def _enforced(self, answer: Answer, maskable: bool) -> Verdict:
        if isinstance(answer, Failure):
            if answer.reason == "TOKEN_REFUSED":
                raise Refused(401, "your token does not hold: it has expired, or is not for this server. Get a new one")
            if answer.kind in (Kind.TIMEOUT, Kind.UNAVAILABLE, Kind.OVERLOADED, Kind.PROTOCOL, Kind.CANCELLED):
                raise Refused(503, "nothing can be decided at the moment, so nothing is let through. Try again")
            return Denied(Cause.NO_ANSWER, f"the question could not be asked ({answer.reason or answer.kind.value})")
        verdict = answer.enforce(*(MASKS if maskable else ()))
        if isinstance(verdict, Allowed) or verdict.cause is Cause.POLICY:
            return verdict
        return Denied(verdict.cause, "parts of it would have to be masked, which cannot be done here", verdict.decision_id)

    def _question(self, person: Person, ask: Ask, operation: str) -> Question:
        context: dict[str, Value] = {"operation": operation}
        if ask.to:
            context["to"] = ask.to
        entities = () if ask.project else self._config.ownership.encoded(ask.thing)
        return Question(person.uid, Uid("Action", ask.action), _resource(ask), context, entities)

    def _stream(self, client: AsyncClient, person: Person) -> AsyncCheckStream:
        """A stream for that person's questions. Its token is verified when it is opened, so it is not kept for long."""
        now = time.monotonic()
        opened, stream = self._streams.pop(person, (0.0, None))
        if stream is None or now - opened > _STREAM_SECONDS:
            self._end(stream)
            opened, stream = now, client.stream(token=person.token)
        self._streams[person] = (opened, stream)
        while len(self._streams) > _MOST_STREAMS:
            self._end(self._streams.popitem(last=False)[1][1])
        return stream

    def _end(self, stream: AsyncCheckStream | None) -> None:
        if stream is not None:
            stream.close()

    async def _ready(self, person: Person) -> AsyncClient:
        if self._client is None:  # made on the loop that uses it
            self._client = AsyncClient(self._config.sidecar, deadline=self._config.deadline)
            await self._client.wait_ready(self._config.deadline)
        if person.token is not None and time.monotonic() - self._probed > _PROBE_SECONDS:
            await self._probe(self._client)
        return self._client

    async def _probe(self, client: AsyncClient) -> None:
        """A sidecar without an issuer takes a token for nothing, and any name in it for true: only one that refuses a bad
        token may be asked about those who come with one."""
        question = Question(Uid(self._config.person, "nobody"), Uid("Action", "administer"), SERVER.uid, {"operation": "probe"})
        answer = await client.check(question, token="e30.e30.e30")
        if not (isinstance(answer, Failure) and answer.reason == "TOKEN_REFUSED"):
            down = isinstance(answer, Failure) and answer.kind in (Kind.TIMEOUT, Kind.UNAVAILABLE, Kind.OVERLOADED)
            text = "nothing can be decided at the moment" if down else "the sidecar verifies no tokens (jwt.issuer)"
            raise Refused(503, f"{text}, so nothing is let through. Try again")
        self._probed = time.monotonic()

    async def close(self) -> None:
        """Ends the connection."""
        if self._client is not None:
            await self._client.close()


def _resource(ask: Ask) -> Uid:
    return Uid("Project", ask.project) if ask.project else ask.thing.uid


def things(asks: Sequence[Ask]) -> list[Thing]:
    """What the questions are about."""
    return [ask.thing for ask in asks]


async def blocking(work: Callable[..., T], *arguments: Any) -> T:
    """Runs what may block beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)
