package dev.ostiary.log;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What Jazzer calls: the first byte says which reader, the others are read.
 *
 * @see <a href="https://github.com/CodeIntelligenceTesting/jazzer">Jazzer</a>
 */
public final class ReaderFuzz {
  private static final List<Readers.Target> TARGETS = targets();

  private ReaderFuzz() {}

  private static List<Readers.Target> targets() {
    try {
      return Readers.in(Path.of(System.getProperty("ostiary.fuzz.directory", ".")));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) return;
    TARGETS
        .get(Byte.toUnsignedInt(input[0]) % TARGETS.size())
        .read(Arrays.copyOfRange(input, 1, input.length));
  }
}
