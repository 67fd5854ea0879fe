package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SalvageTest {
  @TempDir Path directory;

  @Test
  void aLogThatRefusesToStartStillGivesWhatIsSound() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 700; i++) Logs.append(log, Logs.bytes("entry " + i), Durability.BOUNDED);
    }
    Path tile = options.directory().resolve("tile/entries/001");
    byte[] bytes = Files.readAllBytes(tile);
    bytes[2 + 6] ^= 4;
    Files.write(tile, bytes);
    Path wal = options.directory().resolve("wal/00000000000000000000.wal");
    byte[] frames = Files.readAllBytes(wal);
    frames[frames.length / 3] ^= 1;
    Files.write(wal, frames);
    var refused = assertThrows(CannotOpenException.class, () -> DecisionLog.open(options));
    assertTrue(refused.getMessage().contains("ostiary log"), refused.getMessage());
    var records = new ArrayList<LogRecord>();
    var found = Salvage.records(options.directory(), records::add);
    assertEquals(256, found.published());
    assertFalse(found.whole(), found.stopped());
    assertEquals(records.size(), found.published() + found.recovered());
    for (int i = 0; i < records.size(); i++) {
      assertArrayEquals(Logs.bytes("entry " + i), records.get(i).bytes());
    }
    assertArrayEquals(frames, Files.readAllBytes(wal));
  }

  @Test
  void aLogWithoutItsCheckpointIsReadFromTheWriteAheadLogToItsEnd() throws Exception {
    var options = Logs.options(directory);
    try (var log = DecisionLog.open(options)) {
      for (int i = 0; i < 20; i++) Logs.append(log, Logs.bytes("entry " + i), Durability.BOUNDED);
    }
    Files.write(options.directory().resolve("checkpoint"), new byte[] {1, 2, 3});
    try (var kept = Files.list(options.directory().resolve("checkpoints"))) {
      for (Path file : kept.toList()) Files.delete(file);
    }
    var records = new ArrayList<LogRecord>();
    var found = Salvage.records(options.directory(), records::add);
    assertEquals(20, records.size());
    assertTrue(found.whole(), found.stopped());
  }
}
