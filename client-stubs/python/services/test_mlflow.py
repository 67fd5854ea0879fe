"""A real MLflow behind the guard, a real sidecar, and MLflow's own client as three people in two projects.

Run by ``mvn verify -Pservices``, or by hand: see the README.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import servers

import mlflow
from mlflow.exceptions import MlflowException

ADA, BEN, CLEO = "ada", "ben", "cleo"


@pytest.fixture(scope="module")
def trained(lab, tmp_path_factory):
    """What Ada made by the usual calls: an experiment, a run with a parameter, a dataset, a file and a registered model."""
    lab.become(ADA)
    mlflow.set_experiment("atlas/churn")
    file = tmp_path_factory.mktemp("files") / "notes.txt"
    file.write_text("what ada found")
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("cohort", "patients-2024")
        mlflow.log_metric("auc", 0.9)
        mlflow.set_tag("note", "from the ward")
        mlflow.log_artifact(str(file), "notes")
        source = mlflow.data.dataset_source_registry.resolve_dataset_source("s3://lab/patients.parquet")
        mlflow.log_input(mlflow.data.meta_dataset.MetaDataset(source, name="patients"), context="training")
        model = mlflow.pyfunc.log_model(name="model", python_model=Echo(), registered_model_name="atlas.churn")
    return run.info, model


class Echo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: list[str], params=None) -> list[str]:
        return model_input


def denied(call) -> str:
    with pytest.raises(MlflowException) as caught:
        call()
    return str(caught.value)


def test_every_route_of_the_installed_mlflow_is_mapped_or_named_public():
    from mlflow.server import app as flask_app
    from mlflow.server.fastapi_app import app

    from ostiary.mlflow.routes import RouteMap

    found = {(method, rule.rule) for rule in flask_app.url_map.iter_rules() for method in rule.methods}
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        if hasattr(route, "effective_route_contexts"):
            pending += route.effective_route_contexts()
        elif getattr(route, "methods", None):
            found |= {(method, route.path) for method in route.methods}
        else:
            assert route.path == "", f"a mount that is not understood: {route.path}"
    assert len(found) > 500
    routes, public, used = RouteMap.packaged(), set(), set()
    for method, path in sorted(found):
        if method == "OPTIONS":
            continue
        matched = routes.match(method, re.sub(r"<[^>]+>|\{[^}]+\}", "x1", path))
        assert matched, f"{method} {path} of MLflow {mlflow.__version__} is not in routes.map"
        used.add(id(matched.route))
        if matched.route.action == "public":
            public.add(path)
    assert len(public) == 8, sorted(public)
    assert not [route.template for route in routes.routes if id(route) not in used], "lines that no route of MLflow needs"


def test_usual_training_code_works_and_owns_what_it_makes(lab, trained):
    run, model = trained
    client = lab.become(ADA)
    assert client.get_run(run.run_id).data.tags["owner"] == ADA
    assert client.get_run(run.run_id).data.params == {"cohort": "patients-2024"}
    loaded = mlflow.pyfunc.load_model("models:/atlas.churn/1")
    assert loaded.predict(["x"]) == ["x"]
    path = mlflow.artifacts.download_artifacts(run_id=run.run_id, artifact_path="notes/notes.txt")
    assert Path(path).read_text() == "what ada found"
    assert mlflow.pyfunc.load_model(model.model_uri).predict(["y"]) == ["y"]


def test_a_guest_sees_it_masked_and_reads_none_of_it(lab, trained):
    run, _ = trained
    client = lab.become(BEN)
    seen = client.get_run(run.run_id)
    assert seen.data.metrics == {"auc": 0.9} and seen.info.run_name == "first"
    text = json.dumps(seen.to_dictionary())
    for secret in ("patients-2024", "from the ward", "patients.parquet", "s3://lab", "mlflow-artifacts:"):
        assert secret not in text
    token = seen.data.params["cohort"]
    assert token.startswith("masked.") and client.get_run(run.run_id).data.params["cohort"] == token
    ids = [run.experiment_id]
    assert client.search_runs(ids, "params.cohort = 'patients-2024'") == []
    assert len(client.search_runs(ids, f"params.cohort = '{token}'")) == 1
    assert len(client.search_runs(ids, "metrics.auc > 0.5")) == 1
    for prefix in ("/api", "/ajax-api"):
        path = f"{prefix}/2.0/mlflow-artifacts/artifacts/{run.experiment_id}/{run.run_id}/artifacts/notes/notes.txt"
        status, said = lab.http(BEN, "GET", path)
        assert status == 403 and "found" not in json.dumps(said)
    assert lab.http(BEN, "GET", f"/get-artifact?run_id={run.run_id}&path=notes/notes.txt")[0] == 403
    assert "may not write to run" in denied(lambda: client.log_metric(run.run_id, "auc", 1.0))


def test_a_denial_is_a_sentence(lab, trained):
    run, _ = trained
    lab.become(BEN)
    said = denied(lambda: mlflow.pyfunc.load_model("models:/atlas.churn/1"))
    assert "ben may not read the content of" in said and "Write to the ML platform team." in said
    client = lab.become(ADA)
    said = denied(lambda: client.create_experiment("harbor/ships"))
    assert (
        "ada may not create anything in project `harbor`: This belongs to a project that you are not in." in said
        and "Ask for `project-membership`." in said
        and "This is decision" in said
    )


def test_people_of_two_projects_do_not_see_each_others(lab, trained):
    run, _ = trained
    ben = lab.become(BEN)
    harbor = ben.create_experiment("harbor/ships")
    made = ben.create_run(harbor).info.run_id
    ada = lab.become(ADA)
    assert "may not see run" in denied(lambda: ada.get_run(made))
    assert "may not see experiment" in denied(lambda: ada.get_experiment(harbor))
    assert [e.name for e in ada.search_experiments()] == ["atlas/churn"]
    assert ada.search_runs([harbor]) == []
    cleo = lab.become(CLEO)
    assert {e.name for e in cleo.search_experiments()} == {"atlas/churn", "harbor/ships"}
    assert {m.name for m in ada.search_registered_models()} == {"atlas.churn"}


def test_promoting_is_for_maintainers_and_not_for_ones_own(lab, trained):
    ada = lab.become(ADA)
    assert "may not promote" in denied(lambda: ada.set_registered_model_alias("atlas.churn", "champion", "1"))
    assert "may not promote" in denied(lambda: ada.transition_model_version_stage("atlas.churn", "1", "Production"))
    cleo = lab.become(CLEO)
    cleo.transition_model_version_stage("atlas.churn", "1", "Production")
    cleo.set_registered_model_alias("atlas.churn", "champion", "1")
    assert cleo.get_model_version_by_alias("atlas.churn", "champion").version in ("1", 1)
    assert "What is in production is not deleted" in denied(lambda: cleo.delete_model_version("atlas.churn", "1"))
    run, _ = trained
    ada = lab.become(ADA)
    assert "may not change the owner" in denied(lambda: ada.set_tag(run.run_id, "owner", "ben"))


def test_a_version_is_not_made_from_somebody_elses_files(lab, trained):
    run, _ = trained
    ben = lab.become(BEN)
    ben.create_registered_model("harbor.copy")
    for source in (f"runs:/{run.run_id}/notes", f"mlflow-artifacts:/{run.experiment_id}/{run.run_id}/artifacts/notes"):
        assert "may not read the content" in denied(lambda s=source: ben.create_model_version("harbor.copy", s))
    assert "the source of a version" in denied(lambda: ben.create_model_version("harbor.copy", "s3://lab/any"))


def test_searches_give_full_pages_of_what_may_be_seen(lab, trained):
    cleo = lab.become(CLEO)
    atlas = cleo.get_experiment_by_name("atlas/churn").experiment_id
    harbor = (cleo.get_experiment_by_name("harbor/ships") or cleo.get_experiment(cleo.create_experiment("harbor/ships"))).experiment_id
    for n in range(24):
        cleo.create_run(harbor if n % 3 else atlas, run_name=f"run-{n}")
    everything = [r.info.run_id for r in cleo.search_runs([atlas, harbor], max_results=1000)]
    mine = [r.info.run_id for r in cleo.search_runs([atlas], max_results=1000)]
    ada = lab.become(ADA)
    pages, token = [], None
    while True:
        found = ada.search_runs([atlas, harbor], max_results=4, page_token=token)
        pages.append([r.info.run_id for r in found])
        token = found.token
        if not token:
            break
    assert [one for page in pages for one in page] == mine and len(mine) < len(everything)
    assert all(len(page) == 4 for page in pages[:-1]) and pages[-1]
    first = ada.search_runs([atlas, harbor], max_results=4)
    ben = lab.become(BEN)
    assert "another search" in denied(lambda: ben.search_runs([atlas, harbor], max_results=4, page_token=first.token))


RUN_QUERY = """query Run($id: String!) {
  mlflowGetRun(input: {runId: $id}) { run {
    info { runId runName artifactUri } data { params { key value } tags { key value } metrics { key value } }
    inputs { datasetInputs { dataset { name source } } }
    experiment { name artifactLocation } modelVersions { name version source } } } }"""


def test_graphql_shows_what_the_rest_api_shows(lab, trained):
    run, _ = trained

    def ask(who, query, **variables):
        return lab.http(who, "POST", "/graphql", {"query": query, "variables": variables})

    status, said = ask(ADA, RUN_QUERY, id=run.run_id)
    found = said["data"]["mlflowGetRun"]["run"]
    assert status == 200 and not said["errors"]
    assert found["data"]["params"] == [{"key": "cohort", "value": "patients-2024"}]
    assert found["experiment"]["name"] == "atlas/churn" and found["modelVersions"][0]["name"] == "atlas.churn"
    status, said = ask(BEN, RUN_QUERY, id=run.run_id)
    text = json.dumps(said)
    assert "masked." in text and "0.9" in text and "first" in text
    for secret in ("patients", "from the ward", "s3://lab", "mlflow-artifacts:", "/models/m-"):
        assert secret not in text, secret
    cleo = lab.become(CLEO)
    harbor = cleo.get_experiment_by_name("harbor/ships").experiment_id
    hidden = cleo.search_runs([harbor])[0].info
    search = "mutation S($ids: [String]) { mlflowSearchRuns(input: {experimentIds: $ids}) { runs { info { runName } } } }"
    experiment = "query E($id: String!) { mlflowGetExperiment(input: {experimentId: $id}) { experiment { name } } }"
    assert ask(CLEO, search, ids=[harbor])[1]["data"]["mlflowSearchRuns"]["runs"]
    assert not ask(ADA, search, ids=[harbor])[1]["data"]["mlflowSearchRuns"]["runs"]
    for query, name in ((RUN_QUERY, hidden.run_id), (experiment, harbor)):
        status, said = ask(ADA, query, id=name)
        assert list(said["data"].values()) == [None] and "may not see" in said["errors"][0]
        assert ask(None, query, id=name)[0] == 401
    datasets = "mutation D($ids: [String]) { mlflowSearchDatasets(input: {experimentIds: $ids}) { datasetSummaries { name } } }"
    assert "patients" in json.dumps(ask(ADA, datasets, ids=[run.experiment_id]))
    assert "patients" not in json.dumps(ask(BEN, datasets, ids=[run.experiment_id]))
    assert lab.http(ADA, "GET", "/graphql")[0] == 403


def test_every_field_of_graphql_that_reads_anything_is_known():
    import graphene
    from mlflow.server.graphql.graphql_schema_extensions import schema

    from ostiary.mlflow.graphql import ECHOES, OF_A_RUN, ROOTS

    reads = set()
    for name, kind in schema.graphql_schema.type_map.items():
        made = getattr(kind, "graphene_type", None)
        if isinstance(made, type) and issubclass(made, graphene.ObjectType):
            for resolver in (one for one in dir(made) if one.startswith("resolve_")):
                reads.add((name, re.sub(r"_(\w)", lambda m: m.group(1).upper(), resolver.removeprefix("resolve_"))))
    known = {(root, field) for root in ("Query", "Mutation") for field in (*ROOTS, *ECHOES)}
    known |= {("MlflowRunExtension", field) for field in OF_A_RUN} | {("MlflowMetricExtension", "value")}
    assert len(reads) >= 10 and reads <= known, reads - known
    roots = {f for kind in (schema.graphql_schema.query_type, schema.graphql_schema.mutation_type) for f in kind.fields}
    assert roots == set(ROOTS) | set(ECHOES)


def test_traces_are_their_makers_and_their_projects(lab, trained):
    run, _ = trained
    cleo = lab.become(CLEO)
    shared = cleo.create_experiment("atlas/shared")
    lab.become(ADA)
    mlflow.set_experiment(experiment_id=shared)

    @mlflow.trace
    def answer(question: str) -> str:
        return f"what {question} asked"

    answer("a patient")
    mlflow.flush_trace_async_logging()
    trace = mlflow.get_last_active_trace_id()
    found = mlflow.search_traces(locations=[shared], return_type="list")
    assert [one.info.trace_id for one in found] == [trace] and found[0].info.tags["owner"] == ADA
    lab.become(ADA).set_trace_tag(trace, "note", "x")
    ben = lab.become(BEN)
    assert mlflow.search_traces(locations=[shared], return_type="list") == []
    assert "may not write to trace" in denied(lambda: ben.set_trace_tag(trace, "note", "y"))
    for path in (f"/api/3.0/mlflow/traces/{trace}", f"/api/3.0/mlflow/traces/get?trace_id={trace}"):
        status, said = lab.http(BEN, "GET", path)
        assert status == 403 and "patient" not in json.dumps(said)


def test_links_to_the_store_are_shut(lab, trained):
    run, _ = trained
    path = f"/api/2.0/mlflow-artifacts/presigned/{run.experiment_id}/{run.run_id}/artifacts/notes/notes.txt"
    status, said = lab.http(ADA, "GET", path)
    assert status == 403 and "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD=false" in said["message"]
    body = {"run_id": run.run_id, "path": "notes/notes.txt"}
    assert lab.http(ADA, "POST", "/api/2.0/mlflow/artifacts/presigned-download-url", body)[0] == 403


def test_only_a_token_that_holds_opens_anything(lab, trained):
    run, _ = trained
    target = f"/api/2.0/mlflow/runs/get?run_id={run.run_id}"
    assert lab.http(ADA, "GET", target)[0] == 200
    assert lab.http(None, "GET", target)[0] == 401
    forged = lab.issuer.token(ADA)[:-8] + "AAAAAAAA"
    expired = lab.issuer.token(ADA, seconds=-3600)
    other = servers.Issuer(lab.directory).token(ADA)
    for token in (forged, expired, other):
        status, said = lab.http(None, "GET", target, headers=[("Authorization", f"Bearer {token}")])
        assert status == 401 and "does not hold" in said["message"]
    for path in ("/", "/health", "/version"):
        assert lab.http(None, "GET", path)[0] == 200
    for path in ("/v1/traces", "/gateway/x/mlflow/invocations", "/ajax-api/3.0/jobs/search"):
        assert lab.http(None, "POST", path, {})[0] == 401
        assert lab.http(ADA, "POST", path, {})[0] in (400, 403)
