"""The guard's configuration: one JSON file, named by ``MLFLOW_OSTIARY_CONFIG``."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.mlflow.bundle import Bundle
from ostiary.mlflow.things import Ownership

VARIABLE = "MLFLOW_OSTIARY_CONFIG"
_KEYS = {"sidecar", "deadline", "principal", "bundle", "key", "presign", "help", "dev"}


@dataclass(frozen=True)
class Config:
    """What the guard is told."""

    #: The sidecar: ``unix:/run/ostiary/ostiary.sock`` or ``127.0.0.1:7470``.
    sidecar: str
    #: What masks and page tokens are made with; the same for all workers, for as long as masks are to stay the same.
    key: bytes
    ownership: Ownership
    #: Where it was read from, to be read again when the sidecar decides by other policies.
    bundle: Bundle | None = None
    #: Seconds that the sidecar may take for one request.
    deadline: float = 2.0
    #: Entity type of the people.
    person: str = "User"
    #: Claim of the token that is the principal's id.
    claim: str = "sub"
    #: Header that is believed for the principal, on loopback and in ``dev`` alone; empty for tokens.
    header: str = ""
    #: Whether what a presigned URL does is decided again where it is used.
    presign_decided_again: bool = False
    #: Seconds that a presigned URL may be valid.
    presign_max: int = 60
    #: Ends every denial: whom to ask.
    help: str = ""

    @classmethod
    def read(cls, path: Path) -> Config:
        """Reads the file; raises ``ValueError`` for a key or value that is not understood."""
        given = json.loads(path.read_text(encoding="utf-8"))
        _only(given, _KEYS, "the configuration")
        principal, presign = given.get("principal", {}), given.get("presign", {})
        _only(principal, {"type", "claim", "header"}, "principal")
        _only(presign, {"decided-again", "max"}, "presign")
        header = principal.get("header", "").lower()
        if header and given.get("dev") is not True:
            raise ValueError("principal.header: a header is anybody's word, so it needs `\"dev\": true`")
        if not {"sidecar", "key", "bundle"} <= set(given):
            raise ValueError("expected `sidecar`, `key` and `bundle` in the configuration")
        person, bundled = principal.get("type", "User"), given["bundle"]
        _only(bundled, {"directory", "keys", "threshold"}, "bundle")
        if "keys" not in bundled and given.get("dev") is not True:
            raise ValueError("bundle.keys: an unsigned bundle is anybody's word, so it needs `\"dev\": true`")
        keys = path.parent / bundled["keys"] if "keys" in bundled else None
        bundle = Bundle(path.parent / bundled.get("directory", "."), keys, int(bundled.get("threshold", 1)), person)
        return cls(
            sidecar=given["sidecar"],
            key=_key(path.parent / given["key"]),
            ownership=bundle.ownership(),
            bundle=bundle,
            deadline=float(given.get("deadline", 2.0)),
            person=person,
            claim=principal.get("claim", "sub"),
            header=header,
            presign_decided_again=presign.get("decided-again") is True,
            presign_max=int(presign.get("max", 60)),
            help=given.get("help", ""),
        )

    @classmethod
    def from_environment(cls) -> Config:
        """Reads the file that the environment names."""
        path = os.environ.get(VARIABLE)
        if not path:
            raise ValueError(f"expected the path of the guard's configuration in {VARIABLE}")
        return cls.read(Path(path))


def _only(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := set(given) - known:
        raise ValueError(f"{where}: expected {', '.join(sorted(known))}, got {', '.join(sorted(unknown))}")


def _key(path: Path) -> bytes:
    """The key in that file, made where there is none: by the first worker that gets there."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        os.unlink(draft)
    key = path.read_bytes()
    if len(key) != 32:
        raise ValueError(f"{path}: expected a key of 32 bytes, got {len(key)}")
    return key
