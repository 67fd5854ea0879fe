#!/usr/bin/env bash
# Builds the sidecar's image, without a daemon, as an OCI layout that any registry tool reads.
#   docker/image/build.sh OUT      OUT is made anew
#
# Four layers from nothing: the C library, a JDK cut to what is used, the program, and the JVM's ahead-of-time cache. Two builds of one commit give the same digest for all but the last.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
out=${1:?usage: docker/image/build.sh OUT}
[ ! -e "$out" ] || { echo "build.sh: $out: expected nothing there" >&2; exit 2; }
jdk=$("$root/.mvn/jdk25") || exit 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "image: $*" >&2; }

version=$("$root/ostiary" --version | awk 'NR == 1 { print $2 }') # builds what is missing
say "ostiary $version"

# --- program: jars with one time, since the cache knows them by it
app=$work/app/opt/ostiary
mkdir -p "$app/lib" "$work/jars"
cp "$root/sidecar/target/ostiary-sidecar-"*.jar "$root/sidecar/target/lib/"*.jar "$work/jars/"
"$jdk/bin/java" "$root/docker/image/Store.java" "$work/jars" "$app/lib"
mkdir "$app/examples"
cp -r "$root/examples/lab" "$app/examples/" # for `demo`
sbom=$root/sidecar/target/ostiary.cdx.json
[ -f "$sbom" ] || { echo "build.sh: $sbom: expected the bill of materials, which Maven makes only online" >&2; exit 3; }
cp "$sbom" "$app/"
class_path=$(cd "$app/lib" && printf '/opt/ostiary/lib/%s\n' *.jar | LC_ALL=C sort | paste -sd:)
cat > "$app/jvm.options" <<OPTIONS
-XX:+UseSerialGC
-XX:AOTCache=/opt/ostiary/cache/ostiary.aot
-Djava.library.path=/opt/ostiary/lib
-Dvertx.disableDnsResolver=true
-Xlog:disable
-Xlog:all=warning:stderr
-XX:MaxRAMPercentage=50
-XX:+ExitOnOutOfMemoryError
--enable-native-access=ALL-UNNAMED
--sun-misc-unsafe-memory-access=allow
-cp $class_path
OPTIONS
# Netty would unpack its library into /tmp, which a read-only root has not.
(cd "$app" && "$jdk/bin/jar" -xf lib/netty-transport-native-epoll-*-linux-x86_64.jar META-INF/native)
mv "$app/META-INF/native/"*.so "$app/lib/"
rm -r "$app/META-INF"
find "$work/app" -exec touch -h -d @0 {} +

# --- runtime
say "runtime"
mkdir -p "$work/runtime/opt"
"$jdk/bin/jlink" --output "$work/runtime/opt/java" --strip-debug --no-header-files --no-man-pages \
  --add-modules java.base,java.logging,java.management,java.naming,java.net.http,java.xml,jdk.crypto.ec,jdk.management,jdk.net,jdk.unsupported
find "$work/runtime" -exec touch -h -d @0 {} +

# --- C library: what the runtime's binaries ask for, by the paths that they ask for
mkdir -p "$work/libc/etc" "$work/libc/tmp" "$work/libc/data" "$work/libc/bundle"
chmod 1777 "$work/libc/tmp"
find "$work/runtime/opt/java" \( -name '*.so' -o -path '*/bin/*' \) -type f -exec ldd {} + 2>/dev/null \
  | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-/ { print $1 }' | grep -v "^$work" | LC_ALL=C sort -u \
  | while read -r library; do
      install -D -m 755 "$(readlink -f "$library")" "$work/libc$library"
    done
echo 'ostiary:x:65532:65532::/data:/nologin' > "$work/libc/etc/passwd"
echo 'hosts: files dns' > "$work/libc/etc/nsswitch.conf"
find "$work/libc" -exec touch -h -d @0 {} +

# --- cache: the program runs once and is asked the lab's questions
say "cache (the program runs once)"
mkdir -p "$work/cache/opt/ostiary/cache"
run=("$work/runtime/opt/java/bin/java" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow -cp "$(printf '%s' "$class_path" | sed "s#/opt/ostiary/lib/#$app/lib/#g")")
OSTIARY_HOME=$app "${run[@]}" -XX:AOTMode=record -XX:AOTConfiguration="$work/aot.conf" \
  dev.ostiary.sidecar.cli.Main demo > "$work/demo" 2>&1 || { cat "$work/demo" >&2; exit 1; }
"${run[@]}" -XX:AOTMode=create -XX:AOTConfiguration="$work/aot.conf" \
  -XX:AOTCache="$work/cache/opt/ostiary/cache/ostiary.aot" > "$work/create" 2>&1 || { cat "$work/create" >&2; exit 1; }
find "$work/cache" -exec touch -h -d @0 {} +

# --- layers: names in order, one time, one owner, so that equal content has equal bytes
say "layers"
mkdir -p "$work/oci/blobs/sha256"
# Stores a file under its digest; prints its descriptor of that media type.
blob() {
  local digest size
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  size=$(stat -c %s "$1")
  mv "$1" "$work/oci/blobs/sha256/$digest"
  printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$2" "$digest" "$size"
}
layers=() diffs=()
for layer in libc runtime app cache; do
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -C "$work/$layer" -cf "$work/$layer.tar" .
  diffs+=("\"sha256:$(sha256sum "$work/$layer.tar" | cut -d' ' -f1)\"")
  gzip -n -9 "$work/$layer.tar"
  layers+=("$(blob "$work/$layer.tar.gz" application/vnd.oci.image.layer.v1.tar+gzip)")
  say "  $layer ${layers[-1]}"
done
join() { local IFS=,; printf '%s' "$*"; }
cat > "$work/config.json" <<CONFIG
{"architecture":"amd64","os":"linux","config":{"User":"65532:65532","WorkingDir":"/data",\
"Env":["OSTIARY_HOME=/opt/ostiary","OSTIARY_BUNDLE=/bundle","OSTIARY_DATA=/data"],\
"Entrypoint":["/opt/java/bin/java","@/opt/ostiary/jvm.options","dev.ostiary.sidecar.cli.Main"],"Cmd":["serve"],\
"Volumes":{"/data":{}},"StopSignal":"SIGTERM","Labels":{"org.opencontainers.image.title":"ostiary",\
"org.opencontainers.image.version":"$version","org.opencontainers.image.licenses":"Apache-2.0"}},\
"rootfs":{"type":"layers","diff_ids":[$(join "${diffs[@]}")]}}
CONFIG
config=$(blob "$work/config.json" application/vnd.oci.image.config.v1+json)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
  "$config" "$(join "${layers[@]}")" > "$work/manifest.json"
manifest=$(blob "$work/manifest.json" application/vnd.oci.image.manifest.v1+json)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' \
  "${manifest%\}},\"annotations\":{\"org.opencontainers.image.ref.name\":\"$version\"}}" > "$work/oci/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' > "$work/oci/oci-layout"
mkdir -p "$(dirname "$out")"
mv "$work/oci" "$out"
say "$out: $(du -sm "$out" | cut -f1) MB"
