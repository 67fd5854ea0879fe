package dev.ostiary.sidecar.door;

import com.sun.net.httpserver.HttpServer;
import dev.ostiary.sidecar.Served;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A real gateway in front of a service that notes what reaches it, for tests. */
final class Gateway implements AutoCloseable {
  /** What a gateway's request asks, on the bundle of {@link Served#writeBundle}. */
  private static final String ROUTES =
      """
      name: docs
      version: 1
      obligations: [mask]
      stepups: [mfa]
      requestables: [editor]
      routes:
        - method: [GET, HEAD]
          path: /docs/{doc}
          principal: { type: User, id: "{header.x-user}" }
          action: read
          resource: { type: Doc, id: "{path.doc}" }
          context: { why: "{query.why}" }
        - method: POST
          path: /docs
          principal: { type: User, id: "{header.x-user}" }
          action: read
          resource: { type: Doc, id: "{/id}" }
          context: { tags: "{/tags}" }
        - method: DELETE
          path: /docs/{doc}
          principal: { type: User, id: "{header.x-user}" }
          action: erase
          resource: { type: Doc, id: "{path.doc}" }
        - method: GET
          path: /sites/{rest*}
          principal: { type: User, id: "{header.x-user}" }
          action: read
          resource: { type: Site, id: "{extension.tenant}/{path.rest}" }
        - method: GET
          path: /peer
          principal: { type: User, id: "{peer}" }
          action: read
          resource: { type: Doc, id: one }
      """;

  private final Process process;
  private final HttpServer service;
  private final Queue<String> reached;
  private final Queue<String> output = new ConcurrentLinkedQueue<>();
  private final int port;

  private Gateway(Process process, HttpServer service, Queue<String> reached, int port) {
    this.process = process;
    this.service = service;
    this.reached = reached;
    this.port = port;
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try {
      var lines = process.inputReader();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) output.add(line);
    } catch (IOException e) {
      output.add("ended"); // its output was closed with it
    }
  }

  /** Writes the bundle with routes. */
  static void writeBundle(Path directory) throws IOException {
    Served.writeBundle(
        directory,
        1,
        """
        @id("erase-needs-mfa") @reason("Erasing takes a second factor.") @stepup("mfa")
        @requestable("editor")
        forbid (principal == User::"ada", action == Action::"erase", resource);
        """);
    Files.writeString(directory.resolve("bundle/bundle.yaml"), ROUTES);
  }

  /** Where {@code tool} is, or skips the test; where tools are required, it fails. */
  static Path tool(String tool, String needs, List<Path> places) {
    for (Path place : places) if (Files.isExecutable(place)) return place;
    String absent = "needs " + tool + ": " + needs;
    if (Boolean.getBoolean("ostiary.require-tools")) Assertions.fail(absent);
    Assumptions.abort(absent);
    throw new IllegalStateException(absent);
  }

  /** A port that was free a moment ago. */
  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** What starts a gateway that listens on {@code port} in front of a service on the other. */
  interface Starting {
    Process start(int port, int servicePort) throws IOException;
  }

  /** Starts one, and waits until it takes connections. */
  static Gateway start(Starting starting) throws Exception {
    var reached = new ConcurrentLinkedQueue<String>();
    var service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        exchange -> {
          reached.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          exchange.getRequestBody().readAllBytes();
          var must = exchange.getRequestHeaders().getOrDefault("X-Ostiary-Obligations", List.of());
          byte[] answer = ("served under " + must).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    service.start();
    int port = freePort();
    var gateway =
        new Gateway(starting.start(port, service.getAddress().getPort()), service, reached, port);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) return gateway;
      } catch (IOException e) {
        if (!gateway.process.isAlive() || System.nanoTime() > deadline)
          throw new AssertionError("it does not start:\n" + gateway.output(), e);
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /**
   * Sends a request as it is written, each line without its end, and returns the whole answer.
   *
   * @param body what follows the headers
   */
  String send(String line, List<String> headers, String body) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      var request = new StringBuilder(line + " HTTP/1.1\r\nHost: service\r\nConnection: close\r\n");
      for (String header : headers) request.append(header).append("\r\n");
      if (!body.isEmpty())
        request
            .append("Content-Length: ")
            .append(body.getBytes(StandardCharsets.UTF_8).length)
            .append("\r\n");
      request.append("\r\n").append(body);
      socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** The status of an answer and the reason code that it carries, such as {@code 403 no_permit}. */
  static String outcome(String answer) {
    String status = answer.split(" ", 3)[1];
    for (String line : answer.lines().toList()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("x-ostiary-reason-code: "))
        return status + " " + lower.substring(lower.indexOf(':') + 2).strip();
      if (line.isEmpty()) break;
    }
    return status;
  }

  /** Where it listens. */
  int port() {
    return port;
  }

  /** Requests that reached the service so far. */
  List<String> reached() {
    return List.copyOf(reached);
  }

  /** What the gateway printed so far. */
  String output() {
    return String.join("\n", output);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    service.stop(0);
  }
}
