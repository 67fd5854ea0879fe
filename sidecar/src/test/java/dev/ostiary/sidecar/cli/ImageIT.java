package dev.ostiary.sidecar.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image of {@code docker/image/build.sh}, run as a pod runs it: read-only, as nobody, bounded.
 */
final class ImageIT {
  private static final Path ROOT = Path.of(System.getProperty("ostiary.root"));
  private static final Path LAB = ROOT.resolve("examples/lab");
  private static final long LIMIT_BYTES = 320L << 20;
  private static final int MAX_COMPRESSED_BYTES = 60_000_000;
  private static final int NOBODY = 65532;

  @TempDir private Path directory;

  @Test
  void theImageServesDrainsAndKeepsItsLog() throws Exception {
    need("umoci", "--version");
    need("runc", "--version");
    // As another user runc wants user namespaces, which not every kernel gives.
    Assumptions.assumeTrue(run("id", "-u").strip().equals("0"), "needs to be root, for runc");
    Path image = directory.resolve("image");
    run(ROOT.resolve("docker/image/build.sh").toString(), image.toString());
    assertTrue(compressedBytes(image) <= MAX_COMPRESSED_BYTES, compressedBytes(image) + " bytes");
    unpack(image, directory.resolve("container"));
    namesWhatItHolds(directory.resolve("container/rootfs/opt/ostiary"));
    Path data = Files.createDirectory(directory.resolve("data"));
    run("chown", NOBODY + ":" + NOBODY, data.toString());

    String first;
    try (var container = new Container(directory.resolve("container"), data)) {
      first = container.ask();
      container.isHealthy();
      container.isBounded();
      assertEquals(0, container.stop(), container.output());
    }
    try (var container = new Container(directory.resolve("container"), data)) {
      container.ask();
      assertEquals(0, container.stop(), container.output());
    }
    var entries = Served.entries(data.resolve("decisions/1"));
    assertEquals(2, entries.stream().filter(DecisionLogEntry::hasClosed).count());
    assertEquals(2, entries.stream().filter(DecisionLogEntry::hasDecision).count());
    assertTrue(
        entries.stream()
            .filter(DecisionLogEntry::hasDecision)
            .map(entry ->
                HexFormat.of().formatHex(entry.getDecision().getDecisionId().toByteArray()))
            .anyMatch(first::equals),
        first);
    assertTrue(
        run(ROOT.resolve("ostiary").toString(), "log", "verify", data.toString())
            .contains("valid: "));
  }

  /** Each library of the image is in its bill of materials. */
  private static void namesWhatItHolds(Path program) throws Exception {
    var bill =
        JsonParser.parseString(Files.readString(program.resolve("ostiary.cdx.json")))
            .getAsJsonObject();
    var named = new HashSet<String>();
    for (var component : bill.getAsJsonArray("components")) {
      var it = component.getAsJsonObject();
      assertTrue(it.has("purl") && it.has("licenses"), it.toString());
      named.add(it.get("name").getAsString() + "-" + it.get("version").getAsString());
    }
    try (var jars = Files.newDirectoryStream(program.resolve("lib"), "*.jar")) {
      for (Path jar : jars) {
        String name = jar.getFileName().toString();
        if (name.startsWith("ostiary-sidecar-")) continue; // what the bill is of
        assertTrue(
            named.stream().anyMatch(n -> name.equals(n + ".jar") || name.startsWith(n + "-linux")),
            name);
      }
    }
  }

  /** A container of the image, serving the lab on a Unix socket. */
  private static final class Container implements AutoCloseable {
    private final String name = "ostiary-" + Long.toHexString(System.nanoTime());
    private final Path output;
    private final Process process;
    private final MultiThreadIoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ManagedChannel channel;

    Container(Path bundle, Path data) throws IOException {
      configure(bundle, data);
      output = Files.createTempFile(bundle.getParent(), "container", ".txt");
      process =
          new ProcessBuilder("runc", "run", name)
              .directory(bundle.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      channel =
          NettyChannelBuilder.forAddress(
                  new DomainSocketAddress(data.resolve("ostiary.sock").toFile()))
              .eventLoopGroup(loop)
              .channelType(EpollDomainSocketChannel.class)
              .usePlaintext()
              .build();
    }

    /** Waits until it is healthy, asks one question, and returns the id of the decision. */
    String ask() throws IOException {
      var health =
          HealthGrpc.newBlockingStub(channel)
              .withWaitForReady()
              .withDeadlineAfter(60, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance());
      assertEquals(ServingStatus.SERVING, health.getStatus(), output());
      var response =
          DecisionServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .check(
                  CheckRequest.newBuilder()
                      .setPrincipal(Served.uid("User", "dan"))
                      .setAction(Served.uid("Action", "describe"))
                      .setResource(Served.uid("Project", "atlas"))
                      .build());
      assertEquals(Decision.DECISION_ALLOW, response.getDecision());
      return response.getDecisionId();
    }

    /** What the manifests run as a probe says so, from within. */
    void isHealthy() throws Exception {
      var probe = new ArrayList<>(List.of("runc", "exec", name));
      probe.addAll(ManifestsTest.PROGRAM);
      probe.add("health");
      assertTrue(run(probe.toArray(String[]::new)).startsWith("ready"), output());
    }

    /** The kernel holds it to its memory, and it stays below. */
    void isBounded() throws Exception {
      var state = JsonParser.parseString(run("runc", "state", name)).getAsJsonObject();
      Path process = Path.of("/proc", state.get("pid").getAsString());
      var status = Files.readAllLines(process.resolve("status"));
      assertTrue(status.contains("Uid:\t65532\t65532\t65532\t65532"), status.toString());
      assertTrue(status.contains("CapEff:\t0000000000000000"), status.toString());
      var rss = status.stream().filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
      assertTrue(Long.parseLong(rss.replaceAll("\\D", "")) << 10 < LIMIT_BYTES, rss);
      assertTrue(
          run("runc", "events", "--stats", name).contains("\"limit\":" + LIMIT_BYTES),
          "the container's memory is not limited");
      assertFalse(Files.exists(process.resolve("root/bin")), "the image has a shell's place");
    }

    /** SIGTERM; returns how it ended. */
    int stop() throws Exception {
      run("runc", "kill", name, "TERM");
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), output());
      return process.exitValue();
    }

    String output() throws IOException {
      return Files.readString(output);
    }

    @Override
    public void close() throws IOException {
      channel.shutdownNow();
      var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      if (process.isAlive())
        new ProcessBuilder("runc", "kill", name, "KILL").start().onExit().join();
      process.onExit().join();
    }

    /** What a pod's manifest says, in the runtime's words; the socket is the only way in. */
    private static void configure(Path bundle, Path data) throws IOException {
      Path file = bundle.resolve("config.json");
      var config = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      config.getAsJsonObject("root").addProperty("readonly", true);
      var process = config.getAsJsonObject("process");
      process.addProperty("terminal", false);
      process.addProperty("noNewPrivileges", true);
      process.add("capabilities", new JsonObject());
      var args = process.getAsJsonArray("args");
      if (!args.asList().contains(new JsonPrimitive("--dev"))) args.add("--dev");
      var linux = config.getAsJsonObject("linux");
      var resources = new JsonObject();
      var memory = new JsonObject();
      memory.addProperty("limit", LIMIT_BYTES);
      resources.add("memory", memory);
      linux.add("resources", resources);
      var mounts = new JsonArray();
      for (var mount : config.getAsJsonArray("mounts")) {
        String at = mount.getAsJsonObject().get("destination").getAsString();
        if (!List.of("/data", "/bundle", "/sys", "/sys/fs/cgroup").contains(at)) mounts.add(mount);
      }
      mounts.add(bind(data, "/data", "rw"));
      mounts.add(bind(LAB, "/bundle", "ro"));
      config.add("mounts", mounts);
      Files.writeString(file, config.toString());
    }

    private static JsonObject bind(Path from, String to, String mode) {
      var options = new JsonArray();
      options.add("rbind");
      options.add(mode);
      var mount = new JsonObject();
      mount.addProperty("type", "bind");
      mount.addProperty("source", from.toString());
      mount.addProperty("destination", to);
      mount.add("options", options);
      return mount;
    }
  }

  private static long compressedBytes(Path image) throws IOException {
    try (var blobs = Files.list(image.resolve("blobs/sha256"))) {
      return blobs.mapToLong(blob -> blob.toFile().length()).sum();
    }
  }

  private static void unpack(Path image, Path container) throws Exception {
    var index =
        JsonParser.parseString(Files.readString(image.resolve("index.json"))).getAsJsonObject();
    String tag =
        index
            .getAsJsonArray("manifests")
            .get(0)
            .getAsJsonObject()
            .getAsJsonObject("annotations")
            .get("org.opencontainers.image.ref.name")
            .getAsString();
    run("umoci", "unpack", "--image", image + ":" + tag, container.toString());
  }

  private static void need(String tool, String argument) throws Exception {
    try {
      run(tool, argument);
    } catch (IOException e) {
      String absent = "needs " + tool + ": Debian package " + tool;
      if (Boolean.getBoolean("ostiary.require-tools")) Assertions.fail(absent);
      Assumptions.abort(absent);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(300, TimeUnit.SECONDS), output);
    assertEquals(0, process.exitValue(), String.join(" ", command) + ": " + output);
    return output;
  }
}
