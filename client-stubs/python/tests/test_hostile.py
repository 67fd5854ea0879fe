"""The guard against people who mean it ill: requests that look like one thing and are another."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from test_guard import ADA, RUN, Mlflow, Objects, Sidecar, config, guarded, run, send, token

from ostiary.answer import Failure, Kind
from ostiary.mlflow.decider import Decider
from ostiary.mlflow.guard import Guard
from ostiary.mlflow.masks import MASKS, Masks
from ostiary.mlflow.names import Names
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.routes import RouteMap
from ostiary.mlflow.things import Ownership, Thing

MODEL = "m-" + RUN
OTHERS = "ffffffffffffffffffffffffffffffff"


class Store(Objects):
    """Ada's run and model in experiment 1; experiment 2 with all else is Ben's."""

    def run(self, run_id):
        if run_id == OTHERS:
            return Thing("Run", run_id, "", {"owner": "ben"}, self.experiment("2"))
        return super().run(run_id)

    def logged_model(self, model_id):
        return Thing("LoggedModel", model_id, "", {"owner": "ben"}, self.experiment("2"))

    def trace(self, trace_id):
        if trace_id == "tr-new":
            raise Refused(404, "no")
        return Thing("Trace", trace_id, "", {} if trace_id == "tr-nobodys" else {"owner": "ben"}, self.experiment("2"))

    def registered_model(self, name):
        return Thing("RegisteredModel", name, name, {"owner": "ada"})

    def model_version(self, name, version):
        return Thing("ModelVersion", f"{name}/{version}", "", {}, self.registered_model(name))


def hers(question):
    """Ada may do anything to what is in atlas, but govern nothing."""
    if question.action.id == "govern":
        return False
    uid = question.resource
    projects = [e.attributes["project"].id for e in question.entities if "project" in e.attributes]
    return (projects or [uid.id])[0] == "atlas"


def ask(method, target, body=b"", headers=ADA, allows=hers, app=None, **changes):
    """The status, what came in to MLflow, and the sidecar that was asked."""
    app, sidecar, settings = app or Mlflow(), Sidecar(allows), config(**changes)
    names = Names(Store())
    guard = Guard(app, settings, RouteMap.packaged(), names, Decider(settings, names, sidecar))
    status, out = send(guard, method, target, body, headers)
    return status, app.came, sidecar, out


API = "/api/2.0/mlflow/"
SOURCE = {"name": "atlas/m", "source": f"runs:/{RUN}/model"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        # The same field by its other name, within something.
        (API + "runs/log-batch", {"run_id": RUN, "metrics": [{"key": "a", "modelId": MODEL}]}),
        (API + "runs/log-batch", {"run_id": RUN, "metrics": [{"key": "a", "model_id": MODEL}]}),
        (API + "runs/log-inputs", {"run_id": RUN, "models": [{"modelId": MODEL}]}),
        ("/api/3.0/mlflow/traces", {"trace": {"traceInfo": {"traceId": "tr-1", "traceLocation": {"mlflowExperiment": {"experimentId": "1"}}}}}),
        ("/api/3.0/mlflow/traces", {"trace": {"traceInfo": {"traceId": "tr-new", "traceLocation": {"mlflowExperiment": {"experimentId": "2"}}}}}),
        ("/api/3.0/mlflow/traces", {"trace": {"trace_info": {"trace_id": "tr-nobodys", "trace_location": {"mlflow_experiment": {"experiment_id": "1"}}}}}),
        # Tags that some databases take for one that governs.
        (API + "runs/set-tag", {"run_id": RUN, "key": "OWNER", "value": "ada"}),
        (API + "runs/set-tag", {"run_id": RUN, "key": "owner ", "value": "ada"}),
        (API + "runs/set-tag", {"run_id": RUN, "key": "ówner", "value": "ada"}),
        (API + "runs/set-tag", {"run_id": RUN, "key": "own\u200ber", "value": "ada"}),
        (API + "runs/log-batch", {"run_id": RUN, "tags": [{"key": "Stage", "value": "Production"}]}),
        # What governs, given at once when something is made.
        (API + "experiments/create", {"name": "atlas/x", "tags": [{"key": "stage", "value": "Production"}]}),
        (API + "registered-models/create", {"name": "atlas/x", "tags": [{"key": "STAGE", "value": "Production"}]}),
        (API + "experiments/create", {"name": "atlas/x", "artifact_location": "s3://lab/harbor"}),
        (API + "experiments/create", {"name": "atlas/x", "tags": [{"key": "project", "value": "harbor"}]}),
        # Files of a trace in a place of one's choice.
        ("/api/3.0/mlflow/traces", {"trace": {"trace_info": {"trace_id": "tr-new", "tags": {"mlflow.trace.archiveLocation": "s3://x"},
                                    "trace_location": {"mlflow_experiment": {"experiment_id": "1"}}}}}),
        # Traces that are somebody else's, or more of them than are named.
        (API + "traces/delete-traces", {"experiment_id": "1", "request_ids": ["tr-1"]}),
        (API + "traces/delete-traces", {"experiment_id": "2", "trace_ids": ["tr-1"], "max_timestamp_millis": 9}),
        # Versions made from what nobody said is theirs.
        (API + "model-versions/create", {**SOURCE, "source": f"runs:/{OTHERS}/model"}),
        (API + "model-versions/create", {**SOURCE, "source": "file:///etc", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}),
        (API + "model-versions/create", {**SOURCE, "source": f"runs:/{RUN}/../{OTHERS}"}),
        (API + "model-versions/create", {**SOURCE, "source": f"mlflow-artifacts:/1/{RUN}/artifacts/%2e%2e/{OTHERS}", "run_id": RUN}),
        (API + "model-versions/create", {**SOURCE, "run_id": OTHERS}),
    ],
)  # fmt: skip
def test_what_would_reach_others_does_not_go_in(path, body):
    status, came, _, out = ask("POST", path, body)
    assert status in (400, 403) and not came, out


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (API + "runs/log-batch", {"run_id": RUN, "metrics": [{"key": "a", "runId": "x"}], "tags": [{"key": "owners", "value": "x"}]}),
        ("/api/3.0/mlflow/traces", {"trace": {"traceInfo": {"traceId": "tr-new", "traceLocation": {"mlflowExperiment": {"experimentId": "1"}}}}}),
        (API + "experiments/create", {"name": "atlas/x", "tags": [{"key": "owner", "value": "ben"}]}),
        (API + "model-versions/create", SOURCE),
        (API + "model-versions/create", {"name": "atlas/m", "source": "dummy-source"}),
    ],
)
def test_what_is_her_own_goes_in(path, body):
    status, came, _, out = ask("POST", path, body)
    assert status == 200 and len(came) == 1, out
    assert b'"ben"' not in came[0][3]


def test_the_owner_of_a_trace_is_written_whichever_name_its_fields_have():
    for name, info in (("traceInfo", "traceLocation"), ("trace_info", "trace_location")):
        location = {"mlflowExperiment": {"experimentId": "1"}}
        _, came, _, _ = ask("POST", "/api/3.0/mlflow/traces", {"trace": {name: {"trace_id": "tr-new", info: location, "tags": {"Owner": "ben", "a": "b"}}}})
        (written,) = json.loads(came[0][3])["trace"].values()
        assert written["tags"] == {"a": "b", "owner": "ada"}


def test_a_rename_or_a_tag_into_another_project_needs_to_be_wanted_there():
    def anything_in_atlas(question):
        projects = [e.attributes["project"].id for e in question.entities if "project" in e.attributes]
        return (projects or [question.resource.id])[0] == "atlas"

    for project, wanted in (("atlas", 200), ("harbor", 403)):
        for path, body in (
            ("experiments/update", {"experiment_id": "1", "new_name": f"{project}/new"}),
            ("experiments/set-experiment-tag", {"experiment_id": "1", "key": "project", "value": project}),
        ):
            assert ask("POST", API + path, body, allows=anything_in_atlas)[0] == wanted, (project, path)


@pytest.mark.parametrize("path", ["a/../b", "./a", "a//b", "/a", "a/", "a%2fb", "a\\b", "file:a", "a#b", "a?b", "..", "a\nb"])
def test_a_file_has_one_name(path):
    given = quote(path, safe="")
    for target in (
        f"/get-artifact?run_id={RUN}&path={given}",
        f"/model-versions/get-artifact?name=atlas/m&version=1&path={given}",
        f"/api/2.0/mlflow-artifacts/artifacts?path=1/{RUN}/artifacts/{given}x/{given}/y",
        f"/api/2.0/mlflow/logged-models/m-1/artifacts/files?artifact_file_path={given}",
    ):
        status, came, _, _ = ask("GET", target, allows=lambda q: True)
        assert status in (400, 403) and not came, target


def test_the_file_of_a_version_is_asked_about_by_its_name():
    status, _, sidecar, _ = ask("GET", "/model-versions/get-artifact?name=atlas/m&version=1&path=a/b", allows=lambda q: True)
    assert status == 200 and str(sidecar.asked[0].resource) == 'Artifact::"atlas/m/1/a/b"'


def test_a_listing_in_the_store_is_about_the_run_itself():
    for path in (f"1/{RUN}/artifacts", f"1/{RUN}/artifacts/model"):
        _, _, sidecar, _ = ask("GET", f"/api/2.0/mlflow-artifacts/artifacts?path={path}", allows=lambda q: True)
        assert str(sidecar.asked[0].resource) == f'Run::"{RUN}"'


def test_a_file_in_parts_is_the_one_that_the_body_names():
    target = f"/api/2.0/mlflow-artifacts/mpu/complete/1/{RUN}/artifacts/model"
    _, _, sidecar, _ = ask("POST", target, {"path": "/home/x/w.bin", "upload_id": "u", "parts": []}, allows=lambda q: True)
    assert str(sidecar.asked[0].resource) == f'Artifact::"{RUN}/model/w.bin"'
    for name in ("", "x/..", "x/", "."):
        assert ask("POST", target, {"path": name}, allows=lambda q: True)[0] == 400


@pytest.mark.parametrize(
    "more",
    [
        {"filter_string": "", "filter": "params.p = 'secret-1'"},
        {"filter": "", "order_by": ["params.p"]},
        {"filter": "", "anything_new": "params.p = 'secret-1'"},
    ],
)
def test_no_search_tells_what_is_masked(more):
    runs = [run(n, params=[{"key": "p", "value": f"secret-{n}"}]) for n in range(3)]
    app = Mlflow(runs=runs)
    _, _, _, out = ask("POST", API + "runs/search", {"experiment_ids": ["1"], **more}, app=app, allows=lambda q: ["mask-params"])
    assert json.loads(out)["runs"] == []


def test_a_versions_mask_is_the_same_within_its_model_and_alone():
    version = {"name": "m", "version": "1", "tags": [{"key": "t", "value": "v"}], "source": "s3://x"}
    alone = Masks(b"\0" * 32).apply(MASKS, version)
    model = {"registered_model": {"name": "m", "tags": [], "latest_versions": [version]}}
    _, _, _, out = ask("GET", API + "registered-models/get?name=m", allows=lambda q: sorted(MASKS), app=Mlflow(model), key=b"\0" * 32)
    assert json.loads(out)["registered_model"]["latest_versions"] == [alone]


def test_names_of_datasets_are_masked_beside_metrics_too():
    found = {"metrics": [{"key": "auc", "value": 1.0, "dataset_name": "patients", "dataset_digest": "d1"}], "model_params": [{"name": "a", "value": "b"}]}
    masked = Masks(b"\0" * 32).apply(MASKS, found)
    assert "patients" not in json.dumps(masked) and masked["model_params"][0]["value"] != "b"
    assert masked["metrics"][0]["value"] == 1.0


def test_whoever_is_not_known_learns_not_even_what_does_not_exist():
    for method, target, body in (
        ("GET", API + "metrics/get-history?run_id=x", b""),
        ("POST", API + "runs/search", {"experiment_ids": ["1"]}),
        ("POST", API + "experiments/delete", {"experiment_id": "9"}),
        ("GET", API + "experiments/get-by-name?experiment_name=x", b""),
    ):
        app, sidecar = Mlflow(), Sidecar(lambda q: True)
        app.missing = "get-by-name" in target
        guard = guarded(app, sidecar)
        assert send(guard, method, target, body)[0] in (200, 404)
        sidecar.failure = Failure(Kind.NOT_PERMITTED_TO_ASK, "forged", "TOKEN_REFUSED")
        forged = [(b"authorization", b"Bearer " + token({"sub": "ada", "forged": True}).encode())]
        assert send(guard, method, target, body, forged)[0] == 401, target


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/api/2.0/mlflow/metrics/get-history?run_id=a%ff", b""),
        ("/api/2.0/mlflow/metrics/get-history?run_id=a;x=y", b""),
        ("/api/2.0/mlflow/runs/update", b'{"run_id": "\\ud800"}'),
        ("/api/2.0/mlflow/runs/log-batch", b'{"run_id": "a", "metrics": [{"model_id": "a", "modelId": "b"}]}'),
        ("/api/2.0/mlflow/runs/log-batch", b'{"run_id": "a", "metrics": {"model_id": "a"}}'),
        ("/api/2.0/mlflow/runs/log-batch", "\ufeff{}".encode("utf-16")),
        ("/api/2.0/mlflow/runs/log-batch", b"[" * 100_000),
    ],
)
def test_what_has_no_one_reading_is_refused(target, body):
    status, came, _, _ = ask("POST" if body else "GET", target, body, allows=lambda q: True)
    assert status == 400 and not came


def test_a_link_is_asked_of_the_store_for_no_longer_than_it_may_live():
    app = Mlflow({"presigned_url": "http://s3/x?X-Amz-Expires=60"})
    body = {"run_id": RUN, "path": "a", "expiration": 604800}
    status, came, _, _ = ask("POST", API + "artifacts/presigned-download-url", body, app=app, presign_decided_again=True)
    assert status == 200 and json.loads(came[0][3])["expiration"] == 60


def test_governing_tags_are_found_in_whatever_form():
    own = Ownership()
    assert all(own.governs(key) for key in ("owner", "Owner", " STAGE", "ｐroject", "projéct", "mlflow.artifactlocation"))
    assert not any(own.governs(key) for key in ("owners", "mlflow.runName", "", "own er"))
