package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A wall clock that is stepped cannot change order, indices or durability, since nothing of the
 * library reads one: waits are on the monotonic clock. Only a signature that holds its time does.
 */
class ClockTest {
  private static final String[] WALL_CLOCKS = {
    "currentTimeMillis",
    "java/time/Clock",
    "java/time/Instant",
    "java/time/ZonedDateTime",
    "java/util/Date"
  };

  @Test
  void onlyTheTimeInsideASignatureComesFromTheWallClock() throws Exception {
    var readers = new TreeSet<String>();
    var code = DecisionLog.class.getProtectionDomain().getCodeSource().getLocation();
    try (var files = Files.walk(Path.of(code.toURI()))) {
      // Requests to a store are signed at a time; what is in it has times of its own.
      var own =
          files.filter(
              path -> path.toString().endsWith(".class") && !path.getParent().endsWith("store"));
      for (Path file : own.toList()) {
        String constants = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String clock : WALL_CLOCKS) {
          if (constants.contains(clock)) readers.add(String.valueOf(file.getFileName()));
        }
      }
    }
    assertEquals(Set.of("LogKey.class", "Thinning.class"), readers);
  }
}
