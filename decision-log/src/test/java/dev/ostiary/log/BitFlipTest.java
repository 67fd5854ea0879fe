package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any one bit changed in a closed log is found: by the verifier in what is published, by a start in
 * the rest.
 */
class BitFlipTest {
  /** A partial tile or bundle whose full one is there is nothing that anyone has to read. */
  private static final Pattern PARTIAL = Pattern.compile("(.*)\\.p/\\d+");

  @TempDir Path directory;

  private static List<Path> files(Path root) throws Exception {
    try (var files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void everyFlippedBitOfWhatIsPublishedMakesTheLogNotValid() throws Exception {
    int flips = Boolean.getBoolean("ostiary.long") ? 10_000 : 500;
    long seed = System.nanoTime();
    System.out.println("BitFlipTest seed " + seed);
    var random = new SplittableRandom(seed);
    var options = Logs.options(directory).withKeepEvery(Duration.ZERO);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 600; i++) {
        Logs.append(log, Logs.bytes("entry " + i), Durability.BOUNDED);
        if (i % 200 == 150) log.publish();
      }
    }
    long size = 600;
    var published =
        files(options.directory()).stream()
            .filter(file -> !file.startsWith(options.directory().resolve("wal")))
            .filter(file -> isNeeded(options.directory().relativize(file).toString(), size))
            .toList();
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    for (int flip = 0; flip < flips; flip++) {
      Path file = published.get(random.nextInt(published.size()));
      byte[] bytes = Files.readAllBytes(file);
      byte[] flipped = bytes.clone();
      int bit = random.nextInt(8 * bytes.length);
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(file, flipped);
      var verdict = Logs.verify(options);
      assertInstanceOf(
          Verdict.NotValid.class, verdict, () -> file + " bit " + bit + ": " + verdict);
      Files.write(file, bytes);
    }
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
  }

  private static boolean isNeeded(String path, long size) {
    var partial = PARTIAL.matcher(path);
    if (!partial.matches()) return true;
    int width = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
    return path.contains("/002.p/")
        ? width == size % 256
        : path.startsWith("tile/1/") && width == size / 256;
  }

  @Test
  void everyFlippedBitOfWhatAStartReadsIsRefusedOrChangesNothing() throws Exception {
    int flips = Boolean.getBoolean("ostiary.long") ? 2_000 : 80;
    long seed = System.nanoTime();
    System.out.println("BitFlipTest seed " + seed);
    var random = new SplittableRandom(seed);
    var options = Logs.options(directory).withSegmentBytes(16 << 10);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 300; i++) Logs.append(log, Logs.bytes("entry " + i), Durability.BOUNDED);
    }
    Path wal = options.directory().resolve("wal");
    var written =
        files(wal).stream()
            .filter(file -> file.toString().endsWith(".wal") || file.endsWith("synced"))
            .toList();
    int refused = 0;
    for (int flip = 0; flip < flips; flip++) {
      Path copy = directory.resolve("copy" + flip);
      for (Path file : files(options.directory())) {
        Path to = copy.resolve(options.directory().relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
      Path file =
          copy.resolve(options.directory().relativize(written.get(random.nextInt(written.size()))));
      byte[] bytes = Files.readAllBytes(file);
      int bit = random.nextInt(8 * (file.endsWith("synced") ? 40 : bytes.length));
      bytes[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(file, bytes);
      try (var log = DecisionLog.open(options.withDirectory(copy))) {
        assertEquals(300, log.size(), file + " bit " + bit);
      } catch (CannotOpenException e) {
        refused++;
        continue;
      }
      var records = Logs.records(copy);
      for (int i = 0; i < 300; i++)
        assertArrayEquals(Logs.bytes("entry " + i), records.get(i).bytes());
    }
    System.out.println("BitFlipTest refused " + refused + " of " + flips);
  }
}
