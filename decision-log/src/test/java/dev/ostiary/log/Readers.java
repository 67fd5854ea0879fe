package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.wal.Segment;
import dev.ostiary.log.wal.SyncedMark;
import dev.ostiary.log.wal.WalScan;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Every reader of text or bytes of the log, with something valid to read. Given anything else a
 * reader throws its own exception of one line, or what it read is what was there.
 */
final class Readers {
  private static final int ENTRIES = 12;

  interface Reader {
    void read(byte[] bytes) throws NoteException, IOException;
  }

  /** One of them; {@code cost} is how many times slower than the quickest it is. */
  static final class Target {
    private final String name;
    private final byte[] valid;
    private final int cost;
    private final Reader reader;

    private Target(String name, byte[] valid, int cost, Reader reader) {
      this.name = name;
      this.valid = valid;
      this.cost = cost;
      this.reader = reader;
    }

    byte[] valid() {
      return valid;
    }

    int cost() {
      return cost;
    }

    /** Reads what is valid. */
    void readValid() throws NoteException, IOException {
      reader.read(valid);
    }

    /** Reads {@code bytes}; an unexpected exception or answer is thrown. */
    void read(byte[] bytes) {
      try {
        reader.read(bytes);
      } catch (NoteException | IOException e) {
        assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e::toString);
      }
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final List<Target> targets = new ArrayList<>();
  private final LogKey key;

  private Readers(LogKey key) {
    this.key = key;
  }

  /**
   * All of them, in the same order each time.
   *
   * @param directory an existing one for key files; one that had a key before has it still
   */
  static List<Target> in(Path directory) throws Exception {
    var readers = new Readers(LogKey.loadOrCreate(directory.resolve("log.skey"), "log.example"));
    readers.notes();
    readers.keys(directory);
    readers.entries();
    readers.files();
    return readers.targets;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void add(String name, String valid, int cost, Reader reader) {
    targets.add(new Target(name, valid.getBytes(StandardCharsets.UTF_8), cost, reader));
  }

  private void notes() throws Exception {
    var checkpoint = new Checkpoint("log.example", 7, new Hash(1, 2, 3, 4));
    var note = key.sign(checkpoint);
    add(
        "note",
        note.encoded(),
        1,
        bytes -> assertEquals(text(bytes), SignedNote.parse(text(bytes)).encoded()));
    add(
        "signature",
        note.encoded(),
        10, // whatever was changed, it never verifies as something else
        bytes ->
            assertEquals(
                checkpoint.text(), key.verifier().verified(SignedNote.parse(text(bytes)))));
    add(
        "checkpoint",
        checkpoint.text(),
        1,
        bytes -> assertEquals(text(bytes), Checkpoint.parse(text(bytes)).text()));
    var receipt = new Receipt(3, List.of(new Hash(5, 6, 7, 8), new Hash(9, 0, 1, 2)), note);
    add(
        "receipt",
        receipt.encoded(),
        1,
        bytes -> {
          var read = Receipt.parse(text(bytes));
          if (!text(bytes).contains("\nextra ")) assertEquals(text(bytes), read.encoded());
        });
    var witness = new Witness(URI.create("http://w.example"), key.verifier());
    add(
        "answer of a witness",
        note.encoded().substring(note.encoded().indexOf('—')),
        10,
        bytes -> {
          if (witness.answer(200, bytes, note) instanceof Witness.Answer.Cosigned(var signatures))
            assertFalse(signatures.isEmpty());
        });
    add(
        "size that a witness remembers",
        "123\n",
        1,
        bytes -> {
          if (witness.answer(409, bytes, note) instanceof Witness.Answer.Remembers(long size))
            assertEquals(text(bytes), size + "\n");
        });
  }

  private void keys(Path directory) throws Exception {
    add(
        "verifier key",
        key.verifier().toString(),
        1,
        bytes -> assertEquals(text(bytes).strip(), VerifierKey.parse(text(bytes)).toString()));
    Path file = directory.resolve("read.skey");
    Files.copy(
        directory.resolve("log.skey"),
        file,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    targets.add(
        new Target(
            "key file",
            Files.readAllBytes(file),
            60,
            bytes -> {
              Files.write(file, bytes);
              // What is read has its own hash in it.
              assertEquals(key.verifier(), LogKey.load(file).verifier());
            }));
    String witness = LogKey.generateMlDsa44("w.example/1").verifier().toString();
    add(
        "policy of witnesses",
        "# ours\nwitness one " + witness + " http://w.example/1\nquorum none\n",
        40,
        bytes -> Witness.ofPolicy(text(bytes)));
  }

  private void entries() throws Exception {
    var bundle = new Bundle();
    for (int i = 0; i < 3; i++) bundle.add(Logs.bytes("\0entry " + i), 0, 8);
    targets.add(
        new Target(
            "bundle",
            bundle.bytes(),
            1,
            bytes -> {
              var again = new Bundle();
              for (byte[] entry : Bundle.entries(bytes, 3, "bundle"))
                again.add(entry, 0, entry.length);
              assertEquals(Arrays.toString(bytes), Arrays.toString(again.bytes()));
              var joiner = new RecordJoiner(_ -> true);
              long index = 0;
              for (byte[] entry : Bundle.entries(bytes, 3, "bundle")) joiner.entry(index++, entry);
            }));
    var head = new byte[45 + 10];
    head[0] = 1;
    head[4] = 2;
    head[10] = 1; // a chain of two entries and 65,536 bytes
    targets.add(
        new Target(
            "chain",
            head,
            1,
            bytes -> {
              var records = new ArrayList<LogRecord>();
              new RecordJoiner(records::add).entry(0, bytes);
            }));
  }

  private void files() throws Exception {
    var disk = new CrashDisk(1);
    var log = Path.of("/log");
    var options =
        LogOptions.of(log, "log.example", key)
            .withSegmentBytes(4 << 10)
            .withReserveBytes(0)
            .withBallastBytes(0);
    try (var writer = DecisionLog.open(options, disk)) {
      for (int i = 0; i < ENTRIES; i++)
        Logs.appended(writer, Logs.bytes("entry " + i), Durability.STRICT);
    }
    Path wal = log.resolve("wal");
    for (String name : List.of(Segment.name(0), "synced")) {
      byte[] valid = disk.read(wal.resolve(name)).orElseThrow();
      targets.add(
          new Target(
              "wal/" + name,
              valid,
              7,
              bytes -> {
                disk.write(wal.resolve(name), bytes);
                try {
                  var mark = SyncedMark.read(disk, wal.resolve("synced"));
                  long durable = mark.map(SyncedMark.Mark::size).orElse((long) ENTRIES);
                  var extent = new WalScan(disk, wal, "log.example").extent(ENTRIES, durable, true);
                  // A log that ends before what is durable is refused by whoever opens it.
                  if (extent.end() >= durable) assertEquals(ENTRIES, extent.end());
                } catch (WalScan.Damage e) {
                  // said so
                } finally {
                  disk.write(wal.resolve(name), valid);
                }
              }));
    }
    for (String name :
        List.of("checkpoint", "tile/0/000.p/" + ENTRIES, "tile/entries/000.p/" + ENTRIES)) {
      byte[] valid = disk.read(log.resolve(name)).orElseThrow();
      targets.add(
          new Target(
              name,
              valid,
              20,
              bytes -> {
                var verdict =
                    Verifier.verify(
                        changed(disk, log, name, bytes), key.verifier(), List.of(), (_, _) -> {});
                if (!(verdict instanceof Verdict.Valid)) assertFalse(Arrays.equals(valid, bytes));
                else if (!name.equals("checkpoint")) assertArrayEquals(valid, bytes);
                else // more signatures do no harm
                assertEquals(
                      SignedNote.parse(text(valid)).text(), SignedNote.parse(text(bytes)).text());
              }));
    }
  }

  /** A published tree with one other file in it. */
  private static TileSource changed(CrashDisk disk, Path log, String name, byte[] bytes) {
    return new TileSource() {
      @Override
      public Optional<byte[]> read(String path) throws IOException {
        return path.equals(name) ? Optional.of(bytes) : disk.read(log.resolve(path));
      }

      @Override
      public List<String> keptCheckpoints() {
        return List.of();
      }
    };
  }
}
