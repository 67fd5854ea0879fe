#!/usr/bin/env bash
# Builds what is measured and runs it on JDK 25.
#   benchmarks/run.sh hot                one decision, a table in about two minutes
#   benchmarks/run.sh jmh ARGUMENT…      the JMH benchmarks; for example: jmh Peers -prof gc
#   benchmarks/run.sh wire NAME=VALUE…   Check over loopback beside an echo; for example: wire size=L log=strict seconds=10
#   benchmarks/run.sh peers [ROUNDS]     the other engines and this one in turn; peers/build.sh has built them
# PEERS_DATA is where the workload is, by default ~/.cache/peers-bench/data; it is made where it is absent.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
usage() { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 1 ] || usage
what=$1
shift
jdk=$("$root/.mvn/jdk25")
export PEERS_DATA=${PEERS_DATA:-$HOME/.cache/peers-bench/data}
[ -s "$PEERS_DATA/requests.jsonl" ] || python3 "$root/benchmarks/peers/gen.py" --out "$PEERS_DATA"
target=$root/benchmarks/target
if [ ! -d "$target/lib" ] || [ -n "$(find "$root"/{cedar,decision-log,proto,sidecar,benchmarks}/src/main -newer "$target/lib" -print -quit)" ]; then
  echo "building …" >&2
  (cd "$root" && mvn -B -ntp -q -Dmaven.test.skip=true -pl benchmarks -am package)
  touch "$target/lib"
fi
java=("$jdk/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  -cp "$target/classes:$target/lib/*")
case $what in
  hot) exec "${java[@]}" dev.ostiary.benchmarks.HotPath "$@" ;;
  jmh) exec "${java[@]}" org.openjdk.jmh.Main "$@" ;;
  wire) exec taskset -c 1 "${java[@]}" dev.ostiary.benchmarks.wire.WireBenchmark "$@" ;;
  peers)
    out=${PEERS_OUT:-$HOME/.cache/peers-bench}
    seconds=${SECONDS_EACH:-1}
    export N_AGREE=${N_AGREE:-300}
    [ -x "$out/bin/labbench" ] || { echo "the other engines are not built: benchmarks/peers/build.sh" >&2; exit 3; }
    for round in $(seq "${1:-3}"); do
      for size in ${SIZES:-S M L}; do
        echo "### round $round, size $size, load $(cut -d' ' -f1 /proc/loadavg)"
        taskset -c 1 "${java[@]}" dev.ostiary.benchmarks.PeersDriver "$PEERS_DATA" "$seconds" "$size"
        taskset -c 1 "$out/bin/cedar-rust-bench" "$PEERS_DATA" "$seconds" "$size"
        taskset -c 1 "$out/bin/labbench" cedar "$PEERS_DATA" "$seconds" "$size"
        taskset -c 1 "$out/bin/labbench" opa "$PEERS_DATA" "$seconds" "$size"
        taskset -c 1 "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$out/jars/*:$out/classes" CedarJavaBench \
          "$PEERS_DATA" "$seconds" "$size" 2>&1 | grep -v SLF4J
      done
    done ;;
  *) usage ;;
esac
