package dev.ostiary.sidecar.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigReaderTest {
  @TempDir Path directory;

  @Test
  void aFlagWinsOverTheEnvironmentWhichWinsOverTheFile() throws Exception {
    Path file =
        file(
            """
            data: one
            bundle: one
            log:
              origin: one/lab
              observe: true
            limits:
              batch: 7
            """);
    var config =
        ConfigReader.read(
            Optional.of(file),
            Map.of("OSTIARY_DATA", "two", "OSTIARY_BUNDLE", "two", "OSTIARY_DEV", "true"),
            Map.of(Key.DATA, "three"));
    assertEquals(Path.of("three"), config.data());
    assertEquals(Optional.of(Path.of("two")), config.bundle());
    assertEquals(Optional.of("one/lab"), config.logOrigin());
    assertEquals(Path.of("three/keys/log.skey"), config.logKey());
    assertEquals(7, config.limits().batch());
    assertTrue(config.observe());
    assertEquals(Optional.of(Path.of("three/ostiary.sock")), config.socket());
  }

  @Test
  void everyKeyHasItsVariable() throws Exception {
    var config = ConfigReader.read(Optional.empty(), Map.of("OSTIARY_DRAIN_GRACE", "3s"), Map.of());
    assertEquals(Duration.ofSeconds(3), config.drainGrace());
    for (var key : Key.values())
      assertTrue(key.variable().matches("OSTIARY_[A-Z_]+"), key.variable());
  }

  @Test
  void allFaultsAreReportedAtOnceWithTheirPlaces() throws Exception {
    Path file = file("sokcet: x\nlimits:\n  bach: 1\n  batch: many\nwatch.every: 1 s\n");
    var faults = faults(Optional.of(file), Map.of("OSTIARY_GRCP", "x"));
    assertEquals(
        List.of(
            file + ":1:1: unknown key `sokcet`; did you mean `socket`?",
            file + ":3:3: unknown key `limits.bach`; did you mean `limits.batch`?",
            "unknown environment variable `OSTIARY_GRCP`; did you mean `OSTIARY_GRPC`?",
            file
                + ":5:14: expected a duration such as `500ms`, `10s`, `5m` or `1h`, at least 10ms,"
                + " got `1 s`",
            file + ":4:10: expected a number from 1 to 1048576, got `many`"),
        faults);
  }

  @Test
  void plaintextOffLoopbackIsRefused() {
    for (String key : List.of("OSTIARY_GRPC", "OSTIARY_ADMIN")) {
      var faults = faults(Optional.empty(), Map.of(key, "0.0.0.0:7470"));
      assertEquals(
          List.of(
              key
                  + ": expected a loopback address, since the connection is not encrypted, got"
                  + " `0.0.0.0:7470`"),
          faults);
    }
  }

  @Test
  void theVariablesThatKubernetesMakesForAServiceAreNoFault() throws Exception {
    var environment =
        Map.of(
            "OSTIARY_SERVICE_HOST", "10.0.0.1", "OSTIARY_PORT_7470_TCP", "x", "OSTIARY_PORT", "y");
    assertEquals(7472, ConfigReader.read(Optional.empty(), environment, Map.of()).admin().port());
  }

  private static List<String> faults(Optional<Path> file, Map<String, String> environment) {
    return assertThrows(ConfigException.class, () -> ConfigReader.read(file, environment, Map.of()))
        .faults();
  }

  private Path file(String text) throws Exception {
    return Files.writeString(directory.resolve("ostiary.yaml"), text);
  }
}
