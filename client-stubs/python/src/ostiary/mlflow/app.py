"""The entry point ``mlflow.app``: ``mlflow server --app-name ostiary``."""

from __future__ import annotations

import os
from typing import cast

from ostiary.mlflow.asked import App
from ostiary.mlflow.config import Config
from ostiary.mlflow.guard import Guard
from ostiary.mlflow.names import Names, Stores
from ostiary.mlflow.routes import RouteMap


def create_app(app: App | None = None) -> Guard:
    """MLflow's application behind the guard that ``MLFLOW_OSTIARY_CONFIG`` configures. Called once by each worker.

    Raises ``ValueError`` where the guard could not keep all doors shut.
    """
    config = Config.from_environment()
    if os.environ.get("_MLFLOW_SGI_NAME", "uvicorn") != "uvicorn":
        raise ValueError("expected MLflow's server to be uvicorn, since gunicorn and waitress do not speak ASGI")
    if os.environ.get("MLFLOW_ENABLE_WORKSPACES", "").lower() in ("1", "true"):
        raise ValueError("expected no workspaces: the route map knows nothing of them")
    if config.presign_decided_again:
        os.environ["MLFLOW_PRESIGNED_DOWNLOAD_URL_TTL_SECONDS"] = str(config.presign_max)
    if app is None:
        from mlflow.server.fastapi_app import app as mlflow_app

        app = cast(App, mlflow_app)
    from mlflow.server.handlers import STATIC_PREFIX_ENV_VAR

    routes = RouteMap.packaged(os.environ.get(STATIC_PREFIX_ENV_VAR, ""))
    return Guard(app, config, routes, Names(Stores()))
