"""The guard alone against people who mean it ill, where MLflow's own schemas are needed."""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from test_guard import ADA, RUN, Mlflow, Sidecar, guarded  # noqa: E402
from test_hostile import OTHERS, ask  # noqa: E402


def spans(trace_id):
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=bytes.fromhex(trace_id))
    return request.SerializeToString()


def test_spans_come_in_one_form_and_for_ones_own_run():
    ids = [(b"x-mlflow-experiment-id", b"1")]
    protobuf = [*ADA, *ids, (b"content-type", b"application/x-protobuf")]
    assert ask("POST", "/v1/traces", spans("00" * 16), [*ADA, *ids, (b"content-type", b"application/json")])[0] == 400
    assert ask("POST", "/v1/traces", spans("00" * 16), [*protobuf, (b"x-mlflow-run-id", OTHERS.encode())])[0] == 403
    assert ask("POST", "/v1/traces", spans("00" * 16), protobuf)[0] == 403  # somebody's trace
    assert ask("POST", "/v1/traces", b"", protobuf)[0] == 200


def test_a_graphql_query_does_not_wait_for_threads_that_wait_for_it():
    """As many queries as there are threads for look-ups, each of which needs a look-up."""
    app, sidecar = Mlflow({"history": []}), Sidecar(lambda q: True)
    guard = guarded(app, sidecar)
    query = {"query": "query { mlflowGetMetricHistoryBulkInterval(input: {runIds: [\"%s\"], metricKey: \"a\"}) { metrics { key } } }" % RUN}

    async def all_of_them():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))

        async def one():
            done = []

            async def receive():
                return {"type": "http.request", "body": json.dumps(query).encode(), "more_body": False}

            async def out(message):
                done.append(message)

            scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": ADA}
            await guard(scope, receive, out)
            return done[0]["status"]

        return await asyncio.wait_for(asyncio.gather(*[one() for _ in range(3)]), 20)

    assert asyncio.run(all_of_them()) == [200, 200, 200]
