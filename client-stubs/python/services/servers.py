"""A real sidecar and a real MLflow server with the guard, on loopback, and tokens of three people."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ROOT = Path(__file__).resolve().parents[3]
BUNDLE = ROOT / "examples" / "mlflow"
ISSUER, AUDIENCE = "https://people.example", "mlflow"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """Signs tokens, and writes the keys by which they are verified."""

    def __init__(self, directory: Path) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        numbers = self._key.public_key().public_numbers()
        n, e = (_text(v.to_bytes((v.bit_length() + 7) // 8, "big")) for v in (numbers.n, numbers.e))
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": n, "e": e}
        self.jwks = directory / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [key]}))

    def token(self, who: str, seconds: int = 3600) -> str:
        now = int(time.time())
        header = {"alg": "RS256", "typ": "JWT", "kid": "one"}
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": who, "iat": now, "exp": now + seconds}
        signed = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{_text(self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _ended(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(what, process: subprocess.Popen, log: Path, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"{log.name}: did not start\n{log.read_text()[-4000:]}")
        time.sleep(0.05)


@contextmanager
def started(command: list[str], environment: dict[str, str], log: Path, ready, cwd: Path):
    """A process of its own group that is ready; ended afterwards."""
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=out, stderr=out, start_new_session=True, cwd=cwd
        )
    try:
        _await(ready, process, log)
        yield process
    finally:
        _ended(process)


@contextmanager
def sidecar(directory: Path, issuer: Issuer, bundle: Path = BUNDLE):
    """The sidecar on that bundle; its Unix socket."""
    command = shlex.split(os.environ.get("SIDECAR_COMMAND", str(ROOT / "ostiary")))
    data = directory / "data"
    socket_file = directory / "o.sock"
    flags = {"bundle": bundle, "data": data, "socket": socket_file, "grpc": "off", "http": "off", "admin": "127.0.0.1:0"}
    environment = {"OSTIARY_JWT_ISSUER": ISSUER, "OSTIARY_JWT_AUDIENCE": AUDIENCE, "OSTIARY_JWT_JWKS": str(issuer.jwks)}
    given = [part for name, value in flags.items() for part in (f"--{name}", str(value))]
    log = directory / "sidecar.log"
    with started([*command, "serve", "--dev", *given], environment, log, socket_file.exists, directory):
        yield f"unix:{socket_file}"


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
        return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def mlflow(directory: Path, target: str, *, app: str | None = "ostiary", config: dict | None = None, prefix: str = ""):
    """MLflow's server, behind the guard unless ``app`` says otherwise; its address."""
    port = free_port()
    directory.mkdir(exist_ok=True)
    settings = {
        "sidecar": target,
        "deadline": 20,
        "key": "guard.key",
        "map": str(BUNDLE / "mlflow.json"),
        "help": "Write to the ML platform team.",
        **(config or {}),
    }
    (directory / "guard.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{directory}/ml.db", "--artifacts-destination", str(directory / "files")]
    if app:
        command += ["--app-name", app]
    if prefix:
        command += ["--static-prefix", prefix]
    environment = {
        "MLFLOW_OSTIARY_CONFIG": str(directory / "guard.json"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "only-for-tests",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    address = f"http://127.0.0.1:{port}{prefix}"
    log = directory / "mlflow.log"
    with started(command, environment, log, lambda: answers(f"{address}/health"), directory):
        yield address


def problems(log: str) -> list[str]:
    """What a server's output says went wrong."""
    return re.findall(r"(?m)^.*(?:Traceback|ERROR|failed at the guard).*$", log)
