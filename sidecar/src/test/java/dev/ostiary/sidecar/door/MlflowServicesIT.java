package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * MLflow's own server behind the guard and MLflow's own client, against the real sidecar: {@code
 * mvn verify -Pservices}. The first run installs MLflow into the user's cache.
 */
final class MlflowServicesIT {
  private static final Path SERVICES =
      Path.of(System.getProperty("ostiary.root"), "client-stubs/python/services");

  @Test
  void threePeopleDoInMlflowWhatPoliciesAllow() throws Exception {
    String python = run(List.of("python3", "venv.py")).strip();
    String output =
        run(List.of(python, "-m", "pytest", "-q", "-W", "ignore", "-p", "no:cacheprovider"));
    assertTrue(output.contains(" passed"), output);
    // Chromium may be absent.
    boolean everything = Boolean.getBoolean("ostiary.require-tools");
    assertTrue(!everything || !output.contains("skipped"), output);
  }

  private static String run(List<String> command) throws Exception {
    var builder = new ProcessBuilder(command).directory(SERVICES.toFile());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder
        .environment()
        .put(
            "SIDECAR_COMMAND",
            "%s -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp %s dev.ostiary.sidecar.cli.Main"
                .formatted(
                    Path.of(System.getProperty("java.home"), "bin/java"),
                    System.getProperty("java.class.path")));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
