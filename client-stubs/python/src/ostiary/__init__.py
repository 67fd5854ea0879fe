"""Asks the Ostiary sidecar *may this principal do this to that resource, now?*, and enforces the answer."""

from ostiary.aio import AsyncClient
from ostiary.answer import (
    AccessDenied,
    Allowed,
    Answer,
    Cause,
    Decided,
    Denied,
    Explanation,
    Failure,
    Kind,
    Verdict,
)
from ostiary.client import Client
from ostiary.stream import AsyncCheckStream, CheckStream
from ostiary.values import EncodedEntities, Entity, Question, Revision, Uid, Value

__all__ = [
    "AccessDenied",
    "Allowed",
    "Answer",
    "AsyncCheckStream",
    "AsyncClient",
    "Cause",
    "CheckStream",
    "Client",
    "Decided",
    "Denied",
    "EncodedEntities",
    "Entity",
    "Explanation",
    "Failure",
    "Kind",
    "Question",
    "Revision",
    "Uid",
    "Value",
    "Verdict",
]
