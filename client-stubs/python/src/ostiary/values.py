"""Questions, and the Cedar values in them, as Python writes them."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias, Union

from ostiary.v1 import decision_pb2, value_pb2

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_MILLISECOND = dt.timedelta(milliseconds=1)
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_Ip = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
)


@dataclass(frozen=True, slots=True)
class Uid:
    """The name of an entity: a principal, an action, a resource or a group of them.

    ``type`` is the entity type with its namespace, for example ``Lab::Dataset``; ``id`` any text.
    """

    type: str
    id: str

    def __str__(self) -> str:
        escaped = self.id.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.type}::"{escaped}"'


#: What a Cedar value may be made of. An ``int`` has 64 bits, an aware ``datetime`` and a ``timedelta`` whole
#: milliseconds (what is finer is cut off), a ``Decimal`` at most four digits after the point. There is no float.
Value: TypeAlias = Union[
    bool,
    int,
    str,
    Uid,
    Decimal,
    dt.datetime,
    dt.timedelta,
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
    "list[Value]",
    "tuple[Value, ...]",
    "Set[Value]",
    "Mapping[str, Value]",
]


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity with its data, as a caller may add it to one question: of a type that the schema marks ``@inline``."""

    uid: Uid
    attributes: Mapping[str, Value] = field(default_factory=dict)
    parents: tuple[Uid, ...] = ()
    tags: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EncodedEntities:
    """Entities as they go over the wire, for a caller that sends the same ones often; made by :meth:`of`."""

    data: bytes

    @staticmethod
    def of(entities: Iterable[Entity]) -> EncodedEntities:
        """Raises as :func:`message`."""
        encoded = [_entity(entity, f"entities[{i}]") for i, entity in enumerate(entities)]
        return EncodedEntities(decision_pb2.CheckRequest(entities=encoded).SerializeToString())


@dataclass(frozen=True, slots=True)
class Revision:
    """A position in a fact log: the state after its first ``size`` entries."""

    origin: str
    epoch: int
    size: int


@dataclass(frozen=True, slots=True)
class Question:
    """May this principal do this action to that resource, now?

    ``context`` is as the action's schema declares it, without what the sidecar itself gives (``now``, ``caller``,
    ``principal_proof``, ``risk``, ``frozen``). ``at_least`` is the least revision that the answer may be made at;
    ``correlation_id`` the caller's own id, written into the log and never interpreted.
    """

    principal: Uid
    action: Uid
    resource: Uid
    context: Mapping[str, Value] = field(default_factory=dict)
    entities: tuple[Entity, ...] | EncodedEntities = ()
    at_least: Revision | None = None
    correlation_id: str = ""


def message(question: Question) -> decision_pb2.CheckRequest:
    """The question as it goes over the wire.

    Raises ``TypeError`` for what is no Cedar value, and ``ValueError`` for one out of its range, naming the place.
    """
    at_least, given = question.at_least, question.entities
    entities = () if isinstance(given, EncodedEntities) else given
    request = decision_pb2.CheckRequest(
        principal=_uid(question.principal),
        action=_uid(question.action),
        resource=_uid(question.resource),
        context=_attributes(question.context, "context"),
        entities=[_entity(entity, f"entities[{i}]") for i, entity in enumerate(entities)],
        at_least=None
        if at_least is None
        else decision_pb2.Revision(origin=at_least.origin, epoch=at_least.epoch, size=at_least.size),
        correlation_id=question.correlation_id,
    )
    if isinstance(given, EncodedEntities):
        request.MergeFromString(given.data)
    return request


def _uid(uid: Uid) -> value_pb2.EntityUid:
    return value_pb2.EntityUid(type=uid.type, id=uid.id)


def _entity(entity: Entity, where: str) -> value_pb2.Entity:
    return value_pb2.Entity(
        uid=_uid(entity.uid),
        attributes=_attributes(entity.attributes, f"{where}.attributes"),
        parents=[_uid(parent) for parent in entity.parents],
        tags=_attributes(entity.tags, f"{where}.tags"),
    )


def _attributes(values: Mapping[str, Value], where: str) -> list[value_pb2.Attribute]:
    return [value_pb2.Attribute(name=name, value=_value(value, f"{where}.{name}")) for name, value in values.items()]


def _value(value: Value, where: str) -> value_pb2.Value:
    if isinstance(value, bool):  # before int, which it is one of
        return value_pb2.Value(boolean=value)
    if isinstance(value, int):
        return value_pb2.Value(long=_long(value, where))
    if isinstance(value, str):
        return value_pb2.Value(string=value)
    if isinstance(value, Uid):
        return value_pb2.Value(entity=_uid(value))
    if isinstance(value, Decimal):
        return value_pb2.Value(decimal=_decimal(value, where))
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError(f"{where}: expected a datetime with a time zone, got a naive one")
        return value_pb2.Value(datetime_millis=(value - _EPOCH) // _MILLISECOND)
    if isinstance(value, dt.timedelta):
        return value_pb2.Value(duration_millis=value // _MILLISECOND)
    if isinstance(value, _Ip):
        return value_pb2.Value(ip=str(value))
    if isinstance(value, Mapping):
        return value_pb2.Value(record=value_pb2.Record(attributes=_attributes(value, where)))
    if isinstance(value, (list, tuple, Set)):
        return value_pb2.Value(set=value_pb2.Set(elements=_elements(value, where)))
    raise TypeError(f"{where}: expected a Cedar value, got a {type(value).__name__}")


def _elements(values: Iterable[Value], where: str) -> list[value_pb2.Value]:
    return [_value(value, f"{where}[{i}]") for i, value in enumerate(values)]


def _long(value: int, where: str) -> int:
    if not _LEAST <= value <= _MOST:
        raise ValueError(f"{where}: expected an integer of 64 bits, got {value}")
    return value


def _decimal(value: Decimal, where: str) -> str:
    if not value.is_finite():
        raise ValueError(f"{where}: expected a finite decimal, got {value}")
    text = f"{value:f}"
    return text if "." in text else text + ".0"
