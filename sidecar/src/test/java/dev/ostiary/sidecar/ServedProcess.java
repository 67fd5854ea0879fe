package dev.ostiary.sidecar;

import dev.ostiary.v1.DecisionServiceGrpc;
import dev.ostiary.v1.DecisionServiceGrpc.DecisionServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** {@code ostiary serve} in a process of its own, on the bundle of {@link Served#writeBundle}. */
public final class ServedProcess implements AutoCloseable {
  private final Process process;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Thread reader;
  private final String address;
  private final String httpAddress;
  private final ManagedChannel channel;

  private ServedProcess(Process process) throws IOException {
    this.process = process;
    var output = process.inputReader();
    String found = "";
    String http = "";
    String line = output.readLine();
    while (line != null && !line.contains("metrics and health on")) {
      lines.add(line);
      int at = line.indexOf("gRPC listens on 127.0.0.1:");
      if (at >= 0) found = line.substring(at + "gRPC listens on ".length());
      at = line.indexOf("HTTP listens on 127.0.0.1:");
      if (at >= 0) http = line.substring(at + "HTTP listens on ".length());
      line = output.readLine();
    }
    if (line == null) throw new IOException("it does not start: " + String.join("\n", lines));
    lines.add(line);
    address = found;
    httpAddress = http;
    reader = Thread.ofVirtual().start(() -> output.lines().forEach(lines::add));
    channel = NettyChannelBuilder.forTarget("dns:///" + address).usePlaintext().build();
  }

  /** Starts one in {@code directory}, and waits until it listens. */
  public static ServedProcess in(Path directory, String... javaFlags) throws IOException {
    return new ServedProcess(process(directory, javaFlags));
  }

  /** The same, configured by variables. */
  public static ServedProcess in(Path directory, Map<String, String> more, String... javaFlags)
      throws IOException {
    return new ServedProcess(process(directory, more, javaFlags));
  }

  /** The process alone, which may refuse to start. */
  static Process process(Path directory, String... javaFlags) throws IOException {
    return process(directory, Map.of(), javaFlags);
  }

  private static Process process(Path directory, Map<String, String> more, String... javaFlags)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of(javaFlags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.ostiary.sidecar.cli.Main", "serve"));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OSTIARY_BUNDLE", directory.resolve("bundle").toString());
    builder.environment().put("OSTIARY_DEV", "true");
    builder.environment().put("OSTIARY_DATA", directory.resolve("data").toString());
    builder.environment().put("OSTIARY_LOG_ORIGIN", "test.example");
    builder.environment().put("OSTIARY_GRPC", "127.0.0.1:0");
    builder.environment().put("OSTIARY_HTTP", "127.0.0.1:0");
    builder.environment().put("OSTIARY_ADMIN", "127.0.0.1:0");
    builder.environment().putAll(more);
    return builder.start();
  }

  /** A client that waits at most half a minute. */
  public DecisionServiceBlockingStub client() {
    return DecisionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  public ManagedChannel channel() {
    return channel;
  }

  /** HOST:PORT of the gRPC door. */
  public String address() {
    return address;
  }

  /** HOST:PORT of the HTTP door. */
  public String httpAddress() {
    return httpAddress;
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** All that it printed so far. */
  public String output() {
    return String.join("\n", lines);
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.toHandle().destroy(); // Process.destroy would also close its output
  }

  /** Waits for its end. */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) throw new AssertionError("it does not end");
    reader.join();
    return process.exitValue();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.destroyForcibly();
  }
}
