package dev.ostiary.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key files, and what each kind of key signs. */
class KeyTest {
  @TempDir Path directory;

  @Test
  void theExampleOfTheNoteSpecificationVerifiesAndOneChangedBitDoesNot() throws Exception {
    var key =
        VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    String note =
        """
        This is an example message.

        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
        """;
    assertEquals("This is an example message.\n", key.verified(SignedNote.parse(note)));
    var changed = SignedNote.parse(note.replace("example message", "exemple message"));
    assertThrows(NoteException.class, () -> key.verified(changed));
  }

  @Test
  void aNewKeyIsReadableByItsOwnerAloneAndHasItsPublicPartBesideIt() throws Exception {
    Path file = directory.resolve("keys/log.skey");
    var made = LogKey.loadOrCreate(file, "log.example");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Path beside = directory.resolve("keys/log.vkey");
    assertEquals(made.verifier(), VerifierKey.parse(Files.readString(beside)));
    assertEquals(made.verifier(), LogKey.loadOrCreate(file, "other.example").verifier());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThrows(NoteException.class, () -> LogKey.load(file));
  }

  @Test
  void noNewKeyIsMadeWhereThePublicPartOfALostOneLies() throws Exception {
    Path file = directory.resolve("log.skey");
    LogKey.loadOrCreate(file, "log.example");
    Files.delete(file);
    assertThrows(NoteException.class, () -> LogKey.loadOrCreate(file, "log.example"));
    assertTrue(Files.notExists(file));
    LogKey.generate("log.example").save(file);
    assertThrows(NoteException.class, () -> LogKey.loadOrCreate(file, "log.example"));
  }

  @Test
  void anMlDsa44KeyIsReadBackAndSignsASecondLineThatVerifies() throws Exception {
    Path file = directory.resolve("second.skey");
    LogKey.generateMlDsa44("log.example").save(file);
    var second = LogKey.load(file);
    var parsed = VerifierKey.parse(second.verifier(Logs.ORIGIN).toString());
    var options = Logs.options(directory).withSecondKey(second);
    try (var log = DecisionLog.open(options)) {
      Logs.appended(log, Logs.bytes("entry"), Durability.STRICT);
    }
    String text = Files.readString(options.directory().resolve("checkpoint"));
    var note = SignedNote.parse(text);
    assertEquals(2, note.signatures().size());
    assertEquals(note.text(), parsed.verified(note));
    assertInstanceOf(Verdict.Valid.class, Logs.verify(options));
    var other = note.text().replace("\n1\n", "\n2\n");
    var forged = new SignedNote(other, List.of(note.signatures().get(1)));
    assertThrows(NoteException.class, () -> parsed.verified(forged));
  }
}
