"""Whose things are is what the signers of the bundle say, and follows what the sidecar decides by."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from test_guard import Mlflow, Objects, Sidecar, config, send

from ostiary.mlflow.bundle import Bundle
from ostiary.mlflow.config import Config
from ostiary.mlflow.decider import Decider
from ostiary.mlflow.guard import Guard
from ostiary.mlflow.names import Names
from ostiary.mlflow.routes import RouteMap

TYPE = "application/vnd.ostiary.bundle.v1+json"


def write(directory, owner="owner", keys=(), kind=TYPE):
    text = f"name: m\nversion: 1\ntables:\n  mlflow:\n    owner.tag: {owner}\n    project.names: '([a-z]+)/.+'\n"
    (directory / "bundle.yaml").write_text(text)
    files = [{"path": "bundle.yaml", "sha256": hashlib.sha256(text.encode()).hexdigest()}]
    payload = json.dumps({"files": files}, separators=(",", ":")).encode()
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    signatures = [{"keyid": "x", "sig": base64.b64encode(key.sign(signed)).decode()} for key in keys]
    envelope = {"payloadType": kind, "payload": base64.b64encode(payload).decode(), "signatures": signatures}
    (directory / "bundle.dsse.json").write_text(json.dumps(envelope))


def trusted(directory, *keys):
    file = directory / "keys.pem"
    file.write_bytes(b"".join(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys))
    return file


def test_only_what_enough_of_the_keys_signed_says_whose_things_are(tmp_path):
    one, two, other = (Ed25519PrivateKey.generate() for _ in range(3))
    keys = trusted(tmp_path, one, two, one)

    def owner(threshold=1):
        return Bundle(tmp_path, keys, threshold, "User").ownership().owner_tag

    write(tmp_path, "mine", [one])
    assert owner() == "mine"
    with pytest.raises(ValueError, match="expected signatures of 2 of the keys"):
        owner(2)
    write(tmp_path, "ours", [one, one, two])
    assert owner(2) == "ours"
    for bad in (lambda: write(tmp_path, "x", [other]), lambda: write(tmp_path, "x"), lambda: write(tmp_path, "x", [one], "text/plain")):
        bad()
        with pytest.raises(ValueError, match="expected signatures"):
            owner()
    write(tmp_path, "mine", [one])
    file = tmp_path / "bundle.yaml"
    file.write_text(file.read_text().replace("mine", "taken"))
    with pytest.raises(ValueError, match="the bundle.yaml that was signed"):
        owner()
    (tmp_path / "bundle.dsse.json").write_text("{}")
    with pytest.raises(ValueError, match="DSSE"):
        owner()
    (tmp_path / "bundle.dsse.json").unlink()
    with pytest.raises(ValueError, match="expected a bundle that can be read"):
        owner()


def test_an_unsigned_bundle_is_believed_in_dev_alone(tmp_path):
    write(tmp_path, "mine")
    given = {"sidecar": "unix:/s", "key": "guard.key", "bundle": {"directory": "."}}
    (tmp_path / "guard.json").write_text(json.dumps(given))
    with pytest.raises(ValueError, match="dev"):
        Config.read(tmp_path / "guard.json")
    (tmp_path / "guard.json").write_text(json.dumps({**given, "dev": True}))
    assert Config.read(tmp_path / "guard.json").ownership.owner_tag == "mine"
    (tmp_path / "bundle.yaml").write_text("tables: {mlflow: {owner: x}}")
    with pytest.raises(ValueError, match="expected project.tag"):
        Config.read(tmp_path / "guard.json")


def test_a_new_map_counts_once_the_sidecar_decides_by_new_policies(tmp_path):
    key = Ed25519PrivateKey.generate()
    write(tmp_path, "owner", [key])
    bundle = Bundle(tmp_path, trusted(tmp_path, key), 1, "User")
    sidecar, names = Sidecar(lambda question: True), Names(Objects())
    settings = config(bundle=bundle, ownership=bundle.ownership())
    guard = Guard(Mlflow(), settings, RouteMap.packaged(), names, Decider(settings, names, sidecar))

    def tag(key):
        sidecar.asked.clear()
        status, _ = send(guard, "POST", "/api/2.0/mlflow/runs/set-tag", {"run_id": "r", "key": key, "value": "ada"})
        return status, [question.action.id for question in sidecar.asked if question.action.id == "govern"]

    assert tag("owner") == (200, ["govern"]) and tag("holder") == (200, [])
    write(tmp_path, "holder", [key])
    assert tag("owner") == (200, ["govern"])
    sidecar.policies += 1
    tag("note")
    assert tag("owner") == (200, []) and tag("holder") == (200, ["govern"])
    (tmp_path / "bundle.dsse.json").write_text("{}")
    sidecar.policies += 1
    tag("note")
    assert tag("note")[0] == 503
    write(tmp_path, "holder", [key])
    assert tag("holder") == (200, ["govern"])
