"""The guard of MLflow around a small server of the same shapes, with a sidecar that these tests play."""

from __future__ import annotations

import asyncio
import base64
import csv
import dataclasses
import json
import os
import random
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from ostiary.answer import Decided, Failure, Kind
from ostiary.mlflow.config import Config
from ostiary.mlflow.decider import Decider
from ostiary.mlflow.guard import Guard
from ostiary.mlflow.headers import TokenHeaders
from ostiary.mlflow.masks import MASKS, Masks
from ostiary.mlflow.names import Names
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.routes import RouteMap
from ostiary.mlflow.search import PageTokens, Position, page
from ostiary.mlflow.things import Ownership, Thing
from ostiary.v1 import decision_pb2
from ostiary.values import Entity, Uid, message

KEY = bytes(range(32))
RUN = "0123456789abcdef0123456789abcdef"


def token(claims):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({}, claims)]
    return ".".join([*parts, "c2ln"])


ADA = [(b"authorization", b"Bearer " + token({"sub": "ada"}).encode())]


def sent(question):
    """The entities of a question, read off the wire."""

    def uid(given):
        return Uid(given.type, given.id)

    def value(given):
        return uid(given.entity) if given.WhichOneof("kind") == "entity" else given.string

    return tuple(
        Entity(uid(one.uid), {a.name: value(a.value) for a in one.attributes}, tuple(map(uid, one.parents)))
        for one in message(question).entities
    )


class Stream:
    """One stream of it."""

    def __init__(self, sidecar, token):
        self.sidecar, self.token = sidecar, token

    async def check(self, question):
        return await self.sidecar.check(question, token=self.token)

    def close(self):
        pass


class Sidecar:
    """Allows what ``allows`` says of (principal, action, resource, context); with the obligations that it gives."""

    def __init__(self, allows):
        self.allows = allows
        self.asked = []
        self.failure = None
        self.revision = 1
        self.policies = 1

    async def wait_ready(self, timeout):
        return True

    async def check(self, question, *, token=None):
        if token == "e30.e30.e30":
            return Failure(Kind.NOT_PERMITTED_TO_ASK, "no", "TOKEN_REFUSED")
        return self.failure if self.failure is not None else self.answer(question)

    def stream(self, *, token=None):
        return Stream(self, token)

    async def check_batch(self, questions, *, token=None):
        return [self.failure if self.failure is not None else self.answer(question) for question in questions]

    def answer(self, question):
        question = dataclasses.replace(question, entities=sent(question))
        self.asked.append(question)
        said = self.allows(question)
        allowed = said is not False
        response = decision_pb2.CheckResponse(
            decision=1 if allowed else 2, reason_code=1 if allowed else 3, decision_id=f"d{len(self.asked)}"
        )
        response.data_revision.size = self.revision
        response.policy_revision.size = self.policies
        for name in said if isinstance(said, (set, frozenset, list)) else ():
            response.obligations.add(name=name)
        return Decided(response)


class Objects:
    """The source of names: two experiments with a run each."""

    asked = 0

    def experiment(self, experiment_id):
        Objects.asked += 1
        if experiment_id not in ("1", "2"):
            raise Refused(404, f"`{experiment_id}` does not exist")
        return Thing("Experiment", experiment_id, {"1": "atlas/one", "2": "harbor/two"}[experiment_id])

    def run(self, run_id):
        return Thing("Run", run_id, "", {"owner": "ada"}, self.experiment("1"))

    def root(self, thing):
        return f"mlflow-artifacts:/{thing.top.id}/{thing.id}/artifacts"


class Mlflow:
    """Answers with ``runs`` where a search comes, with ``answer`` elsewhere; remembers what came in."""

    def __init__(self, answer=None, runs=()):
        self.answer = answer or {}
        self.runs = list(runs)
        self.missing = False
        self.came = []

    async def __call__(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.came.append((scope["method"], scope["path"], scope["query_string"], body))
        answer = self.answer
        if self.missing:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        if scope["path"].endswith("/search"):
            given = json.loads(body) if body else {k: v[0] for k, v in parse_qs(scope["query_string"].decode()).items()}
            start, length = int(given.get("page_token") or 0), int(given["max_results"])
            answer = {"runs": self.runs[start : start + length]}
            if start + length < len(self.runs):
                answer["next_page_token"] = str(start + length)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def config(**changes):
    ownership = Ownership(project_names=re.compile("([a-z]+)/.+"))
    return Config(**{"sidecar": "unix:/none", "key": KEY, "ownership": ownership, **changes})


def guarded(app, sidecar, **changes):
    settings = config(**changes)
    names = Names(Objects())
    return Guard(app, settings, RouteMap.packaged(changes.get("prefix", "")), names, Decider(settings, names, sidecar))


def send(guard, method, target, body=b"", headers=ADA, raw=None, client=("127.0.0.1", 1)):
    """The status and the body of what comes back."""
    path, _, query = target.partition("?")
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    out = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def collect(message):
        out.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": raw or path.encode(),
        "query_string": query.encode(),
        "headers": list(headers),
        "client": client,
    }
    asyncio.run(guard(scope, receive, collect))
    return out[0]["status"], b"".join(part.get("body", b"") for part in out[1:])


def run(number, experiment="1", **data):
    info = {"run_id": f"r{number}", "experiment_id": experiment, "artifact_uri": f"s3://lab/{number}"}
    return {"info": info, "data": data}


# ---- the route map ----


def test_every_route_that_mlflow_is_known_to_have_is_mapped():
    shared = os.environ.get("OSTIARY_SHARED")
    if not shared:
        pytest.skip("OSTIARY_SHARED is not set: no list of routes")
    routes = RouteMap.packaged()
    rows = list(csv.DictReader(next(Path(shared, "mlflow").glob("*endpoints*.csv")).open()))
    assert len(rows) > 150
    for row in rows:
        path = re.sub(r"<[^>]+>|\{[^}]+\}", "x1", row["path"]).replace("/api/2.11/", "/api/2.0/")
        matched = routes.match(row["http_method"], path)
        assert matched, row
        assert routes.match(row["http_method"], path.replace("/api/", "/ajax-api/", 1)).route is matched.route
        # What MLflow's own auth guards must not be open here.
        assert matched.route.action != "public", row


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/api/2.0/mlflow/runs/get", "readMetadata"),
        ("HEAD", "/api/2.0/mlflow/runs/get", "readMetadata"),
        ("GET", "/ajax-api/2.0/mlflow-artifacts/artifacts/1/a/b", "readContent"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/1/a/b", "write"),
        ("DELETE", "/api/2.0/mlflow-artifacts/artifacts/1/a/b", "delete"),
        ("GET", "/api/2.0/mlflow-artifacts/presigned/1/a", "presign"),
        ("POST", "/api/2.0/mlflow-artifacts/mpu/create/1/a", "presignWrite"),
        ("POST", "/api/2.0/mlflow/model-versions/transition-stage", "promote"),
        ("GET", "/api/2.0/mlflow/registered-models/alias", "readMetadata"),
        ("POST", "/api/2.0/mlflow/registered-models/alias", "promote"),
        ("DELETE", "/api/2.0/mlflow/logged-models/m-1", "delete"),
        ("GET", "/api/3.0/mlflow/traces/get", "readContent"),
        ("POST", "/gateway/any/mlflow/invocations", "administer"),
        ("GET", "/graphql", "refuse"),
        ("POST", "/graphql", "parts"),
        ("GET", "/static-files/main.js", "public"),
    ],
)
def test_one_path_has_several_meanings(method, path, action):
    for prefix in ("", "/ml"):
        assert RouteMap.packaged(prefix).match(method, prefix + path).route.action == action


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/2.0/mlflow/runs/get"),
        ("OPTIONS", "/api/2.0/mlflow/runs/get"),
        ("GET", "/api/4.0/mlflow/runs/get"),
        ("GET", "/api/2.0/mlflow/runs/get/"),
        ("GET", "/elsewhere/api/2.0/mlflow/runs/get"),
        ("GET", "/api/2.0/mlflow/new-in-the-next-version"),
    ],
)
def test_what_the_map_does_not_have_is_refused_without_a_question(method, path):
    app, sidecar = Mlflow(), Sidecar(lambda question: True)
    status, body = send(guarded(app, sidecar), method, path)
    assert status == 403 and b"route map" in body
    assert not app.came and not sidecar.asked


# ---- what two programs could read differently ----


@pytest.mark.parametrize(
    ("method", "target", "body", "raw"),
    [
        ("POST", "/api/2.0/mlflow/runs/update", b'{"run_id": "a", "run_id": "b"}', None),
        ("POST", "/api/2.0/mlflow/runs/update", b'{"run_id": "a", "runId": "b"}', None),
        ("POST", "/api/2.0/mlflow/runs/update", b'{"run_id": "a", "run_uuid": "b"}', None),
        ("POST", "/api/2.0/mlflow/runs/update", b'{"run_id": ["a"]}', None),
        ("POST", "/api/2.0/mlflow/runs/update", b'"{\\"run_id\\": \\"a\\"}"', None),
        ("POST", "/api/2.0/mlflow/runs/update?run_id=b", b'{"run_id": "a"}', None),
        ("GET", "/api/2.0/mlflow/metrics/get-history?run_id=a&run_id=b", b"", None),
        ("GET", "/api/2.0/mlflow/metrics/get-history?run_id=a", b'{"run_id": "b"}', None),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/1/../2/x", b"", None),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/1//x", b"", None),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/1/x", b"", b"/api/2.0/mlflow-artifacts/artifacts/1%2fx"),
        ("GET", "/api/2.0/mlflow-artifacts/artifacts/%2e%2e/x", b"", b"/api/2.0/mlflow-artifacts/artifacts/%252e%252e/x"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(method, target, body, raw):
    app = Mlflow()
    status, _ = send(guarded(app, Sidecar(lambda question: True)), method, target, body, raw=raw)
    assert status == 400 and not app.came


# ---- who ----


def test_without_a_token_that_names_somebody_nothing_goes_in():
    app = Mlflow()
    guard = guarded(app, Sidecar(lambda question: True))
    for headers in (
        [],
        [(b"authorization", b"Basic YTpi")],
        [(b"authorization", b"Bearer x")],
        [(b"authorization", b"Bearer " + token({"name": "ada"}).encode())],
        [(b"authorization", b"Bearer " + token({"sub": ["ada"]}).encode())],
    ):
        assert send(guard, "GET", f"/get-artifact?run_id={RUN}&path=a", headers=headers)[0] == 401
    assert send(guard, "GET", f"/get-artifact?run_id={RUN}&path=a", headers=ADA + ADA)[0] == 400
    assert not app.came


def test_a_sidecar_that_verifies_no_tokens_is_not_asked_about_those_who_bring_one():
    app, sidecar = Mlflow(), Sidecar(lambda question: True)

    async def careless(question, *, token=None):
        return sidecar.answer(question)

    sidecar.check = careless
    status, body = send(guarded(app, sidecar), "GET", f"/get-artifact?run_id={RUN}&path=a")
    assert status == 503 and b"verifies no tokens" in body and not app.came


def test_a_header_is_believed_only_in_dev_and_only_from_this_machine(tmp_path):
    app = Mlflow()
    guard = guarded(app, Sidecar(lambda question: True), header="x-person")
    headers = [(b"x-person", b"ada")]
    target = f"/get-artifact?run_id={RUN}&path=a"
    assert send(guard, "GET", target, headers=headers)[0] == 200
    assert send(guard, "GET", target, headers=headers, client=("10.0.0.9", 1))[0] == 401
    assert send(guard, "GET", target, headers=headers * 2)[0] == 400
    file = tmp_path / "guard.json"
    file.write_text(json.dumps({"sidecar": "unix:/s", "key": "k", "bundle": {}, "principal": {"header": "X-Person"}}))
    with pytest.raises(ValueError, match="dev"):
        Config.read(file)


def test_the_clients_token_is_read_anew_for_each_request(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_OSTIARY_TOKEN", raising=False)
    monkeypatch.delenv("MLFLOW_OSTIARY_TOKEN_FILE", raising=False)
    headers = TokenHeaders()
    assert not headers.in_context()
    file = tmp_path / "token"
    monkeypatch.setenv("MLFLOW_OSTIARY_TOKEN_FILE", str(file))
    for text in ("one\n", "two\n"):
        file.write_text(text)
        assert headers.in_context() and headers.request_headers() == {"Authorization": f"Bearer {text.strip()}"}


# ---- what is decided ----


def test_a_write_is_asked_with_what_it_is_within_and_denied_as_a_sentence():
    app, sidecar = Mlflow(), Sidecar(lambda question: False)
    status, body = send(guarded(app, sidecar, help="Ask Cleo."), "POST", "/api/2.0/mlflow/runs/update", {"run_id": RUN})
    message = json.loads(body)["message"]
    assert status == 403 and not app.came
    assert message == f"ada may not write to run `{RUN}`: no policy permits this. Ask Cleo. This is decision d1."
    (question,) = sidecar.asked
    assert (str(question.action), str(question.resource)) == ('Action::"write"', f'Run::"{RUN}"')
    assert question.context == {"operation": "runs/update"}
    run_entity, experiment = question.entities
    assert str(run_entity.attributes["project"]) == 'Project::"atlas"' == str(experiment.parents[0])
    assert str(run_entity.attributes["owner"]) == 'User::"ada"' and run_entity.parents == (experiment.uid,)


@pytest.mark.parametrize(
    "failure",
    [
        Failure(Kind.UNAVAILABLE, "gone"),
        Failure(Kind.TIMEOUT, "late"),
        Failure(Kind.OVERLOADED, "busy"),
        Failure(Kind.PROTOCOL, "what"),
        Failure(Kind.INVALID_REQUEST, "schema", "SCHEMA_MISMATCH"),
        Failure(Kind.NOT_PERMITTED_TO_ASK, "expired", "TOKEN_REFUSED"),
    ],
)
def test_without_an_answer_nothing_goes_in_and_nothing_comes_out(failure):
    app, sidecar = Mlflow({"run": run(1)}, [run(1)]), Sidecar(lambda question: True)
    sidecar.failure = failure
    guard = guarded(app, sidecar)
    for method, target, body in (
        ("POST", "/api/2.0/mlflow/runs/update", {"run_id": RUN}),
        ("GET", "/api/2.0/mlflow/runs/get?run_id=r1", b""),
        ("POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": ["1"]}),
    ):
        status, out = send(guard, method, target, body)
        assert status in (401, 403, 503) or json.loads(out) == {"runs": []}
        assert b"s3://" not in out
    assert not [came for came in app.came if came[1].endswith("update")]


def test_an_obligation_that_cannot_be_carried_out_denies():
    app = Mlflow({"run": run(1)})
    for obligations, target in ((["watermark"], "/api/2.0/mlflow/runs/get?run_id=r1"), (["mask-params"], f"/get-artifact?run_id={RUN}&path=a")):
        status, body = send(guarded(app, Sidecar(lambda question, o=obligations: o)), "GET", target)
        assert status == 403 and b"masked" in body


def test_tags_that_policies_go_by_are_more_than_a_write():
    app, sidecar = Mlflow(), Sidecar(lambda question: question.action.id == "write")
    guard = guarded(app, sidecar)
    tag = {"run_id": RUN, "key": "note", "value": "x"}
    assert send(guard, "POST", "/api/2.0/mlflow/runs/set-tag", tag)[0] == 200
    for key in ("owner", "stage", "project"):
        assert send(guard, "POST", "/api/2.0/mlflow/runs/set-tag", {**tag, "key": key})[0] == 403
        batch = {"run_id": RUN, "tags": [{"key": key, "value": "x"}]}
        assert send(guard, "POST", "/api/2.0/mlflow/runs/log-batch", batch)[0] == 403
    assert len(app.came) == 1


def test_whoever_makes_a_run_owns_it_whatever_the_request_says():
    app = Mlflow()
    body = {"experiment_id": "1", "tags": [{"key": "owner", "value": "cleo"}, {"key": "a", "value": "b"}]}
    assert send(guarded(app, Sidecar(lambda question: True)), "POST", "/api/2.0/mlflow/runs/create", body)[0] == 200
    assert json.loads(app.came[0][3])["tags"] == [{"key": "a", "value": "b"}, {"key": "owner", "value": "ada"}]


def test_a_file_in_the_store_is_its_runs_and_no_other_path_is_anybodys():
    app, sidecar = Mlflow(), Sidecar(lambda question: True)
    guard = guarded(app, sidecar)
    base = "/api/2.0/mlflow-artifacts/artifacts/"
    assert send(guard, "GET", f"{base}1/{RUN}/artifacts/model/x.bin")[0] == 200
    assert str(sidecar.asked[0].resource) == f'Artifact::"{RUN}/model/x.bin"'
    for other in (f"2/{RUN}/artifacts/x", f"1/{RUN}/x", "backup/x", f"1/{RUN}"):
        assert send(guard, "GET", base + other)[0] == 403, other
    assert len(app.came) == 1


def test_links_to_the_store_are_given_only_where_their_use_is_decided_and_not_for_long():
    link = "http://s3/x?X-Amz-Expires="
    target = f"/api/2.0/mlflow-artifacts/presigned/1/{RUN}/artifacts/x"
    assert send(guarded(Mlflow({"url": link + "60"}), Sidecar(lambda q: True)), "GET", target)[0] == 403
    for expires, status in (("60", 200), ("61", 403), ("", 403), ("60&X-Amz-Expires=900", 403)):
        guard = guarded(Mlflow({"url": link + expires}), Sidecar(lambda q: True), presign_decided_again=True)
        assert send(guard, "GET", target)[0] == status, expires
    denied = guarded(Mlflow({"url": link + "60"}), Sidecar(lambda q: q.action.id != "presign"), presign_decided_again=True)
    assert send(denied, "GET", target)[0] == 403


def test_a_revocation_empties_what_is_remembered():
    app, sidecar = Mlflow(), Sidecar(lambda question: True)
    guard = guarded(app, sidecar)
    update = ("POST", "/api/2.0/mlflow/metrics/get-history", {"run_id": RUN})
    read = ("GET", f"/api/2.0/mlflow/metrics/get-history?run_id={RUN}")
    del update
    Objects.asked = 0
    send(guard, *read)
    send(guard, *read)
    assert Objects.asked == 2  # one before the first answer, whose revision is new
    send(guard, *read)
    assert Objects.asked == 2
    sidecar.revision += 1
    send(guard, *read)
    send(guard, *read)
    assert Objects.asked == 3


# ---- searches ----


@pytest.mark.parametrize("seed", range(40))
def test_pages_are_full_and_together_they_are_what_may_be_seen(seed):
    random.seed(seed)
    total, wanted, longest = random.randrange(120), random.randrange(1, 12), random.randrange(1, 40)
    visible = {n for n in range(total) if random.random() < random.choice((0.02, 0.5, 0.97))}

    async def fetch(given, length):
        start = int(given or 0)
        assert length <= longest
        return list(range(start, min(total, start + length))), str(start + length) if start + length < total else ""

    async def decide(found):
        return [one if one in visible else None for one in found]

    async def all_pages():
        pages, position = [], None
        while True:
            seen, position = await page(fetch, decide, position, wanted, longest)
            pages.append(seen)
            if position is None:
                return pages

    pages = asyncio.run(all_pages())
    assert [one for seen in pages for one in seen] == sorted(visible)
    assert all(len(seen) == wanted for seen in pages[:-1]) and (pages[-1] or not visible)


def test_a_page_token_tells_nothing_and_serves_its_own_search_alone():
    tokens = PageTokens(KEY)
    token_ = tokens.write(Position("20", 3, 10), "ada/x")
    assert tokens.read(token_, "ada/x") == Position("20", 3, 10)
    assert len(token_) == len(tokens.write(Position("", 12345, 1000), "ada/x"))
    for other, bound in ((token_, "ben/x"), (token_[:-8] + "AAAAAAA=", "ada/x"), ("20", "ada/x")):
        with pytest.raises(Refused):
            tokens.read(other, bound)


def test_a_search_shows_only_what_may_be_seen_and_each_thing_masked_as_it_must_be():
    runs = [run(n, params=[{"key": "p", "value": f"secret-{n}"}]) for n in range(30)]

    def allows(question):
        number = int(question.resource.id[1:])
        return False if number % 3 == 0 else ["mask-params"] if number % 3 == 1 else True

    app, sidecar = Mlflow(runs=runs), Sidecar(allows)
    guard = guarded(app, sidecar)
    seen, given = [], {}
    while True:
        body = {"experiment_ids": ["1"], "max_results": 7, **given}
        status, out = send(guard, "POST", "/ajax-api/2.0/mlflow/runs/search", body)
        answer = json.loads(out)
        assert status == 200
        seen += answer["runs"]
        if "next_page_token" not in answer:
            break
        assert len(answer["runs"]) == 7
        given = {"page_token": answer["next_page_token"]}
    assert [one["info"]["run_id"] for one in seen] == [f"r{n}" for n in range(30) if n % 3]
    values = [one["data"]["params"][0]["value"] for one in seen]
    assert values[1::2] == [f"secret-{n}" for n in range(2, 30, 3)] and all(v.startswith("masked.") for v in values[::2])
    # A search by what is masked would tell it.
    for order in ({"filter": "params.p = 'secret-1'"}, {"order_by": ["params.p"]}):
        _, out = send(guard, "POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": ["1"], **order})
        assert {int(one["info"]["run_id"][1:]) % 3 for one in json.loads(out)["runs"]} == {2}
    # A search by the mask does not, so that what is masked can be found again.
    send(guard, "POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": ["1"], "filter": f"params.p = '{values[0]}'"})
    assert json.loads(app.came[-1][3])["filter"] == "params.p = 'secret-1'"


# ---- masks ----


def test_masks_are_stable_opaque_and_of_one_kind():
    masks = Masks(KEY)
    assert masks.token("mask-params", "a") == Masks(KEY).token("mask-params", "a")
    assert len(masks.token("mask-params", "a")) == len(masks.token("mask-params", "b" * 25))
    assert masks.token("mask-params", "a") != masks.token("mask-tags", "a") != Masks(bytes(32)).token("mask-tags", "a")
    for value in ("", "é", "x" * 512):
        assert masks.value("mask-tags", masks.token("mask-tags", value)) == value
    long = masks.token("mask-tags", "x" * 600)
    assert masks.value("mask-tags", long) is None and long == masks.token("mask-tags", "x" * 600)
    assert masks.value("mask-params", masks.token("mask-tags", "a")) is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("metrics.auc > 0.5 AND attributes.status = 'FINISHED'", set()),
        ("tags.`mlflow.experiment.isGateway` IS NULL", set()),
        ("tags.mlflow.runName = 'x' and tag.owner = 'ada'", set()),
        ("tags.mlflow.runNames = 'x'", {"mask-tags"}),
        ("tags.`note` LIKE '%a%'", {"mask-tags"}),
        ("TAG.note = 'x' AND Parameters.p = 'y'", {"mask-tags", "mask-params"}),
        ("datasets.name = 'x'", {"mask-datasets"}),
        ("attributes.artifact_uri LIKE 's3%'", {"mask-paths"}),
    ],
)
def test_what_a_filter_would_tell_is_found(text, kinds):
    assert Masks(KEY, frozenset({"owner"})).unmasked(text) == (text, kinds)


def test_everything_that_a_mask_names_is_masked_and_nothing_else():
    secrets = ["learned-from", "by-hand", "patients", "digest-1", "s3://lab/x", "s3://lab/data", "train.py", "git@x"]
    answer = {
        "run": {
            "info": {"run_id": "r", "artifact_uri": "s3://lab/x", "status": "FINISHED"},
            "data": {
                "params": [{"key": "base", "value": "learned-from"}],
                "metrics": [{"key": "loss", "value": 0.5}],
                "tags": [
                    {"key": "note", "value": "by-hand"},
                    {"key": "mlflow.runName", "value": "shy-bird"},
                    {"key": "mlflow.source.name", "value": "train.py"},
                    {"key": "mlflow.source.git.repoURL", "value": "git@x"},
                ],
            },
            "inputs": {"dataset_inputs": [{"dataset": {"name": "patients", "digest": "digest-1", "source": "s3://lab/data"}}]},
        }
    }
    masked = json.dumps(Masks(KEY).apply(MASKS, answer))
    assert not [secret for secret in secrets if secret in masked]
    assert all(kept in masked for kept in ("FINISHED", "loss", "0.5", "shy-bird", '"base"'))
    assert Masks(KEY).apply(frozenset(), answer) is answer
    one = json.dumps(Masks(KEY).apply(frozenset({"mask-params"}), answer))
    assert [secret for secret in secrets if secret not in one] == ["learned-from"]
