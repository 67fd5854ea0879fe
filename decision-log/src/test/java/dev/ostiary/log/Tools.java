package dev.ostiary.log;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that a test needs: it is skipped without them, and fails if {@code
 * ostiary.require-tools} is set.
 */
public final class Tools {
  private Tools() {}

  public static void require(String program, String where) {
    requireThat(has(program), "`" + program + "` is not on the PATH; install " + where);
  }

  static boolean has(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  static void requireThat(boolean condition, String otherwise) {
    if (Boolean.getBoolean("ostiary.require-tools")) Assertions.assertTrue(condition, otherwise);
    Assumptions.assumeTrue(condition, otherwise);
  }
}
