"""What goes wrong on the way denies. The servers here misbehave as a real one must not."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import threading
import time
from concurrent import futures
from contextlib import contextmanager

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from ostiary import AsyncClient, Cause, Client, Decided, Failure, Kind, Question, Uid
from ostiary.v1 import decision_pb2, decision_pb2_grpc

ASKED = Question(Uid("User", "ada"), Uid("Action", "read"), Uid("Doc", "one"), correlation_id="c-1")
PERMITTED = decision_pb2.CheckResponse(
    decision=decision_pb2.DECISION_ALLOW, reason_code=decision_pb2.REASON_CODE_PERMITTED, decision_id="d"
)


@contextmanager
def serving(check=None, check_batch=None):
    """A server whose methods are these functions, and what was asked of it."""
    asked = []

    class Service(decision_pb2_grpc.DecisionServiceServicer):
        def Check(self, request, context):
            asked.append(request)
            return check(len(asked), context)

        def CheckBatch(self, request, context):
            return check_batch(request)

    server = grpc.server(futures.ThreadPoolExecutor(4))
    decision_pb2_grpc.add_DecisionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", asked
    finally:
        server.stop(None).wait()


def undecided(context, delay):
    detail = any_pb2.Any()
    detail.Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=code_pb2.UNAVAILABLE, message="the log is full", details=[detail])
    context.abort_with_status(rpc_status.to_status(status))


def both(target, deadline=10.0):
    """The same question by the blocking client and by the one for asyncio."""
    with Client(target, deadline=deadline) as client:
        yield client.check(ASKED)

    async def ask():
        async with AsyncClient(target, deadline=deadline) as client:
            return await client.check(ASKED)

    yield asyncio.run(ask())


def test_a_refusal_that_asks_to_retry_is_retried_with_the_same_question():
    def check(nth, context):
        return PERMITTED if nth % 2 == 0 else undecided(context, duration_pb2.Duration(nanos=1_000_000))

    with serving(check) as (target, asked):
        assert [bool(answer.enforce()) for answer in both(target)] == [True, True]
        assert [request.correlation_id for request in asked] == ["c-1"] * 4


def test_tries_are_bounded_and_a_retry_that_cannot_meet_the_deadline_is_not_tried():
    with serving(lambda nth, context: undecided(context, duration_pb2.Duration())) as (target, asked):
        for answer in both(target):
            assert isinstance(answer, Failure) and answer.kind is Kind.UNAVAILABLE
            assert answer.message == "the log is full" and answer.retry_after == 0
        assert len(asked) == 6
    with serving(lambda nth, context: undecided(context, duration_pb2.Duration(seconds=3600))) as (target, asked):
        assert all(answer.retry_after == 3600 for answer in both(target))
        assert len(asked) == 2


def test_silence_is_a_timeout_and_is_not_asked_again():
    release = threading.Event()

    def check(nth, context):
        release.wait(30)
        return PERMITTED

    with serving(check) as (target, asked):
        begun = time.monotonic()
        kinds = [answer.kind for answer in both(target, deadline=0.2)]
        release.set()
        assert kinds == [Kind.TIMEOUT, Kind.TIMEOUT] and time.monotonic() - begun < 20
        assert len(asked) == 2


@pytest.mark.parametrize(
    "response",
    [
        decision_pb2.CheckResponse(),
        decision_pb2.CheckResponse(decision=decision_pb2.DECISION_ALLOW),
        decision_pb2.CheckResponse(decision=decision_pb2.DECISION_ALLOW, reason_code=2),
        decision_pb2.CheckResponse(decision=77, reason_code=1),
    ],
)
def test_an_allow_must_say_that_it_was_permitted(response):
    with serving(lambda nth, context: response) as (target, _):
        for answer in both(target):
            assert isinstance(answer, Failure) and answer.kind is Kind.PROTOCOL
            assert answer.enforce().cause is Cause.NO_ANSWER


def test_an_obligation_that_is_not_known_denies():
    response = decision_pb2.CheckResponse()
    response.CopyFrom(PERMITTED)
    response.obligations.add(name="mask")
    with serving(lambda nth, context: response) as (target, _):
        for answer in both(target):
            assert answer.enforce("other").cause is Cause.UNKNOWN_OBLIGATION
            assert answer.enforce("other", "mask").obligations == ("mask",)


def test_an_answer_is_no_truth_value():
    for answer in (Decided(PERMITTED), Failure(Kind.TIMEOUT, "late")):
        with pytest.raises(TypeError, match="enforce"):
            bool(answer)


def test_a_batch_with_the_wrong_number_of_answers_is_denied_as_a_whole():
    def check_batch(request):
        result = decision_pb2.CheckResult(response=PERMITTED)
        return decision_pb2.CheckBatchResponse(results=[result] * (len(request.requests) - 1))

    with serving(check_batch=check_batch) as (target, _), Client(target, deadline=10) as client:
        assert [answer.kind for answer in client.check_batch([ASKED] * 3)] == [Kind.PROTOCOL] * 3


def test_nobody_there_and_nobody_who_speaks_grpc_deny():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        for answer in both(f"127.0.0.1:{deaf.getsockname()[1]}", deadline=0.3):
            assert isinstance(answer, Failure) and not answer.enforce()
        port = deaf.getsockname()[1]
    for answer in both(f"127.0.0.1:{port}"):
        assert answer.kind is Kind.UNAVAILABLE and not answer.enforce()


def test_a_closed_client_denies():
    client = Client("127.0.0.1:1")
    client.close()
    assert client.check(ASKED).kind is Kind.CANCELLED

    async def closed():
        async with AsyncClient("127.0.0.1:1") as gone:
            pass
        return await gone.check(ASKED)

    assert asyncio.run(closed()).kind is Kind.CANCELLED


@pytest.mark.parametrize("target", ["10.0.0.1:7470", "sidecar:7470", "dns:///[2001:db8::1]:7470", "127.0.0.1.example:1"])
def test_plaintext_stays_on_this_machine(target):
    with pytest.raises(ValueError, match="loopback"):
        Client(target)


@pytest.mark.parametrize("target", ["unix:/tmp/x.sock", "127.0.0.9:1", "[::1]:7470", "localhost:7470"])
def test_sockets_and_loopback_need_no_credentials(target):
    Client(target).close()


@pytest.mark.parametrize(
    ("value", "error", "place"),
    [
        (1.5, TypeError, r"context\.a\.b\[1\]: .* float"),
        (None, TypeError, "NoneType"),
        (1 << 63, ValueError, "64 bits"),
        (dt.datetime(2024, 1, 1), ValueError, "time zone"),
    ],
)
def test_what_is_no_cedar_value_is_named_before_anything_is_sent(value, error, place):
    with Client("127.0.0.1:1") as client, pytest.raises(error, match=place):
        client.check(Question(ASKED.principal, ASKED.action, ASKED.resource, {"a": {"b": [1, value]}}))
