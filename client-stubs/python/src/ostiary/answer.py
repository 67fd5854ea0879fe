"""What came of a question, and what the caller must do. Whatever goes wrong on the way denies."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NoReturn, Union

from ostiary.v1 import decision_pb2

_NO_TEXT = {
    decision_pb2.REASON_CODE_NO_PERMIT: "no policy permits this",
    decision_pb2.REASON_CODE_FORBID_ERRORED: "a policy that could forbid this has failed",
    decision_pb2.REASON_CODE_ENTITY_UNKNOWN: "principal or resource is not known",
}


class Kind(enum.Enum):
    """What went wrong where there is no answer."""

    #: No answer came within the deadline.
    TIMEOUT = "timeout"
    #: The sidecar cannot be reached, cannot decide, or cannot write its log.
    UNAVAILABLE = "unavailable"
    #: The question is malformed or does not fit the schema; ``Failure.field`` says where.
    INVALID_REQUEST = "invalid request"
    #: This caller may not ask this.
    NOT_PERMITTED_TO_ASK = "not permitted to ask"
    #: Over a limit of rate or size.
    OVERLOADED = "overloaded"
    #: The revision asked for belongs to another log or epoch.
    WRONG_REVISION = "wrong revision"
    #: The caller stopped waiting.
    CANCELLED = "cancelled"
    #: What came back is not an answer of this protocol.
    PROTOCOL = "protocol"


class Cause(enum.Enum):
    """Why a caller must not go on."""

    #: Policy says no.
    POLICY = "policy"
    #: Policy says yes, with an obligation that the caller does not carry out.
    UNKNOWN_OBLIGATION = "unknown obligation"
    #: There is no decision.
    NO_ANSWER = "no answer"


class AccessDenied(PermissionError):
    """Raised by :meth:`Denied.require`; its text is for people."""

    def __init__(self, denied: Denied):
        super().__init__(denied.text)
        self.denied = denied


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on, and carry out the obligations, all of which the caller knows."""

    obligations: tuple[str, ...]
    decision_id: str

    def __bool__(self) -> bool:
        return True

    def require(self) -> Allowed:
        """Itself; see :meth:`Denied.require`."""
        return self


@dataclass(frozen=True, slots=True)
class Denied:
    """Do not go on: why for code, why for people, and what may change it (names from the bundle)."""

    cause: Cause
    text: str
    decision_id: str = ""
    step_up: tuple[str, ...] = ()
    requestable: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return False

    def require(self) -> NoReturn:
        """Raises :class:`AccessDenied`, so that ``verdict.require()`` alone guards what follows it."""
        raise AccessDenied(self)


Verdict = Union[Allowed, Denied]


class _NoVerdict:
    """An answer taken for a verdict would let everything pass, since objects are true."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("an answer is neither true nor false: call enforce() and look at the verdict")


@dataclass(frozen=True, slots=True)
class Decided(_NoVerdict):
    """The sidecar decided; ``response`` is the answer as it came."""

    response: decision_pb2.CheckResponse

    def enforce(self, *known_obligations: str) -> Verdict:
        """What a caller that carries out these obligations must do: allowed only where every one asked for is known."""
        response = self.response
        if response.decision != decision_pb2.DECISION_ALLOW:
            return Denied(
                Cause.POLICY,
                self._text(),
                response.decision_id,
                self._advice(decision_pb2.ADVICE_KIND_STEP_UP),
                self._advice(decision_pb2.ADVICE_KIND_REQUESTABLE),
            )
        obligations = tuple(obligation.name for obligation in response.obligations)
        for name in obligations:
            if name not in known_obligations:
                return Denied(
                    Cause.UNKNOWN_OBLIGATION, f"obligation `{name}` is not known here", response.decision_id
                )
        return Allowed(obligations, response.decision_id)

    def _advice(self, kind: int) -> tuple[str, ...]:
        return tuple(advice.name for advice in self.response.advice if advice.kind == kind)

    def _text(self) -> str:
        texts = [reason.text for reason in self.response.reasons if reason.text]
        return "; ".join(texts) if texts else _NO_TEXT.get(self.response.reason_code, "denied by policy")


@dataclass(frozen=True, slots=True)
class Failure(_NoVerdict):
    """There is no decision.

    ``reason`` is the sidecar's own (for example ``RESERVED_CONTEXT``), empty where the failure is not the sidecar's;
    ``field`` the path of the field at fault; ``retry_after`` the seconds that the sidecar asks to wait, if it does.
    """

    kind: Kind
    message: str
    reason: str = ""
    field: str = field(default="")
    retry_after: float | None = None

    def enforce(self, *known_obligations: str) -> Verdict:
        """Always denied."""
        return Denied(Cause.NO_ANSWER, self.message)


Answer = Union[Decided, Failure]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with what led to it: a few lines for people, and what each candidate policy said."""

    answer: Answer
    text: str = ""
    policies: tuple[decision_pb2.PolicyOutcome, ...] = ()
