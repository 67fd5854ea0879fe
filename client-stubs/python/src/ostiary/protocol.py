"""Reads what comes back, failing closed where it is no answer; says when a question may be asked again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from ostiary.answer import Answer, Decided, Explanation, Failure, Kind
from ostiary.v1 import decision_pb2

_KINDS = {
    grpc.StatusCode.DEADLINE_EXCEEDED: Kind.TIMEOUT,
    grpc.StatusCode.UNAVAILABLE: Kind.UNAVAILABLE,
    grpc.StatusCode.INVALID_ARGUMENT: Kind.INVALID_REQUEST,
    grpc.StatusCode.PERMISSION_DENIED: Kind.NOT_PERMITTED_TO_ASK,
    grpc.StatusCode.UNAUTHENTICATED: Kind.NOT_PERMITTED_TO_ASK,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Kind.OVERLOADED,
    grpc.StatusCode.FAILED_PRECONDITION: Kind.WRONG_REVISION,
    grpc.StatusCode.CANCELLED: Kind.CANCELLED,
}
_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}
_LONGEST_RETRY_SECONDS = 86_400


def credentials(token: str | None) -> tuple[tuple[str, str], ...] | None:
    """The metadata by which the sidecar verifies who the principal is."""
    return None if token is None else (("authorization", f"Bearer {token}"),)


def answer(response: decision_pb2.CheckResponse) -> Answer:
    """An allow must say that it was permitted; anything but allow and deny is no answer."""
    if response.decision == decision_pb2.DECISION_DENY:
        return Decided(response)
    if response.decision != decision_pb2.DECISION_ALLOW:
        return Failure(Kind.PROTOCOL, f"expected allow or deny, got {response.decision}")
    if response.reason_code != decision_pb2.REASON_CODE_PERMITTED:
        return Failure(Kind.PROTOCOL, f"an allow came with reason code {response.reason_code}")
    return Decided(response)


def answers(response: decision_pb2.CheckBatchResponse, asked: int) -> list[Answer]:
    """One for each question; where the number differs nobody can tell which is whose, so none is taken."""
    if len(response.results) != asked:
        failure = Failure(Kind.PROTOCOL, f"expected {asked} answers, got {len(response.results)}")
        return [failure] * asked
    return [result(one) for one in response.results]


def explanation(response: decision_pb2.ExplainResponse) -> Explanation:
    """The answer within is read like any other."""
    return Explanation(answer(response.response), response.text, tuple(response.policies))


def result(given: decision_pb2.CheckResult) -> Answer:
    """The answer to one question of a batch or a stream, or why there is none."""
    which = given.WhichOneof("result")
    if which == "response":
        return answer(given.response)
    if which != "refusal":
        return Failure(Kind.PROTOCOL, "a result without response or refusal")
    refusal = given.refusal
    code = _BY_NUMBER.get(refusal.code, grpc.StatusCode.UNKNOWN)
    delay = refusal.retry_delay if refusal.HasField("retry_delay") else None
    return Failure(
        _KINDS.get(code, Kind.PROTOCOL), refusal.message, refusal.reason, refusal.field, _seconds(delay)
    )


def failure(error: grpc.RpcError) -> Failure:
    """Why a call had no answer, with the details of its rich status."""
    kind = _KINDS.get(error.code(), Kind.PROTOCOL)
    message = error.details() or error.code().name
    try:
        status = rpc_status.from_call(error)
    except (ValueError, TypeError):  # the details contradict the status, or are none
        return Failure(Kind.PROTOCOL, f"unreadable error details: {message}")
    reason, field, retry_after = _details(status.details if status is not None else ())
    return Failure(kind, message, reason, field, retry_after)


def _details(details: Sequence[Any]) -> tuple[str, str, float | None]:
    reason, field, retry_after = "", "", None
    for detail in details:
        info = error_details_pb2.ErrorInfo()
        bad = error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(bad) and bad.field_violations:
            field = bad.field_violations[0].field
        elif detail.Unpack(retry):
            retry_after = _seconds(retry.retry_delay)
    return reason, field, retry_after


def _seconds(delay: Any) -> float | None:
    """A delay out of any sensible range is no delay to wait for."""
    if delay is None or delay.seconds < 0 or delay.nanos < 0 or delay.seconds > _LONGEST_RETRY_SECONDS:
        return None
    return float(delay.seconds) + float(delay.nanos) / 1e9


def pause(failed: Failure, tries_left: int, seconds_left: float) -> float | None:
    """Seconds until the question may be asked again; ``None`` where it must not be.

    Every decided question is an entry in the sidecar's log, so one is asked again only where the sidecar itself said that
    it did not decide and when to come back.
    """
    wait = failed.retry_after
    if failed.kind is not Kind.UNAVAILABLE or wait is None or tries_left <= 0 or wait >= seconds_left:
        return None
    return wait
