"""MLflow's GraphQL, field by field: each field that reads anything is a request to the REST API, decided and masked as such.

The query runs on MLflow's own schema, but none of its resolvers runs that reads a store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ostiary.mlflow.refused import Refused

#: Fields of the schema's roots: method, path and the message of the answer.
ROOTS = {
    "mlflowGetExperiment": ("GET", "experiments/get", "service_pb2.GetExperiment"),
    "mlflowGetRun": ("GET", "runs/get", "service_pb2.GetRun"),
    "mlflowListArtifacts": ("GET", "artifacts/list", "service_pb2.ListArtifacts"),
    "mlflowGetMetricHistoryBulkInterval": (
        "GET",
        "metrics/get-history-bulk-interval",
        "service_pb2.GetMetricHistoryBulkInterval",
    ),
    "mlflowSearchModelVersions": ("GET", "model-versions/search", "model_registry_pb2.SearchModelVersions"),
    "mlflowSearchRuns": ("POST", "runs/search", "service_pb2.SearchRuns"),
    "mlflowSearchDatasets": ("POST", "experiments/search-datasets", "service_pb2.SearchDatasets"),
}
#: Fields of a run that MLflow reads from its stores.
OF_A_RUN = ("experiment", "modelVersions")
#: Fields that only say what they were told.
ECHOES = ("test", "testMutation")

#: A guarded request: method, path and arguments go in, the answer's JSON comes out. Blocks; raises :class:`Refused`.
Rest = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]


def execute(asked: Mapping[str, Any], rest: Rest) -> dict[str, Any]:
    """The answer to a GraphQL request, in the form of MLflow's."""
    from graphql import GraphQLError, parse
    from mlflow.server.graphql.graphql_no_batching import check_query_safety
    from mlflow.server.graphql.graphql_schema_extensions import schema

    query = asked.get("query")
    if not isinstance(query, str):
        raise Refused(400, "expected a text as `query`")
    try:
        result = check_query_safety(parse(query)) or schema.execute(
            query,
            variables=asked.get("variables"),
            operation_name=asked.get("operationName"),
            middleware=[_Fields(rest)],
        )
    except GraphQLError as error:
        raise Refused(400, f"the query is not understood: {error.message}") from None
    return {"data": result.data, "errors": [error.message for error in result.errors] if result.errors else None}


class _Fields:
    """What each field of a query is resolved by."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    def resolve(self, following: Callable[..., Any], root: Any, info: Any, **arguments: Any) -> Any:
        """graphene's middleware."""
        parent, field = info.parent_type.name, info.field_name
        if parent in ("Query", "Mutation"):
            if field in ROOTS:
                return self._message(field, _plain(arguments.get("input") or {}))
            if field not in ECHOES and not field.startswith("__"):
                raise Refused(403, f"`{field}` is not open to anybody")
        elif parent == "MlflowRunExtension" and field in OF_A_RUN:
            if field == "experiment":
                return self._message("mlflowGetExperiment", {"experiment_id": root.info.experiment_id}).experiment
            found = self._message("mlflowSearchModelVersions", {"filter": f"run_id='{root.info.run_id}'"})
            return found.model_versions
        return following(root, info, **arguments)

    def _message(self, field: str, arguments: Mapping[str, Any]) -> Any:
        import mlflow.protos.model_registry_pb2
        import mlflow.protos.service_pb2
        from mlflow.utils.proto_json_utils import parse_dict

        method, path, name = ROOTS[field]
        module, _, message = name.partition(".")
        made = getattr(getattr(mlflow.protos, module), message).Response()
        parse_dict(self._rest(method, f"/ajax-api/2.0/mlflow/{path}", arguments), made)
        return made


def _plain(given: Any) -> Any:
    """What graphene makes of an input, as JSON has it."""
    if isinstance(given, Mapping):
        return {name: _plain(value) for name, value in given.items() if value is not None}
    if hasattr(given, "__dict__") and not isinstance(given, (str, int, float)):
        return _plain({name: value for name, value in vars(given).items() if not name.startswith("_")})
    if isinstance(given, list):
        return [_plain(one) for one in given]
    return getattr(given, "value", given)
