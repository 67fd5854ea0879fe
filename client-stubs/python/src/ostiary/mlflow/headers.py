"""The entry point ``mlflow.request_header_provider``: the client's token with every request."""

from __future__ import annotations

import os
from pathlib import Path


class TokenHeaders:
    """``Authorization: Bearer`` from the file that ``MLFLOW_OSTIARY_TOKEN_FILE`` names, read for each request since tokens
    are renewed, or from ``MLFLOW_OSTIARY_TOKEN``.

    It goes to whatever server the tracking URI names, as MLflow's own ``MLFLOW_TRACKING_TOKEN`` does.
    """

    def in_context(self) -> bool:
        """Whether there is a token."""
        return bool(os.environ.get("MLFLOW_OSTIARY_TOKEN_FILE") or os.environ.get("MLFLOW_OSTIARY_TOKEN"))

    def request_headers(self) -> dict[str, str]:
        """The header; raises ``OSError`` where the file cannot be read."""
        path = os.environ.get("MLFLOW_OSTIARY_TOKEN_FILE")
        token = Path(path).read_text(encoding="ascii") if path else os.environ.get("MLFLOW_OSTIARY_TOKEN", "")
        return {"Authorization": f"Bearer {token.strip()}"} if token.strip() else {}
