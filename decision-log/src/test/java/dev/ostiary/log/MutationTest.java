package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.wal.Segment;
import dev.ostiary.log.wal.SyncedMark;
import dev.ostiary.log.wal.WalScan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader of text or bytes, given damaged input: it says so with its own exception, or what it
 * read is what was there.
 */
class MutationTest {
  @TempDir Path directory;

  private interface Reader {
    void read(byte[] bytes) throws NoteException, IOException;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void mutate(byte[] valid, long seed, Reader reader) throws Exception {
    mutate(valid, seed, 20_000, reader);
  }

  private static void mutate(byte[] valid, long seed, int inBuild, Reader reader) throws Exception {
    reader.read(valid);
    var random = new SplittableRandom(seed);
    int rounds = Boolean.getBoolean("ostiary.long") ? 25 * inBuild : inBuild;
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
        reader.read(bytes);
      } catch (NoteException | IOException e) {
        assertEquals(
            1,
            String.valueOf(e.getMessage()).lines().count(),
            "expected one line: " + e.getMessage());
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + " round " + round + ": " + Arrays.toString(bytes), e);
      }
    }
  }

  @Test
  void readersOfNotesKeysAndReceiptsSurviveAnything() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MutationTest seed " + seed);
    var key = LogKey.generate("log.example");
    var checkpoint = new Checkpoint("log.example", 7, new Hash(1, 2, 3, 4));
    var note = key.sign(checkpoint);
    byte[] encoded = note.encoded().getBytes(StandardCharsets.UTF_8);
    mutate(
        encoded, seed, bytes -> assertEquals(text(bytes), SignedNote.parse(text(bytes)).encoded()));
    mutate(
        checkpoint.text().getBytes(StandardCharsets.UTF_8),
        seed,
        bytes -> assertEquals(text(bytes), Checkpoint.parse(text(bytes)).text()));
    mutate(
        key.verifier().toString().getBytes(StandardCharsets.UTF_8),
        seed,
        bytes -> assertEquals(text(bytes).strip(), VerifierKey.parse(text(bytes)).toString()));
    var receipt = new Receipt(3, List.of(new Hash(5, 6, 7, 8), new Hash(9, 0, 1, 2)), note);
    mutate(
        receipt.encoded().getBytes(StandardCharsets.UTF_8),
        seed,
        bytes -> {
          var read = Receipt.parse(text(bytes));
          if (!text(bytes).contains("\nextra ")) assertEquals(text(bytes), read.encoded());
        });
    // A note that was changed never verifies as something else.
    mutate(
        encoded,
        seed,
        2_000,
        bytes ->
            assertEquals(
                checkpoint.text(), key.verifier().verified(SignedNote.parse(text(bytes)))));
  }

  @Test
  void readersOfKeyFilesAndPoliciesSurviveAnything() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MutationTest seed " + seed);
    Path file = directory.resolve("log.skey");
    var key = LogKey.generate("log.example");
    key.save(file);
    mutate(
        Files.readAllBytes(file),
        seed,
        300,
        bytes -> {
          Files.write(file, bytes);
          // What is read has its own hash in it.
          assertEquals(key.verifier(), LogKey.load(file).verifier());
        });
    String witness = LogKey.generateMlDsa44("w.example/1").verifier().toString();
    String policy = "# ours\nwitness one " + witness + " http://w.example/1\nquorum none\n";
    mutate(policy.getBytes(StandardCharsets.UTF_8), seed, 500, b -> Witness.ofPolicy(text(b)));
  }

  @Test
  void theWriteAheadLogIsReadAsItWasOrRefused() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MutationTest seed " + seed);
    var disk = new CrashDisk(seed);
    var options =
        LogOptions.of(Path.of("/log"), "log.example", LogKey.generate("log.example"))
            .withSegmentBytes(4 << 10)
            .withReserveBytes(0)
            .withBallastBytes(0);
    try (var log = DecisionLog.open(options, disk)) {
      for (int i = 0; i < 12; i++) Logs.appended(log, Logs.bytes("entry " + i), Durability.STRICT);
    }
    Path wal = Path.of("/log/wal");
    for (String name : List.of(Segment.name(0), "synced")) {
      byte[] valid = disk.read(wal.resolve(name)).orElseThrow();
      mutate(
          valid,
          seed,
          3_000,
          bytes -> {
            disk.write(wal.resolve(name), bytes);
            try {
              var mark = SyncedMark.read(disk, wal.resolve("synced"));
              long durable = mark.map(SyncedMark.Mark::size).orElse(12L);
              var extent = new WalScan(disk, wal, "log.example").extent(12, durable, true);
              // A log that ends before what is durable is refused by whoever opens it.
              if (extent.end() >= durable) assertEquals(12, extent.end());
            } catch (WalScan.Damage e) {
              // said so
            }
          });
      disk.write(wal.resolve(name), valid);
    }
  }

  @Test
  void readersOfBundlesAndChainsSurviveAnything() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MutationTest seed " + seed);
    var bundle = new Bundle();
    for (int i = 0; i < 3; i++) bundle.add(Logs.bytes("\0entry " + i), 0, 8);
    mutate(
        bundle.bytes(),
        seed,
        bytes -> {
          var again = new Bundle();
          for (byte[] entry : Bundle.entries(bytes, 3, "bundle")) again.add(entry, 0, entry.length);
          assertEquals(Arrays.toString(bytes), Arrays.toString(again.bytes()));
          var joiner = new RecordJoiner(_ -> true);
          long index = 0;
          for (byte[] entry : Bundle.entries(bytes, 3, "bundle")) joiner.entry(index++, entry);
        });
    var head = new byte[45 + 10];
    head[0] = 1;
    head[4] = 2;
    head[10] = 1; // a chain of two entries and 65,536 bytes
    mutate(
        head,
        seed,
        bytes -> {
          var records = new ArrayList<LogRecord>();
          new RecordJoiner(records::add).entry(0, bytes);
        });
  }
}
