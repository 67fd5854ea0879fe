"""The blocking client."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import grpc

from ostiary import protocol
from ostiary.answer import Answer, Explanation, Failure, Kind
from ostiary.connection import DEADLINE, TRIES, Connection
from ostiary.stream import CheckStream
from ostiary.v1 import decision_pb2, decision_pb2_grpc
from ostiary.values import Question, message

T = TypeVar("T")


class Client:
    """Asks the sidecar and waits, at most for the deadline. Safe for all threads; make it after a fork, not before.

    ``target`` is ``127.0.0.1:7470`` or ``unix:/path/to/ostiary.sock``; anything but a Unix socket or loopback needs
    ``credentials``. ``deadline`` is the seconds for one question with all its tries, ``tries`` how often it may be asked where
    the sidecar says that it did not decide. ``interceptors`` are gRPC's, for trace context or tokens.

    ``token`` of a question is the JWT of its principal, which the sidecar verifies.

    Nothing that goes wrong on the way raises: it is a :class:`Failure`, which denies.
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
        connection = Connection(target, credentials)
        self._deadline = deadline
        self._tries = tries
        plain = connection.open(grpc)
        self._channel = grpc.intercept_channel(plain, *interceptors) if interceptors else plain
        self._closer = plain
        self._stub = decision_pb2_grpc.DecisionServiceStub(self._channel)

    def check(self, question: Question, *, deadline: float | None = None, token: str | None = None) -> Answer:
        """Answers one question."""
        return self._ask(
            self._stub.Check, message(question), protocol.answer, lambda failed: failed, deadline, token
        )

    def check_batch(
        self, questions: Sequence[Question], *, deadline: float | None = None, token: str | None = None
    ) -> list[Answer]:
        """Answers several questions against one snapshot, in order; at most 1,000."""
        batch = decision_pb2.CheckBatchRequest(requests=[message(question) for question in questions])
        asked = len(questions)
        return self._ask(
            self._stub.CheckBatch,
            batch,
            lambda response: protocol.answers(response, asked),
            lambda failed: [failed] * asked,
            deadline,
            token,
        )

    def explain(
        self, question: Question, *, deadline: float | None = None, token: str | None = None
    ) -> Explanation:
        """Answers one question and tells what each candidate policy said."""
        request = decision_pb2.ExplainRequest(request=message(question))
        return self._ask(self._stub.Explain, request, protocol.explanation, Explanation, deadline, token)

    def stream(self, *, deadline: float | None = None, token: str | None = None) -> CheckStream:
        """Questions on one stream, for who asks many; ``deadline`` is the one of each question. Close it after use."""
        return CheckStream(self._stub.CheckStream, self._deadline if deadline is None else deadline, token)

    def wait_ready(self, timeout: float) -> bool:
        """Waits for a connection, for a process that has just started; whether there is one."""
        try:
            grpc.channel_ready_future(self._closer).result(timeout=timeout)
            return True
        except grpc.FutureTimeoutError:
            return False

    def close(self) -> None:
        """Ends the connection; questions under way fail."""
        self._closer.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(
        self,
        method: Callable[..., Any],
        request: Any,
        answered: Callable[[Any], T],
        failed: Callable[[Failure], T],
        deadline: float | None,
        token: str | None,
    ) -> T:
        metadata = protocol.credentials(token)
        end = time.monotonic() + (self._deadline if deadline is None else deadline)
        tries_left = self._tries
        while True:
            tries_left -= 1
            try:
                return answered(method(request, timeout=max(0.0, end - time.monotonic()), metadata=metadata))
            except grpc.RpcError as error:
                failure = protocol.failure(error)
            except ValueError:  # gRPC's word for a closed channel
                return failed(Failure(Kind.CANCELLED, "the client is closed"))
            wait = protocol.pause(failure, tries_left, end - time.monotonic())
            if wait is None:
                return failed(failure)
            time.sleep(wait)
