package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged texts give an error that says where, or are read; nothing else happens. What is read must
 * then bear whatever is done with it. Half a second for each reader, an hour with {@code
 * -Dostiary.long=true}.
 */
final class FuzzTest {
  private static final Duration TIME =
      Boolean.getBoolean("ostiary.long") ? Duration.ofMinutes(60) : Duration.ofMillis(500);

  /** What the languages are made of. */
  static final List<String> PIECES =
      List.of(
          "(",
          ")",
          "{",
          "}",
          "[",
          "]",
          ",",
          ";",
          ":",
          "::",
          "\"",
          "\\",
          "@",
          "?",
          "&&",
          "||",
          "!",
          "-",
          "*",
          "==",
          "in",
          "has",
          "is",
          "like",
          "if",
          "null",
          "1e400",
          "-0",
          "1.5",
          "//",
          "\n",
          "\0",
          "\uD800",
          "\uDC00",
          "\uFEFF",
          "\u202E",
          "é",
          "😀",
          "9223372036854775808",
          "\\u{",
          "\\ud800",
          "__cedar",
          "__entity",
          "__extn",
          "__expr",
          "?principal",
          "Set<",
          "{\"a\":",
          "\"uid\":",
          "entity",
          "type",
          "namespace",
          "enum",
          "tags",
          "appliesTo",
          "action");

  static List<Reading> targets() {
    return Reading.ALL;
  }

  @ParameterizedTest
  @MethodSource("targets")
  void damagedTextIsReadOrRefusedWithItsPlace(Reading target) throws Exception {
    assertTrue(target.reads(target.seed()));
    long seed = Long.getLong("ostiary.seed", System.nanoTime());
    var random = new SplittableRandom(seed);
    long end = System.nanoTime() + TIME.toNanos();
    int read = 0;
    int refused = 0;
    while (System.nanoTime() < end) {
      String text = damaged(target.seed(), random);
      try {
        if (target.reads(text)) read++;
        else refused++;
      } catch (RuntimeException | AssertionError | StackOverflowError e) {
        fail("seed " + seed + ", " + target + " on: " + text, e);
      }
    }
    System.out.printf("seed %d: %s, %d read, %d refused%n", seed, target, read, refused);
    assertTrue(read > 0 && refused > 0, target + ": " + read + " read, " + refused + " refused");
  }

  private static String damaged(String text, SplittableRandom random) {
    String damaged = text;
    for (int i = 0, n = 1 + random.nextInt(3); i < n && !damaged.isEmpty(); i++) {
      int at = random.nextInt(damaged.length());
      int to = Math.min(damaged.length(), at + 1 + random.nextInt(12));
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      int from = random.nextInt(damaged.length());
      String other = damaged.substring(from, Math.min(damaged.length(), from + random.nextInt(40)));
      damaged =
          switch (random.nextInt(7)) {
            case 0 -> damaged.substring(0, at) + damaged.substring(to);
            case 1 -> damaged.substring(0, at) + piece + damaged.substring(at);
            case 2 -> damaged.substring(0, at) + piece + damaged.substring(to);
            case 3 -> damaged.substring(0, at) + other + damaged.substring(at);
            case 4 -> damaged.substring(0, at) + piece.repeat(300) + damaged.substring(at);
            case 5 -> damaged.substring(0, at);
            default -> bytes(damaged, at, random);
          };
    }
    return damaged;
  }

  /** The text after a byte of it was changed, read as UTF-8. */
  private static String bytes(String text, int at, SplittableRandom random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    bytes[Math.min(at, bytes.length - 1)] = (byte) random.nextInt(256);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
