package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.CannotOpenException.Reason;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.tile.Hash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage that no stop explains: the log does not start, says what is wrong and what to do, and
 * changes nothing.
 */
class StartRefusalTest {
  private static final int ENTRIES = 300;

  @TempDir Path directory;
  private LogOptions options;
  private Path tree;

  @BeforeEach
  void writeALogOfSeveralSegments() throws Exception {
    options = Logs.options(directory).withSegmentBytes(16 << 10).withKeepEvery(Duration.ZERO);
    tree = options.directory();
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < ENTRIES; i++) {
        Logs.append(log, Logs.bytes("entry " + i + " " + "x".repeat(60)), Durability.BOUNDED);
        if (i == 100) assertTrue(log.publish());
      }
    }
  }

  private Map<String, byte[]> files() throws Exception {
    var all = new TreeMap<String, byte[]>();
    try (var files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList())
        all.put(tree.relativize(file).toString(), Files.readAllBytes(file));
    }
    return all;
  }

  private void refused(Reason reason, LogOptions as) throws Exception {
    var before = files();
    var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(as).close());
    String message = String.valueOf(refused.getMessage());
    assertEquals(reason, refused.reason(), message);
    assertTrue(message.startsWith(tree.toString()), message);
    assertEquals(1, message.lines().count());
    var after = files();
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
  }

  private void refused(Reason reason) throws Exception {
    refused(reason, options);
  }

  private static void flip(Path file, int at) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 4;
    Files.write(file, bytes);
  }

  private void sign(Path file, Checkpoint checkpoint) throws Exception {
    Files.writeString(file, options.key().sign(checkpoint).encoded());
  }

  private Checkpoint published() throws Exception {
    String text = Files.readString(tree.resolve("checkpoint"));
    return Checkpoint.parse(SignedNote.parse(text).text());
  }

  /** The segments' files, oldest first. */
  private Path[] segments() throws Exception {
    try (var files = Files.list(tree.resolve("wal"))) {
      return files.filter(file -> file.toString().endsWith(".wal")).sorted().toArray(Path[]::new);
    }
  }

  @Test
  void anotherOriginAndAnotherKey() throws Exception {
    refused(Reason.OTHER_ORIGIN, LogOptions.of(tree, "log.example/facts/1", options.key()));
    refused(Reason.OTHER_KEY, LogOptions.of(tree, Logs.ORIGIN, LogKey.generate("log.example")));
    DecisionLog.open(options).close();
  }

  @Test
  void aCheckpointThatIsGone() throws Exception {
    Files.delete(tree.resolve("checkpoint"));
    refused(Reason.CHECKPOINT_DAMAGED);
  }

  @Test
  void aCheckpointThatIsNoNote() throws Exception {
    Files.writeString(tree.resolve("checkpoint"), "log.example/decisions/1\n300\n");
    refused(Reason.CHECKPOINT_DAMAGED);
  }

  @Test
  void aCheckpointThatIsOlderThanAKeptOne() throws Exception {
    var kept = tree.resolve("checkpoints/101");
    Files.copy(kept, tree.resolve("checkpoint"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    refused(Reason.CHECKPOINT_DAMAGED);
  }

  @Test
  void somethingElseAmongTheKeptCheckpoints() throws Exception {
    Files.writeString(tree.resolve("checkpoints/notes.txt"), "mine");
    refused(Reason.CHECKPOINT_DAMAGED);
  }

  @Test
  void aBadFrameWithGoodOnesAfterIt() throws Exception {
    var segments = segments();
    flip(segments[segments.length - 1], 64 + 20 + 40);
    refused(Reason.WAL_DAMAGED);
  }

  @Test
  void aMarkOfWhatIsDurableThatIsDamaged() throws Exception {
    flip(tree.resolve("wal/synced"), 7);
    refused(Reason.WAL_DAMAGED);
  }

  @Test
  void aSegmentThatIsGone() throws Exception {
    Path copy = directory.resolve("copy");
    try (var log = DecisionLog.open(options.withCheckpointEvery(Duration.ofHours(1)))) {
      for (int i = 0; i < ENTRIES; i++)
        Logs.append(log, Logs.bytes("more " + "y".repeat(90)), Durability.STRICT);
      for (var file : files().entrySet()) {
        Path to = copy.resolve(file.getKey());
        Files.createDirectories(to.getParent());
        Files.write(to, file.getValue());
      }
    }
    options = options.withDirectory(copy);
    tree = copy;
    var segments = segments();
    assertTrue(segments.length >= 3, segments.length + " segments");
    Files.delete(segments[segments.length - 2]);
    refused(Reason.WAL_MISSING);
  }

  @Test
  void aTileAndABundleThatSayOtherwiseThanTheWriteAheadLog() throws Exception {
    flip(tree.resolve("tile/0/001.p/44"), 70);
    refused(Reason.TILE_DAMAGED);
    flip(tree.resolve("tile/0/001.p/44"), 70);
    flip(tree.resolve("tile/entries/001.p/44"), 700);
    refused(Reason.TILE_DAMAGED);
  }

  @Test
  void aRootThatIsNotTheSignedOne() throws Exception {
    var other = new Checkpoint(Logs.ORIGIN, ENTRIES, new Hash(1, 2, 3, 4));
    sign(tree.resolve("checkpoint"), other);
    refused(Reason.ROOT_DIFFERS);
  }

  @Test
  void fewerEntriesThanTheLastCheckpointCovers() throws Exception {
    sign(tree.resolve("checkpoint"), new Checkpoint(Logs.ORIGIN, ENTRIES + 7, published().root()));
    refused(Reason.SHORTER_THAN_SIGNED);
  }

  @Test
  void aDiskWithoutRoomForAStart() throws Exception {
    var disk = new CrashDisk(1);
    var small = LogOptions.of(Path.of("/log"), Logs.ORIGIN, options.key()).withReserveBytes(0);
    disk.capacity(10_000);
    var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(small, disk));
    assertEquals(Reason.DISK_FULL, refused.reason(), refused.getMessage());
  }
}
