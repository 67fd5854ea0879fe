"""The two servers that these tests ask, and whoever asks."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import servers

import mlflow
from mlflow import MlflowClient


class Lab:
    """The two servers, and who is asking."""

    def __init__(self, directory: Path, issuer: servers.Issuer, address: str) -> None:
        self.directory, self.issuer, self.address = directory, issuer, address
        self.token_file = directory / "token"
        os.environ["MLFLOW_OSTIARY_TOKEN_FILE"] = str(self.token_file)
        mlflow.set_tracking_uri(address)
        mlflow.set_registry_uri(address)

    def become(self, who: str) -> MlflowClient:
        self.token_file.write_text(self.issuer.token(who))
        return MlflowClient(self.address, self.address)

    def http(self, who, method, path, body=None, headers=()):
        """The status and the JSON of a plain request."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, method=method)
        if who:
            request.add_header("Authorization", f"Bearer {self.issuer.token(who)}")
        if data:
            request.add_header("Content-Type", "application/json")
        for name, value in headers:
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read().decode()
                return answer.status, json.loads(text) if text.startswith("{") else text
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            return error.code, json.loads(text) if text.startswith("{") else text


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    directory = tmp_path_factory.mktemp("lab")
    issuer = servers.Issuer(directory)
    with servers.sidecar(directory, issuer) as target, servers.mlflow(directory / "ml", target) as address:
        yield Lab(directory, issuer, address)
    said = servers.problems((directory / "ml" / "mlflow.log").read_text())
    assert not said, said
