"""Against a real sidecar, which the caller of these tests has started: see ``PythonClientTest``."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import json
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from ostiary import AccessDenied, AsyncClient, Cause, Client, Decided, Entity, Failure, Kind, Question, Uid

README = Path(__file__).resolve().parent.parent / "README.md"


def setting(name):
    if name not in os.environ:
        pytest.skip(f"{name} is not set: no sidecar to ask")
    return os.environ[name]


def patient(target):
    """A first question is slow on a busy machine, and these tests are not about time."""
    return Client(target, deadline=30)


def uid(json_uid):
    return Uid(json_uid["type"], json_uid["id"])


def value(json_value):
    if isinstance(json_value, dict):
        if "__entity" in json_value:
            return uid(json_value["__entity"])
        if "__extn" in json_value:
            return ipaddress.ip_address(json_value["__extn"]["arg"])
        return {name: value(inner) for name, inner in json_value.items()}
    return json_value


def entity(row):
    return Entity(uid(row["uid"]), value(row["attrs"]), tuple(uid(parent) for parent in row["parents"]))


def question(row):
    return Question(
        uid(row["principal"]),
        uid(row["action"]),
        uid(row["resource"]),
        value(row["context"]),
        tuple(entity(given) for given in row.get("entities", ())),
    )


def rows():
    lines = Path(setting("OSTIARY_LAB_ROWS")).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def said(answer):
    assert isinstance(answer, Decided), answer
    response = answer.response
    allowed = response.decision == 1
    assert bool(answer.enforce(*(o.name for o in response.obligations))) is allowed
    advice = sorted(a.name for a in response.advice)
    return (
        "allow" if allowed else "deny",
        [reason.policy_id for reason in response.reasons],
        sorted(o.name for o in response.obligations),
        advice,
    )


def expected(row):
    return (row["decision"], row["policies"], sorted(row["obligations"]), sorted(row["advice"]))


@pytest.mark.parametrize("target", ["OSTIARY_LAB_TCP", "OSTIARY_LAB_SOCKET"])
def test_every_question_of_the_lab_gets_its_answer(target):
    with patient(setting(target)) as client:
        for row in rows():
            assert said(client.check(question(row))) == expected(row), row["name"]


def test_a_batch_is_answered_in_order():
    asked = rows()
    with patient(setting("OSTIARY_LAB_TCP")) as client:
        answers = client.check_batch([question(row) for row in asked])
    assert [said(answer) for answer in answers] == [expected(row) for row in asked]


def test_asyncio_answers_many_at_once():
    async def all_of_them():
        async with AsyncClient(setting("OSTIARY_LAB_SOCKET"), deadline=30) as client:
            assert await client.wait_ready(30)
            single = await asyncio.gather(*(client.check(question(row)) for row in rows()))
            batch = await client.check_batch([question(row) for row in rows()])
            return single, batch, await client.explain(question(rows()[0]))

    single, batch, explained = asyncio.run(all_of_them())
    assert [said(answer) for answer in single] == [expected(row) for row in rows()]
    assert [said(answer) for answer in batch] == [expected(row) for row in rows()]
    assert said(explained.answer) == expected(rows()[0])
    assert any(outcome.outcome == 1 for outcome in explained.policies), explained


def test_the_readme_runs(tmp_path, capsys, monkeypatch):
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL).group(1)
    code = code.replace("unix:data/ostiary.sock", setting("OSTIARY_LAB_SOCKET"))
    with patient(setting("OSTIARY_LAB_SOCKET")) as client:
        assert client.wait_ready(30)
    exec(compile(code.replace("client = Client(", "client = Client(deadline=30, target="), "README.md", "exec"), {})
    assert capsys.readouterr().out == "go on, and carry out ('mask-pii', 'no-local-copy')\n"


def test_values_arrive_as_they_were_meant():
    context = {
        "b": True,
        "l": -(1 << 63),
        "s": "é😀\u0000",
        "e": Uid("User", 'a"\\b'),
        "set": {1, 2},
        "r": {"x": 3, "y": [True]},
        "ip": ipaddress.ip_address("::1"),
        "net": ipaddress.ip_network("10.0.0.0/8"),
        "d": Decimal("12"),
        "t": dt.datetime(2024, 2, 29, 13, 0, 0, 123_999, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        "dur": -dt.timedelta(days=1, milliseconds=1),
    }
    asked = Question(Uid("User", "ada"), Uid("Action", "read"), Uid("Doc", "one"), context)
    with patient(setting("OSTIARY_VALUES_TCP")) as client:
        answer = client.check(asked)
        assert answer.enforce(), answer
        for name, other in (("l", 0), ("s", "é"), ("d", Decimal("12.0001")), ("dur", dt.timedelta())):
            changed = Question(asked.principal, asked.action, asked.resource, {**context, name: other})
            denied = client.check(changed).enforce()
            assert not denied and denied.cause is Cause.POLICY, name
            with pytest.raises(AccessDenied, match="no policy permits this"):
                denied.require()


def test_what_does_not_fit_is_a_failure_that_names_the_field():
    with patient(setting("OSTIARY_VALUES_TCP")) as client:
        answer = client.check(Question(Uid("User", "ada"), Uid("Action", "read"), Uid("Doc", "one"), {"l": "text"}))
        assert isinstance(answer, Failure) and answer.kind is Kind.INVALID_REQUEST
        assert answer.reason == "SCHEMA_MISMATCH" and answer.field.startswith("context"), answer
        assert not answer.enforce()
        reserved = client.check(
            Question(Uid("User", "ada"), Uid("Action", "read"), Uid("Doc", "one"), {"now": dt.timedelta()})
        )
        assert isinstance(reserved, Failure) and reserved.reason == "RESERVED_CONTEXT", reserved
        batch = client.check_batch([Question(Uid("", "x"), Uid("Action", "read"), Uid("Doc", "one"))])
        assert isinstance(batch[0], Failure) and batch[0].field == "principal.type", batch
