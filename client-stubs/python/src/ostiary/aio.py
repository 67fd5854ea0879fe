"""The client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import grpc
import grpc.aio

from ostiary import protocol
from ostiary.answer import Answer, Explanation, Failure, Kind
from ostiary.connection import DEADLINE, TRIES, Connection
from ostiary.stream import AsyncCheckStream
from ostiary.v1 import decision_pb2, decision_pb2_grpc
from ostiary.values import Question, message

T = TypeVar("T")


class AsyncClient:
    """As :class:`ostiary.Client`, on one event loop: make it, use it and close it there.

    Cancelling the task that waits cancels the question, and raises ``asyncio.CancelledError`` as everywhere.
    """

    def __init__(
        self,
        target: str,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        deadline: float = DEADLINE,
        tries: int = TRIES,
        interceptors: Sequence[Any] = (),
    ) -> None:
        self._deadline = deadline
        self._tries = tries
        self._channel = Connection(target, credentials).open(_Aio(interceptors))
        self._stub = decision_pb2_grpc.DecisionServiceStub(self._channel)

    async def check(self, question: Question, *, deadline: float | None = None, token: str | None = None) -> Answer:
        """Answers one question."""
        return await self._ask(
            self._stub.Check, message(question), protocol.answer, lambda failed: failed, deadline, token
        )

    async def check_batch(
        self, questions: Sequence[Question], *, deadline: float | None = None, token: str | None = None
    ) -> list[Answer]:
        """Answers several questions against one snapshot, in order; at most 1,000."""
        batch = decision_pb2.CheckBatchRequest(requests=[message(question) for question in questions])
        asked = len(questions)
        return await self._ask(
            self._stub.CheckBatch,
            batch,
            lambda response: protocol.answers(response, asked),
            lambda failed: [failed] * asked,
            deadline,
            token,
        )

    async def explain(
        self, question: Question, *, deadline: float | None = None, token: str | None = None
    ) -> Explanation:
        """Answers one question and tells what each candidate policy said."""
        request = decision_pb2.ExplainRequest(request=message(question))
        return await self._ask(self._stub.Explain, request, protocol.explanation, Explanation, deadline, token)

    def stream(self, *, deadline: float | None = None, token: str | None = None) -> AsyncCheckStream:
        """Questions on one stream, for who asks many; ``deadline`` is the one of each question. Close it after use."""
        return AsyncCheckStream(self._stub.CheckStream, self._deadline if deadline is None else deadline, token)

    async def wait_ready(self, timeout: float) -> bool:
        """Waits for a connection, for a process that has just started; whether there is one."""
        try:
            await asyncio.wait_for(self._channel.channel_ready(), timeout)
            return True
        except asyncio.TimeoutError:
            return False

    async def close(self) -> None:
        """Ends the connection; questions under way fail."""
        await self._channel.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ask(
        self,
        method: Callable[..., Awaitable[Any]],
        request: Any,
        answered: Callable[[Any], T],
        failed: Callable[[Failure], T],
        deadline: float | None,
        token: str | None,
    ) -> T:
        metadata = protocol.credentials(token)
        loop = asyncio.get_running_loop()
        end = loop.time() + (self._deadline if deadline is None else deadline)
        tries_left = self._tries
        while True:
            tries_left -= 1
            try:
                return answered(await method(request, timeout=max(0.0, end - loop.time()), metadata=metadata))
            except grpc.RpcError as error:
                failure = protocol.failure(error)
            except grpc.aio.UsageError:  # a closed channel
                return failed(Failure(Kind.CANCELLED, "the client is closed"))
            wait = protocol.pause(failure, tries_left, end - loop.time())
            if wait is None:
                return failed(failure)
            await asyncio.sleep(wait)


class _Aio:
    """Channels of ``grpc.aio`` take their interceptors when they are made."""

    def __init__(self, interceptors: Sequence[Any]) -> None:
        self._interceptors = list(interceptors)

    def insecure_channel(self, target: str, options: Any) -> Any:
        return grpc.aio.insecure_channel(target, options=options, interceptors=self._interceptors)

    def secure_channel(self, target: str, credentials: Any, options: Any) -> Any:
        return grpc.aio.secure_channel(target, credentials, options=options, interceptors=self._interceptors)
