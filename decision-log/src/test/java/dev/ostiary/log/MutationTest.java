package dev.ostiary.log;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every reader does with valid input that was changed a little. */
class MutationTest {
  @TempDir Path directory;

  @Test
  void everyReaderSurvivesAnything() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MutationTest seed " + seed);
    for (var target : Readers.in(directory)) {
      target.readValid();
      mutate(target, seed);
    }
  }

  private static void mutate(Readers.Target target, long seed) {
    byte[] valid = target.valid();
    var random = new SplittableRandom(seed);
    int rounds = (Boolean.getBoolean("ostiary.long") ? 500_000 : 8_000) / target.cost();
    for (int round = 0; round < rounds; round++) {
      byte[] bytes =
          Arrays.copyOf(
              valid, random.nextInt(4) == 0 ? random.nextInt(valid.length + 4) : valid.length);
      for (int change = random.nextInt(4); change > 0 && bytes.length > 0; change--) {
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
          case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
          case 1 -> bytes[at] = (byte) random.nextInt(256);
          case 2 -> bytes[at] = (byte) "\n +—=09Aa".charAt(random.nextInt(9));
          default ->
              System.arraycopy(
                  bytes, at, bytes, random.nextInt(at + 1), Math.min(3, bytes.length - at));
        }
      }
      try {
        target.read(bytes);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            target + ", seed " + seed + ", round " + round + ": " + Arrays.toString(bytes), e);
      }
    }
  }
}
