"""A real sidecar and a real MLflow server with the guard, on loopback, and tokens of three people."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import shutil
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
def sidecar(directory: Path, issuer: Issuer, bundle: Path = BUNDLE, grpc: str = "off"):
    """The sidecar on that bundle; its Unix socket."""
    command = shlex.split(os.environ.get("SIDECAR_COMMAND", str(ROOT / "ostiary")))
    data = directory / "data"
    socket_file = directory / "o.sock"
    flags = {"bundle": bundle, "data": data, "socket": socket_file, "grpc": grpc, "http": "off", "admin": "127.0.0.1:0"}
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
def mlflow(
    directory: Path,
    target: str,
    *,
    app: str | None = "ostiary",
    config: dict | None = None,
    prefix: str = "",
    files: str = "",
    environment: dict | None = None,
):
    """MLflow's server, behind the guard unless ``app`` says otherwise; its address."""
    port = free_port()
    directory.mkdir(exist_ok=True)
    settings = {
        "sidecar": target,
        "deadline": 20,
        "key": "guard.key",
        "bundle": {"directory": str(BUNDLE)},
        "dev": True,  # as the sidecar
        "help": "Write to the ML platform team.",
        **(config or {}),
    }
    (directory / "guard.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{directory}/ml.db", "--artifacts-destination", files or str(directory / "files")]
    if app:
        command += ["--app-name", app]
    if prefix:
        command += ["--static-prefix", prefix]
    environment = {
        **(environment or {}),
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


@contextmanager
def store(directory: Path, keys: list[str]):
    """SeaweedFS with a bucket ``lab``, for whoever signs with one of these keys; its address."""
    directory.mkdir(exist_ok=True)
    identities = [
        {"name": key, "actions": ["Admin", "Read", "Write", "List"], "credentials": [{"accessKey": key, "secretKey": secret(key)}]}
        for key in keys
    ]
    (directory / "s3.json").write_text(json.dumps({"identities": identities}))
    (directory / "data").mkdir(exist_ok=True)
    ports = [free_port() for _ in range(8)]
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc")
    command = [str(Path(sys.executable).parent / "weed"), "server", "-ip=127.0.0.1", f"-dir={directory}/data", "-filer", "-s3"]
    command += [f"-{name}={port}" for name, port in zip(names, ports, strict=True)]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={directory}/s3.json"]
    address = f"http://127.0.0.1:{ports[6]}"

    def ready() -> bool:
        try:
            s3(address, keys[0]).create_bucket(Bucket="lab")
            return True
        except Exception:  # not yet
            return False

    with started(command, {}, directory / "store.log", ready, directory):
        yield address


def secret(key: str) -> str:
    return "a-secret-of-" + key


def s3(address: str, key: str):
    """boto3 with that key."""
    import boto3
    from botocore.config import Config

    settings = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"total_max_attempts": 5}, connect_timeout=5)
    return boto3.client(
        "s3", endpoint_url=address, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret(key), config=settings
    )


@contextmanager
def gateway(directory: Path, grpc: str, behind: str):
    """Envoy with ``docker/envoy/s3.yaml`` before that store, asking that sidecar; its address."""
    import envoy

    directory.mkdir(exist_ok=True)
    port = free_port()
    text = (ROOT / "docker" / "envoy" / "s3.yaml").read_text()
    for there, here in (("9901", "0"), ("10000", str(port)), ("7470", grpc.rpartition(":")[2]), ("8333", behind.rpartition(":")[2])):
        text = text.replace(f"port_value: {there}", f"port_value: {here}")
    (directory / "s3.yaml").write_text(text)
    program = Path(envoy.__file__).parent / "_bin" / "envoy"
    command = [str(program), "-c", str(directory / "s3.yaml"), "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"]
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:  # the first question may take longer than Envoy waits for the answer
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError as error:
            return error.headers.get("x-ostiary-reason-code") is not None
        except OSError:
            pass
        return False

    with started(command, {}, directory / "envoy.log", ready, directory):
        yield address


#: The keys of three people in the store, each for one purpose, and the one of MLflow's server.
KEYS = ["ADAFORTRAINING", "ADAFOREXPLORING", "CLEOASSTEWARD", "BENFORTRAINING", "MLFLOWSERVER"]


def s3_bundle(directory: Path) -> Path:
    """A copy of ``examples/s3`` in which its people are called as those of ``examples/mlflow``."""
    copy = directory / "s3-bundle"
    shutil.copytree(ROOT / "examples" / "s3", copy)
    for file in (copy / "bundle.yaml", copy / "entities" / "all.json"):
        text = file.read_text()
        for there, here in (("ana", "ada"), ("mia", "cleo"), ("eve", "ben")):
            text = re.sub(rf"\b{there}\b", here, text)
            text = re.sub(rf"\b{there.upper()}(?=FOR|AS)", here.upper(), text)
        file.write_text(text)
    return copy


@contextmanager
def lake(directory: Path, issuer: Issuer):
    """A store, a sidecar for it and Envoy before it: the addresses of Envoy and of the store itself."""
    grpc = f"127.0.0.1:{free_port()}"
    (directory / "lake").mkdir()
    with (
        store(directory / "store", KEYS) as behind,
        sidecar(directory / "lake", issuer, s3_bundle(directory), grpc),
        gateway(directory / "envoy", grpc, behind) as front,
    ):
        own = s3(behind, "MLFLOWSERVER")
        for name in ("datasets/street/1.csv", "datasets/faces/1.csv", "projects/vision/notes.txt"):
            own.put_object(Bucket="lab", Key=name, Body=b"what it says")
        yield front, behind


def on_s3(behind: str) -> dict:
    """What MLflow's server is told to keep its files in the store, which only it reaches."""
    return {
        "files": "s3://lab/mlflow",
        "environment": {
            "MLFLOW_S3_ENDPOINT_URL": behind,
            "AWS_ACCESS_KEY_ID": "MLFLOWSERVER",
            "AWS_SECRET_ACCESS_KEY": secret("MLFLOWSERVER"),
            "AWS_DEFAULT_REGION": "us-east-1",
        },
    }


def problems(log: str) -> list[str]:
    """What a server's output says went wrong."""
    return re.findall(r"(?m)^.*(?:Traceback|ERROR|failed at the guard).*$", log)
