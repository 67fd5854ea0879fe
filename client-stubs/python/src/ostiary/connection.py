"""Where the sidecar is, and how it may be reached."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

import grpc

#: Seconds for one question with all its tries.
DEADLINE = 0.25
#: How often a question may be asked.
TRIES = 3

_OPTIONS = (
    ("grpc.enable_retries", 0),  # what was decided is in the log: gRPC must not ask again by itself
    ("grpc.max_receive_message_length", 16 << 20),
)


@dataclass(frozen=True)
class Connection:
    """A target with its credentials; plaintext leaves the machine for nobody."""

    target: str
    credentials: grpc.ChannelCredentials | None

    def __post_init__(self) -> None:
        if self.credentials is None and not _stays_here(self.target):
            raise ValueError(
                f"expected a Unix socket or a loopback address where there are no credentials, got `{self.target}`"
            )

    def open(self, api: Any) -> Any:
        """A channel of ``grpc`` or of ``grpc.aio``. It connects with the first question."""
        if self.credentials is None:
            return api.insecure_channel(self.target, options=_OPTIONS)
        return api.secure_channel(self.target, self.credentials, options=_OPTIONS)


def _stays_here(target: str) -> bool:
    if target.startswith("unix:"):
        return True
    host = target.removeprefix("dns:///").removeprefix("ipv4:").removeprefix("ipv6:").rpartition(":")[0]
    host = host.removeprefix("[").removesuffix("]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
