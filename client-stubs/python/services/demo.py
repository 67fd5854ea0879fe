"""Three people, two projects, one MLflow behind the guard, one store behind Envoy: who could do what, and why. ``./ostiary demo mlflow``"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import tempfile
import textwrap
import urllib.request
import warnings
from pathlib import Path

import servers

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
# Links to the store are refused here, so files come through MLflow.
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = "false"
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "false"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def main() -> None:
    """Starts all servers on loopback, plays the scenes, stops them."""
    with tempfile.TemporaryDirectory(prefix="ostiary-mlflow-") as name:
        directory = Path(name)
        issuer = servers.Issuer(directory)
        print("starting S3, Envoy, MLflow and a sidecar beside each on this machine's loopback …", flush=True)
        with (
            servers.lake(directory, issuer) as (front, behind),
            servers.sidecar(directory, issuer) as target,
            servers.mlflow(directory / "ml", target, **servers.on_s3(behind)) as address,
        ):
            play(directory, issuer, address, front)


def play(directory: Path, issuer: servers.Issuer, address: str, front: str) -> None:
    """Each scene is one call of MLflow's client as one person."""
    import mlflow
    from mlflow import MlflowClient
    from train import train

    token = directory / "token"
    os.environ["MLFLOW_OSTIARY_TOKEN_FILE"] = str(token)
    os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
    mlflow.set_tracking_uri(address)
    made: dict[str, str] = {}

    def scene(who: str, what: str, call, show=lambda result: "") -> None:
        token.write_text(issuer.token(who))
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                result = call(MlflowClient())
        except Exception as error:
            answer, why = "no ", str(error).removeprefix("PERMISSION_DENIED: ")
        else:
            answer, why = "yes", show(result)
        print(f"\n{answer}  {who}: {what}", flush=True)
        if why:
            print(textwrap.indent(textwrap.fill(why, 100), "       "))

    def trains(client):
        made["run"] = train("atlas", directory / "notes.txt")
        return made["run"]

    def loads(client):
        return mlflow.pyfunc.load_model("models:/atlas.churn/1").predict([0.2, 0.9])

    def reads(client):
        return client.get_run(made["run"]).data

    def seen(data) -> str:
        return f"cohort = {data.params['cohort']}, auc = {data.metrics['auc']}"

    def to(stage):
        return lambda client: client.transition_model_version_stage("atlas.churn", "1", stage)

    print("\nada works in atlas; ben works in harbor and is a guest of atlas; cleo maintains both.")
    scene("ada", "trains a model in atlas and registers it", trains)
    scene("ada", "reads the run", reads, seen)
    scene("ben", "reads the run, as a guest", reads, seen)
    scene("ben", "loads the model", loads)
    scene("ada", "loads the model", loads, lambda said: f"it predicts {said}")
    scene("ada", "trains in harbor", lambda client: train("harbor", directory / "notes.txt"))
    scene("ben", "trains in harbor", lambda client: train("harbor", directory / "notes.txt"))
    names = lambda found: ", ".join(sorted(one.name for one in found))  # noqa: E731
    for who in ("ada", "ben", "cleo"):
        scene(who, "lists the experiments", lambda client: client.search_experiments(), names)
    scene("ada", "puts the own model into production", to("Production"))
    scene("cleo", "puts Ada's model into production", to("Production"))
    scene("cleo", "deletes it there", lambda client: client.delete_model_version("atlas.churn", "1"))
    scene("ben", "deletes Ada's run", lambda client: client.delete_run(made["run"]))
    print("\nThe store, as people reach it with boto3 through Envoy. A person has a key for each purpose:")

    def gets(key, name):
        return lambda client: servers.s3(front, key).get_object(Bucket="lab", Key=name)["Body"].read().decode()

    def link(key, name):
        def call(client):
            url = servers.s3(front, key).generate_presigned_url("get_object", {"Bucket": "lab", "Key": name}, ExpiresIn=60)
            with urllib.request.urlopen(url) as answer:
                return answer.read().decode()

        return call

    scene("ada", "reads the dataset `street` with the key for training", gets("ADAFORTRAINING", "datasets/street/1.csv"))
    scene("ada", "reads it with the key for exploration", gets("ADAFOREXPLORING", "datasets/street/1.csv"))
    scene("ada", "passes on a link to a file of the project vision", link("ADAFORTRAINING", "projects/vision/notes.txt"))
    scene("ben", "reads the dataset", gets("BENFORTRAINING", "datasets/street/1.csv"))
    scene("ben", "passes on a link to a file of the project vision", link("BENFORTRAINING", "projects/vision/notes.txt"))
    scene("cleo", "reads the dataset as its steward", gets("CLEOASSTEWARD", "datasets/street/1.csv"))
    print("\nAll of it is in the logs of the sidecars, which the demo takes away again with its files.")


if __name__ == "__main__":
    main()
