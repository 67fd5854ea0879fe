#!/usr/bin/env bash
# Builds the other engines' drivers into ~/.cache/peers-bench (or PEERS_OUT) from their registries: Cedar's Rust crate, cedar-go
# and OPA, an echo on grpc-go, the official Java binding. Needs cargo, go, mvn and a JDK 25; slow the first time (the Rust crate takes minutes).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
out=${PEERS_OUT:-$HOME/.cache/peers-bench}
jdk=$("$here/../../.mvn/jdk25")
rm -rf "$out/src" "$out/classes"
mkdir -p "$out/bin" "$out/src" "$out/classes"
cp -r "$here/." "$out/src/"
(cd "$out/src/cedar-rust" && CARGO_TARGET_DIR=$out/target nice -n 19 cargo build -j1 --release -q)
cp "$out/target/release/cedar-rust-bench" "$out/bin/"
(cd "$out/src/gobench" && nice -n 19 go build -p 1 -o "$out/bin/labbench" .)
(cd "$out/src/goecho" && nice -n 19 go build -p 1 -o "$out/bin/goecho" .)
(cd "$out/src/java" && nice -n 19 mvn -q -B dependency:copy-dependencies -DoutputDirectory="$out/jars")
nice -n 19 "$jdk/bin/javac" -nowarn -cp "$out/jars/*" -d "$out/classes" "$out/src/java"/*.java
echo "built in $out"
