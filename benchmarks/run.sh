#!/usr/bin/env bash
# Builds what is measured and runs it on JDK 25.
#   benchmarks/run.sh hot                one decision, a table in about two minutes
#   benchmarks/run.sh jmh ARGUMENT…      the JMH benchmarks; for example: jmh Peers -prof gc
#   benchmarks/run.sh wire NAME=VALUE…   Check over loopback beside an echo; for example: wire size=L only="Check bounded"
#   benchmarks/run.sh peers              the other engines and this one in turn; peers/build.sh has built them
#   benchmarks/run.sh heap               bytes of heap that an entity takes
#   benchmarks/run.sh book decisions|facts [COUNT]   a decision with its entry, replay; loading entity facts
#   benchmarks/run.sh mlflow             MLflow without auth, with its own, and behind the guard, in turn; ROUNDS (12)
#   benchmarks/run.sh log ARGUMENT…      the log library; for example: log append DIR 1000000 1 BOUNDED
# PEERS_DATA is where the workload is, by default ~/.cache/peers-bench/data; it is made where it is absent.
# For peers, SIZES (S M L X), ENGINES (ostiary cedar-rust cedar-go opa cedar-java), ROUNDS (3), SECONDS_EACH (1) and AGREE (300,
# decisions compared first) may be set; X is 100,012 policies, this engine alone.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
usage() { sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
what=${1-}
case $what in
  hot | jmh | wire | peers | heap | book | log | mlflow) shift ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac
if [ "$what" = mlflow ]; then
  "$root/ostiary" version >&2
  python=$(python3 "$root/client-stubs/python/services/venv.py")
  SIDECAR_COMMAND=${SIDECAR_COMMAND:-$root/ostiary} exec "$python" "$root/benchmarks/mlflow.py"
fi
jdk=$("$root/.mvn/jdk25") || exit 3
export PEERS_DATA=${PEERS_DATA:-$HOME/.cache/peers-bench/data}
[ -s "$PEERS_DATA/slices.jsonl" ] || python3 "$root/benchmarks/peers/gen.py" --out "$PEERS_DATA"
target=$root/benchmarks/target
jar=$target/ostiary-benchmarks-0.1.0-SNAPSHOT.jar
if [ ! -f "$jar" ] || [ -n "$(find "$root"/{cedar,decision-log,proto,sidecar,benchmarks}/src/main -newer "$jar" -print -quit)" ]; then
  echo "building …" >&2
  (cd "$root" && ${MVN:-mvn -B -ntp} -q -DskipTests -pl benchmarks -am package)
  touch "$jar"
fi
java=("$jdk/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  "-Dostiary.root=$root" -cp "$jar:$target/lib/*")
case $what in
  hot) exec "${java[@]}" dev.ostiary.benchmarks.HotPath "$@" ;;
  jmh) exec "${java[@]}" org.openjdk.jmh.Main "$@" ;;
  wire) exec taskset -c 1 "${java[@]}" dev.ostiary.benchmarks.wire.WireBenchmark "$@" ;;
  heap) exec "${java[@]}" -Xmx6g -Djol.magicFieldOffset=true dev.ostiary.benchmarks.EntityHeap "$@" ;;
  book) exec "${java[@]}" -Xmx4g dev.ostiary.benchmarks.BookDriver "$@" ;;
  log) exec "${java[@]}" -Xmx512m dev.ostiary.benchmarks.log.LogDriver "$@" ;;
esac

out=${PEERS_OUT:-$HOME/.cache/peers-bench}
[ -x "$out/bin/labbench" ] || { echo "the other engines are not built: benchmarks/peers/build.sh" >&2; exit 3; }
log=${LOG:-$(mktemp)}
for round in $(seq "${ROUNDS:-3}"); do
  for size in ${SIZES:-S M L X}; do
    echo "round $round, size $size, load $(cut -d' ' -f1 /proc/loadavg)" >&2
    if [ "$size" = X ]; then
      [ -s "$PEERS_DATA-X/slices.jsonl" ] || python3 "$root/benchmarks/peers/gen.py" --projects 2000 --grants 100000 --out "$PEERS_DATA-X" >&2
      taskset -c 1 "${java[@]}" dev.ostiary.benchmarks.PeersDriver "$PEERS_DATA-X" "${SECONDS_EACH:-1}" "${AGREE:-300}" L \
        | grep -v entities | sed $'s/\tL\t/\tX\t/' >> "$log"
      continue
    fi
    arguments=("$PEERS_DATA" "${SECONDS_EACH:-1}" "${AGREE:-300}" "$size")
    errors=/dev/stderr
    for engine in ${ENGINES:-ostiary cedar-rust cedar-go opa cedar-java}; do
      case $engine in
        ostiary) driver=("${java[@]}" dev.ostiary.benchmarks.PeersDriver) ;;
        cedar-rust) driver=("$out/bin/cedar-rust-bench") ;;
        cedar-go) driver=("$out/bin/labbench" cedar) ;;
        opa) driver=("$out/bin/labbench" opa) ;;
        cedar-java) errors=/dev/null driver=("$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$out/jars/*:$out/classes" CedarJavaBench) ;;
        *) echo "no engine $engine" >&2; exit 2 ;;
      esac
      taskset -c 1 "${driver[@]}" "${arguments[@]}" >> "$log" 2>> "$errors"
    done
  done
done
echo "raw lines in $log" >&2
python3 "$root/benchmarks/peers/table.py" "$log"
