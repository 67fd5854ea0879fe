"""Questions on one stream of the wire: cheaper than a call for each, and many may be under way at once."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent import futures
from typing import Any

import grpc
import grpc.aio

from ostiary import protocol
from ostiary.answer import Answer, Failure, Kind
from ostiary.v1 import decision_pb2
from ostiary.values import Question, message

#: How many questions may wait for their answers on one stream; one more is not sent.
MOST_UNDER_WAY = 1_000

_ENDED = Failure(Kind.UNAVAILABLE, "the sidecar ended the stream")
_CLOSED = Failure(Kind.CANCELLED, "the stream is closed")
_TOO_MANY = Failure(Kind.OVERLOADED, f"{MOST_UNDER_WAY} questions are under way")


def _late(seconds: float) -> Failure:
    return Failure(Kind.TIMEOUT, f"no answer within {seconds} s")


class CheckStream:
    """Made by :meth:`ostiary.Client.stream`. Safe for all threads.

    Each question has its own deadline. Where the stream breaks, its unanswered questions fail, none is asked again, and the next
    question opens a new stream. A token is verified when a stream is opened, and its principal is whom all questions
    are about.
    """

    def __init__(self, method: Callable[..., Any], deadline: float, token: str | None) -> None:
        self._method = method
        self._deadline = deadline
        self._metadata = protocol.credentials(token)
        self._lock = threading.Lock()
        self._wire: _Wire | None = None
        self._closed = False

    def check(self, question: Question, *, deadline: float | None = None) -> Answer:
        """Answers one question."""
        return self.check_all([question], deadline=deadline)[0]

    def check_all(self, questions: Sequence[Question], *, deadline: float | None = None) -> list[Answer]:
        """Answers several questions, in order, within one deadline; each is decided and written down by itself."""
        seconds = self._deadline if deadline is None else deadline
        end = time.monotonic() + seconds
        asked = [self._ask(message(question)) for question in questions]
        answers: list[Answer] = []
        for wire, number, future in asked:
            try:
                answers.append(future.result(max(0.0, end - time.monotonic())))
            except futures.TimeoutError:
                answers.append(_late(seconds))
                if wire is not None:
                    wire.under_way.pop(number, None)
        return answers

    def close(self) -> None:
        """Takes no more questions; those under way still get their answers."""
        with self._lock:
            self._closed = True
            if self._wire is not None:
                self._wire.requests.put(None)
            self._wire = None

    def __enter__(self) -> CheckStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: decision_pb2.CheckRequest) -> tuple[_Wire | None, int, futures.Future[Answer]]:
        future: futures.Future[Answer] = futures.Future()
        with self._lock:
            if self._closed:
                future.set_result(_CLOSED)
                return None, 0, future
            if self._wire is None or self._wire.ended:
                self._wire = _Wire(self._method, self._metadata)
            wire = self._wire
            if len(wire.under_way) >= MOST_UNDER_WAY:
                future.set_result(_TOO_MANY)
                return None, 0, future
            wire.last += 1
            number = wire.last
            wire.under_way[number] = future
            wire.requests.put(decision_pb2.CheckStreamRequest(id=number, request=request))
        if wire.ended:  # perhaps after it looked for the last time whom to tell
            wire.fail(_ENDED)
        return wire, number, future


class _Wire:
    """One stream, and a thread that reads it."""

    def __init__(self, method: Callable[..., Any], metadata: Any) -> None:
        self.requests: queue.SimpleQueue[decision_pb2.CheckStreamRequest | None] = queue.SimpleQueue()
        self.under_way: dict[int, futures.Future[Answer]] = {}
        self.last = 0
        self.ended = False
        try:
            self._call = method(self._sent(), metadata=metadata)
        except ValueError:  # gRPC's word for a closed channel
            self.ended = True
            return
        threading.Thread(target=self._read, name="ostiary-stream", daemon=True).start()

    def _sent(self) -> Iterator[decision_pb2.CheckStreamRequest]:
        while (request := self.requests.get()) is not None:
            yield request

    def _read(self) -> None:
        failure = _ENDED
        try:
            for response in self._call:
                if (future := self.under_way.pop(response.id, None)) is not None:
                    future.set_result(protocol.result(response.result))
        except grpc.RpcError as error:
            failure = protocol.failure(error)
        finally:
            self.ended = True
            self.requests.put(None)
            self.fail(failure)

    def fail(self, failure: Failure) -> None:
        """Whatever is under way has no answer."""
        while self.under_way:
            try:
                _, future = self.under_way.popitem()
            except KeyError:
                return
            future.set_result(failure)


class AsyncCheckStream:
    """As :class:`CheckStream`, on one event loop. Made by :meth:`ostiary.AsyncClient.stream`."""

    def __init__(self, method: Callable[..., Any], deadline: float, token: str | None) -> None:
        self._method = method
        self._deadline = deadline
        self._metadata = protocol.credentials(token)
        self._wire: _AsyncWire | None = None
        self._closed = False

    async def check(self, question: Question, *, deadline: float | None = None) -> Answer:
        """Answers one question. Several may be under way at once."""
        if self._closed:
            return _CLOSED
        if self._wire is None or self._wire.ended:
            self._wire = _AsyncWire(self._method, self._metadata)
        wire = self._wire
        if len(wire.under_way) >= MOST_UNDER_WAY:
            return _TOO_MANY
        seconds = self._deadline if deadline is None else deadline
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        wire.last += 1
        number = wire.last
        request = decision_pb2.CheckStreamRequest(id=number, request=message(question))
        wire.under_way[number] = future
        wire.requests.put_nowait(request)
        timer = loop.call_later(max(0.0, seconds), wire.answered, number, _late(seconds))
        try:
            return await future
        finally:
            timer.cancel()
            wire.under_way.pop(number, None)

    def close(self) -> None:
        """Takes no more questions; those under way still get their answers."""
        self._closed = True
        if self._wire is not None:
            self._wire.requests.put_nowait(None)

    async def __aenter__(self) -> AsyncCheckStream:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class _AsyncWire:
    """One stream, and a task that reads it."""

    def __init__(self, method: Callable[..., Any], metadata: Any) -> None:
        self.requests: asyncio.Queue[decision_pb2.CheckStreamRequest | None] = asyncio.Queue()
        self.under_way: dict[int, asyncio.Future[Answer]] = {}
        self.last = 0
        self.ended = False
        self._reader = asyncio.ensure_future(self._read(method, metadata))

    def answered(self, number: int, answer: Answer) -> None:
        """Only the first answer to a question counts."""
        future = self.under_way.pop(number, None)
        if future is not None and not future.done():
            future.set_result(answer)

    async def _sent(self) -> AsyncIterator[decision_pb2.CheckStreamRequest]:
        while (request := await self.requests.get()) is not None:
            yield request

    async def _read(self, method: Callable[..., Any], metadata: Any) -> None:
        failure = _ENDED
        try:
            async for response in method(self._sent(), metadata=metadata):
                self.answered(response.id, protocol.result(response.result))
        except grpc.RpcError as error:
            failure = protocol.failure(error)
        except grpc.aio.UsageError:  # a closed channel
            failure = _CLOSED
        finally:
            self.ended = True
            self.requests.put_nowait(None)
            for number in list(self.under_way):
                self.answered(number, failure)
