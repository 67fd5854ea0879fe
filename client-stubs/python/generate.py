"""Generates the contract, ``ostiary.v1``, into the package: when it is built, and by hand with ``python generate.py``."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def generate() -> None:
    """Writes ``src/ostiary/v1`` from the proto files of the checkout, or of the source distribution."""
    from grpc_tools import protoc

    roots = [HERE / "proto", HERE.parent.parent / "proto" / "src" / "main" / "proto"]
    root = next((r for r in roots if (r / "ostiary" / "v1" / "decision.proto").is_file()), None)
    if root is None:
        raise SystemExit(f"no contract found; looked in {' and '.join(map(str, roots))}")
    out = HERE / "src"
    protos = [str(root / "ostiary" / "v1" / name) for name in ("decision.proto", "value.proto")]
    arguments = [f"--{kind}={out}" for kind in ("python_out", "pyi_out", "grpc_python_out")]
    include = files("grpc_tools") / "_proto"
    if protoc.main(["protoc", f"-I{root}", f"-I{include}", *arguments, *protos]) != 0:
        raise SystemExit("the contract could not be generated")
    (out / "ostiary" / "v1" / "__init__.py").write_text('"""The contract, as protobuf makes it."""\n')


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run by hand, without the build tool
    pass
else:

    class GenerateHook(BuildHookInterface):  # type: ignore[type-arg, misc]
        """What the build runs first."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            generate()


if __name__ == "__main__":
    sys.exit(generate())
