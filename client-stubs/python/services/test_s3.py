"""A store behind Envoy and MLflow with its files in it: what people may read there, by whichever door."""

from __future__ import annotations

import os
import urllib.error
import urllib.request

import pytest
import servers
from botocore.exceptions import ClientError
from conftest import Lab

import mlflow
from mlflow.exceptions import MlflowException


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Who is asking MLflow, and the addresses of Envoy and of the store behind it."""
    directory = tmp_path_factory.mktemp("place")
    issuer = servers.Issuer(directory)
    changed = {f"MLFLOW_ENABLE_PROXY_MULTIPART_{what}": "false" for what in ("DOWNLOAD", "UPLOAD")}
    os.environ.update(changed)
    with (
        servers.lake(directory, issuer) as (front, behind),
        servers.sidecar(directory, issuer) as target,
        servers.mlflow(directory / "ml", target, **servers.on_s3(behind)) as address,
    ):
        yield Lab(directory, issuer, address), front, behind
    for name in changed:
        del os.environ[name]


def denied(call) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    return str(caught.value)


def test_a_dataset_is_read_for_one_purpose_and_not_for_another(place):
    _, front, _ = place

    def read(key, name="datasets/street/1.csv"):
        return servers.s3(front, key).get_object(Bucket="lab", Key=name)["Body"].read()

    assert read("ADAFORTRAINING") == read("CLEOASSTEWARD") == b"what it says"
    assert "may not be read for the purpose of this key" in denied(lambda: read("ADAFOREXPLORING"))
    assert "no_permit" in denied(lambda: read("BENFORTRAINING"))


def test_a_link_is_decided_on_when_it_is_used_and_dies_in_time(place):
    _, front, _ = place
    target = {"Bucket": "lab", "Key": "projects/vision/notes.txt"}

    def used(key, seconds):
        url = servers.s3(front, key).generate_presigned_url("get_object", target, ExpiresIn=seconds)
        try:
            with urllib.request.urlopen(url) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    assert used("ADAFORTRAINING", 60) == (200, "what it says")
    status, said = used("BENFORTRAINING", 60)
    assert status == 403 and "<Code>AccessDenied</Code>" in said
    status, said = used("ADAFORTRAINING", 901)
    assert status == 403 and "15 minutes" in said


def test_files_of_mlflow_are_in_the_store_and_come_through_mlflow_alone(place, tmp_path):
    lab, front, behind = place
    lab.become("ada")
    mlflow.set_experiment("atlas/stored")
    (tmp_path / "notes.txt").write_text("what ada found")
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(tmp_path / "notes.txt"))
    found = servers.s3(behind, "MLFLOWSERVER").list_objects_v2(Bucket="lab", Prefix="mlflow/")["Contents"]
    assert [one["Key"].rpartition("/")[2] for one in found] == ["notes.txt"]
    read = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes.txt", dst_path=str(tmp_path / "read"))
    assert open(read).read() == "what ada found"
    lab.become("ben")
    with pytest.raises((MlflowException, OSError)):
        mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes.txt", dst_path=str(tmp_path / "other"))
    denied(lambda: servers.s3(front, "ADAFORTRAINING").get_object(Bucket="lab", Key=found[0]["Key"]))
    path = found[0]["Key"].removeprefix("mlflow/")
    status, said = lab.http("ada", "GET", f"/api/2.0/mlflow-artifacts/presigned/{path}")
    assert status == 403 and "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD=false" in said["message"]
