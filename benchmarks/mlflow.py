"""What does the guard add to a request to MLflow, beside no auth and MLflow's own basic auth?

Three MLflow servers on the same data shapes, in turn, a batch of requests each, many rounds. Run by ``benchmarks/run.sh mlflow``.
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
    """One of the three, with a run to ask about and what was measured."""

    def __init__(self, name: str, address: str, authorization: str) -> None:
        self.name, self.address = name, urlsplit(address)
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
            for _ in range(REQUESTS):
                begun = time.perf_counter()
                self.ask(connection, *request)
                if measured:
                    self.milliseconds.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
        connection.close()

        def many() -> None:
            own = self.connect()
            for _ in range(REQUESTS):
                self.ask(own, *self.requests["get a run"])
            own.close()

        threads = [threading.Thread(target=many) for _ in range(THREADS)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if measured:
            self.per_second.append(THREADS * REQUESTS / (time.perf_counter() - begun))


def quantile(values: list[float], q: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * q))]


def main() -> None:
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ostiary-mlflow-")))
        issuer = servers.Issuer(directory)
        target = stack.enter_context(servers.sidecar(directory, issuer))
        basic = directory / "basic"
        basic.mkdir()
        ini = basic / "auth.ini"
        ini.write_text(
            f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{basic}/auth.db\nadmin_username = admin\n"
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
        )
        os.environ.update(MLFLOW_AUTH_CONFIG_PATH=str(ini), MLFLOW_AUTH_ADMIN_PASSWORD=PASSWORD)
        admin = "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        all_servers = [
            Server("no auth", stack.enter_context(servers.mlflow(directory / "none", target, app=None)), ""),
            Server("basic auth", stack.enter_context(servers.mlflow(basic, target, app="basic-auth")), admin),
            Server("ostiary", stack.enter_context(servers.mlflow(directory / "ours", target)), f"Bearer {issuer.token('ada')}"),
        ]
        for n in range(ROUNDS + 1):
            for server in all_servers[n % 3 :] + all_servers[: n % 3]:
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
