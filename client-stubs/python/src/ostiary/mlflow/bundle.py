"""Whose things are: the table ``mlflow`` of the bundle that the sidecar decides by."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ostiary.mlflow.things import Ownership

_TYPE = "application/vnd.ostiary.bundle.v1+json"


@dataclass(frozen=True)
class Bundle:
    """A bundle directory, and the keys that must have signed it; none where it is believed unsigned, in ``dev`` alone."""

    directory: Path
    keys: Path | None
    threshold: int
    person: str

    def ownership(self) -> Ownership:
        """Reads the map; raises ``ValueError`` where it is not signed or not understood. Blocks."""
        try:
            settings = (self.directory / "bundle.yaml").read_bytes()
            if self.keys is not None:
                self._verify(settings, self.keys)
        except OSError as error:
            raise ValueError(f"{self.directory}: expected a bundle that can be read: {error}") from None
        return Ownership.of(_table(settings), self.person)

    def _verify(self, settings: bytes, keys: Path) -> None:
        where = self.directory / "bundle.dsse.json"
        try:
            envelope = json.loads(where.read_bytes())
            payload = base64.b64decode(envelope["payload"], validate=True)
            signatures = [base64.b64decode(one["sig"], validate=True) for one in envelope["signatures"]][:32]
            kind = envelope["payloadType"].encode()
            files = {file["path"]: file["sha256"] for file in json.loads(payload)["files"]}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"{where}: expected a DSSE envelope over a bundle's manifest") from None
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        signers = sum(any(_verifies(key, one, signed) for one in signatures) for key in _read(keys))
        if kind.decode() != _TYPE or signers < self.threshold:
            raise ValueError(f"{where}: expected signatures of {self.threshold} of the keys in {keys}, got {signers}")
        if files.get("bundle.yaml") != hashlib.sha256(settings).hexdigest():
            raise ValueError(f"{where}: expected the bundle.yaml that was signed, got another one")


def _read(file: Path) -> list[Ed25519PublicKey]:
    found = {}
    for pem in re.findall(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", file.read_bytes(), re.DOTALL):
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{file}: expected Ed25519 keys")
        found[key.public_bytes_raw()] = key
    return list(found.values())


def _verifies(key: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _table(settings: bytes) -> dict[str, str]:
    import yaml

    try:
        given: Any = yaml.load(settings, Loader=yaml.BaseLoader)  # texts alone, as the sidecar reads it
        table = given["tables"]["mlflow"]
    except (yaml.YAMLError, KeyError, TypeError):
        raise ValueError("bundle.yaml: expected a table `mlflow`, which says whose things are") from None
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise ValueError("bundle.yaml: expected texts in the table `mlflow`")
    return table
