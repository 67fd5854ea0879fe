"""Questions on one stream: whatever becomes of it, each has an answer within its deadline, and none allows by itself."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from concurrent import futures
from contextlib import contextmanager

import grpc
import pytest
from test_failures import ASKED, PERMITTED
from test_real_sidecar import question, rows, setting

from ostiary import AsyncClient, Client, Failure, Kind
from ostiary.v1 import decision_pb2, decision_pb2_grpc


@contextmanager
def serving(stream):
    """A server whose ``CheckStream`` is this function, and the questions that came."""
    came = []

    class Service(decision_pb2_grpc.DecisionServiceServicer):
        def CheckStream(self, requests, context):
            return stream(noted(requests), context)

    def noted(requests):
        for request in requests:
            came.append(request)
            yield request

    server = grpc.server(futures.ThreadPoolExecutor(4))
    decision_pb2_grpc.add_DecisionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", came
    finally:
        server.stop(None).wait()


def permitted(number):
    return decision_pb2.CheckStreamResponse(id=number, result=decision_pb2.CheckResult(response=PERMITTED))


def both(target, count, deadline=10.0):
    """The answers to so many questions under way at once, by the blocking client and by the one for asyncio."""
    with Client(target, deadline=deadline) as client, client.stream() as stream:
        yield stream.check_all([ASKED] * count)

    async def ask():
        async with AsyncClient(target, deadline=deadline) as client, client.stream() as stream:
            return await asyncio.gather(*[stream.check(ASKED) for _ in range(count)])

    yield asyncio.run(ask())


def kinds(answers):
    return [answer.kind if isinstance(answer, Failure) else bool(answer.enforce()) for answer in answers]


def test_answers_find_their_questions_in_whatever_order_they_come():
    def backwards(requests, context):
        two = [next(requests), next(requests)]
        yield permitted(99)
        yield decision_pb2.CheckStreamResponse(id=two[1].id)
        yield permitted(two[0].id)
        yield permitted(two[1].id)

    with serving(backwards) as (target, _):
        for answers in both(target, 2):
            assert kinds(answers) == [True, Kind.PROTOCOL]


def test_a_stream_that_breaks_fails_what_is_under_way_and_the_next_question_opens_another():
    def one_then(requests, context):
        yield permitted(next(requests).id)
        next(requests)
        context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

    with serving(one_then) as (target, came):
        with Client(target, deadline=10) as client, client.stream() as stream:
            assert [kinds([stream.check(ASKED)]) for _ in range(4)] == [[True], [Kind.UNAVAILABLE]] * 2

        async def ask():
            async with AsyncClient(target, deadline=10) as client, client.stream() as stream:
                return [kinds([await stream.check(ASKED)]) for _ in range(4)]

        assert asyncio.run(ask()) == [[True], [Kind.UNAVAILABLE]] * 2
        assert len(came) == 8  # none was asked again


def test_no_answer_within_the_deadline_and_the_end_of_a_stream_deny():
    def silent(requests, context):
        for _ in requests:
            pass
        yield from ()

    def ending(requests, context):
        next(requests)
        yield from ()

    for stream, kind in ((silent, Kind.TIMEOUT), (ending, Kind.UNAVAILABLE)):
        with serving(stream) as (target, _):
            begun = time.monotonic()
            for answers in both(target, 1, deadline=0.3 if stream is silent else 10.0):
                assert kinds(answers) == [kind]
            assert time.monotonic() - begun < 5
    for answers in both("127.0.0.1:1", 1):
        assert kinds(answers) == [Kind.UNAVAILABLE]


def test_a_closed_stream_takes_nothing_and_a_full_one_no_more():
    with serving(lambda requests, context: (permitted(r.id) for r in requests)) as (target, came):
        with Client(target, deadline=10) as client:
            stream = client.stream()
            stream.close()
            assert kinds([stream.check(ASKED)]) == [Kind.CANCELLED]

        async def ask():
            async with AsyncClient(target, deadline=10) as client:
                stream = client.stream()
                stream.close()
                return kinds([await stream.check(ASKED)])

        assert asyncio.run(ask()) == [Kind.CANCELLED] and not came
    with serving(lambda requests, context: (r for r in requests if r is None)) as (target, _):
        for answers in both(target, 1_001, deadline=1.0):
            assert kinds(answers) == [Kind.TIMEOUT] * 1_000 + [Kind.OVERLOADED]


def test_a_real_sidecar_answers_each_question_of_a_stream_as_it_does_alone():
    asked = [question(row) for row in rows()]
    for target in (setting("OSTIARY_LAB_TCP"), setting("OSTIARY_LAB_SOCKET")):
        with Client(target, deadline=30) as client:
            alone = [client.check(one).enforce() for one in asked]
            with client.stream() as stream:
                together = [answer.enforce() for answer in stream.check_all(asked)]
                threads, seen = [], {}
                for n, one in enumerate(asked[:8]):
                    threads.append(threading.Thread(target=lambda n=n, one=one: seen.update({n: stream.check(one).enforce()})))
                    threads[-1].start()
                for thread in threads:
                    thread.join()

        async def ask(target=target):
            async with AsyncClient(target, deadline=30) as client, client.stream() as stream:
                return [answer.enforce() for answer in await asyncio.gather(*map(stream.check, asked))]

        def outcomes(verdicts):
            return [(bool(v), getattr(v, "text", ""), getattr(v, "obligations", ())) for v in verdicts]

        assert outcomes(alone) == outcomes(together) == outcomes(asyncio.run(ask()))
        assert outcomes(alone)[:8] == outcomes([seen[n] for n in range(8)])
        assert len({v.decision_id for v in together if v.decision_id}) == len([v for v in together if v.decision_id])


def test_a_token_that_does_not_hold_ends_the_stream():
    if "OSTIARY_LAB_TCP" not in os.environ:
        pytest.skip("OSTIARY_LAB_TCP is not set: no sidecar to ask")
    # The lab's sidecar verifies no tokens, and says so of one that comes with a question.
    with Client(os.environ["OSTIARY_LAB_TCP"], deadline=30) as client:
        with client.stream(token="e30.e30.e30") as stream:
            answer = stream.check(ASKED)
            alone = client.check(ASKED, token="e30.e30.e30")
    assert kinds([answer]) == kinds([alone])
