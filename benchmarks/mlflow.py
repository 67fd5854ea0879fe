"""What does the guard add to a request to MLflow, beside no auth and MLflow's own basic auth?

MLflow servers on the same data shapes, in turn, some requests each, many rounds. Basic auth as it comes derives a key from the
password in each request, which takes so long that it gets a tenth of the requests; with its cache it does so once a minute.
Run by ``benchmarks/run.sh mlflow``.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "client-stubs" / "python" / "services"))
import servers  # noqa: E402

ROUNDS, REQUESTS, THREADS = int(os.environ.get("ROUNDS", "12")), 60, 4
PASSWORD = "only-for-this-measurement"


class Server:
    """One of them, with a run to ask about and what was measured."""

    def __init__(self, name: str, address: str, authorization: str, requests: int = REQUESTS) -> None:
        self.name, self.address, self.count = name, urlsplit(address), requests
        self.headers = {"Content-Type": "application/json", **({"Authorization": authorization} if authorization else {})}
        self.milliseconds: dict[str, list[float]] = {}
        self.per_second: list[float] = []
        connection = self.connect()
        experiment = self.ask(connection, "POST", "/api/2.0/mlflow/experiments/create", {"name": "atlas/load"})["experiment_id"]
        for _ in range(20):
            made = self.ask(connection, "POST", "/api/2.0/mlflow/runs/create", {"experiment_id": experiment})
        run = made["run"]["info"]["run_id"]
        self.requests = {
            "get a run": ("GET", f"/api/2.0/mlflow/runs/get?run_id={run}", None),
            "log a metric": ("POST", "/api/2.0/mlflow/runs/log-metric", {"run_id": run, "key": "auc", "value": 0.5, "timestamp": 1}),
            "search 20 runs": ("POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": [experiment], "max_results": 20}),
        }

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)

    def ask(self, connection, method, path, body=None):
        connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self.name}: {method} {path} gave {answer.status}: {text[:300]!r}")
        return json.loads(text or b"{}")

    def round(self, measured: bool) -> None:
        """Each kind of request one after the other on one connection; then all from several connections."""
        connection = self.connect()
        for kind, request in self.requests.items():
            for _ in range(self.count):
                begun = time.perf_counter()
                self.ask(connection, *request)
                if measured:
                    self.milliseconds.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
        connection.close()

        def many() -> None:
            own = self.connect()
            for _ in range(self.count):
                self.ask(own, *self.requests["get a run"])
            own.close()

        threads = [threading.Thread(target=many) for _ in range(THREADS)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if measured:
            self.per_second.append(THREADS * self.count / (time.perf_counter() - begun))


def quantile(values: list[float], q: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * q))]


def main() -> None:
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ostiary-mlflow-")))
        issuer = servers.Issuer(directory)
        target = stack.enter_context(servers.sidecar(directory, issuer))
        os.environ["MLFLOW_AUTH_ADMIN_PASSWORD"] = PASSWORD
        admin = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()

        def basic(name: str, seconds: int, requests: int) -> Server:
            place = directory / name.replace(" ", "-")
            place.mkdir()
            ini = place / "auth.ini"
            ini.write_text(
                f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{place}/auth.db\nadmin_username = admin\n"
                "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
                f"auth_cache_ttl_seconds = {seconds}\n"
            )
            os.environ["MLFLOW_AUTH_CONFIG_PATH"] = str(ini)
            address = stack.enter_context(servers.mlflow(place, target, app="basic-auth"))
            return Server(name, address, admin, requests)

        all_servers = [
            Server("no auth", stack.enter_context(servers.mlflow(directory / "none", target, app=None)), ""),
            basic("basic auth", 0, REQUESTS // 10),
            basic("basic auth, cached", 60, REQUESTS),
            Server("ostiary", stack.enter_context(servers.mlflow(directory / "ours", target)), f"Bearer {issuer.token('ada')}"),
        ]
        for n in range(ROUNDS + 1):
            for server in all_servers[n % 4 :] + all_servers[: n % 4]:
                server.round(measured=n > 0)
        print(f"load average {os.getloadavg()[0]:.1f}; {ROUNDS} rounds of {REQUESTS} requests of each kind, in turn")
        print("\n| p50 / p99 ms, one connection | " + " | ".join(s.name for s in all_servers) + " |")
        print("| --- |" + " --- |" * len(all_servers))
        for kind in all_servers[0].requests:
            cells = [f"{quantile(s.milliseconds[kind], 0.5):.2f} / {quantile(s.milliseconds[kind], 0.99):.2f}" for s in all_servers]
            print(f"| {kind} | " + " | ".join(cells) + " |")
        cells = [f"{quantile(s.per_second, 0.5):.0f}" for s in all_servers]
        print(f"| get a run, requests/s, {THREADS} connections | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
