package dev.ostiary.sidecar.subjects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.record.v1.ErasedSubject;
import dev.ostiary.sidecar.contract.ContractWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SubjectsTest {
  private static final EntityUid ADA = EntityUid.of("User", "ada");
  private static final EntityUid BOB = EntityUid.of("User", "bob");

  @TempDir Path data;

  private Subjects open() throws SubjectsException {
    return Subjects.open(data, Subjects.standardKey(data), Optional.empty());
  }

  private Names read() throws SubjectsException {
    return Subjects.read(data, Subjects.standardKey(data));
  }

  private static String message(SubjectsException refused) {
    return String.valueOf(refused.getMessage());
  }

  private Path table() {
    return data.resolve("subjects/table");
  }

  @Test
  void aSubjectKeepsItsPseudonymAndOnlyItsOwnerReadsTheFiles() throws Exception {
    EntityUid pseudonym;
    try (var subjects = open()) {
      subjects.add(List.of(ADA, BOB, ADA));
      pseudonym = subjects.pseudonym(ADA).orElseThrow();
      assertEquals("User", pseudonym.type());
      assertTrue(pseudonym.id().matches("~[A-Za-z0-9_-]{16}"), pseudonym.id());
      assertNotEquals(pseudonym, subjects.pseudonym(BOB).orElseThrow());
    }
    try (var subjects = open()) {
      subjects.add(List.of(ADA));
      assertEquals(Optional.of(pseudonym), subjects.pseudonym(ADA));
    }
    assertEquals(ADA, read().reveal(pseudonym));
    for (Path file : List.of(table(), Subjects.standardKey(data)))
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertFalse(Files.readString(table(), StandardCharsets.ISO_8859_1).contains("ada"));
  }

  @Test
  void aNewKeyAboveTheOldOneEncryptsEveryRowAnewAndIsToldOnce() throws Exception {
    Path key = Subjects.standardKey(data);
    EntityUid pseudonym;
    try (var subjects = open()) {
      subjects.add(List.of(ADA, BOB));
      pseudonym = subjects.pseudonym(ADA).orElseThrow();
      assertEquals(Optional.empty(), subjects.unreportedKey(), "the first is no replacement");
    }
    String old = Files.readString(key);
    String next = Base64.getEncoder().encodeToString(Sealer.random(Sealer.KEY_BYTES)) + "\n";
    Files.writeString(key, next + old);
    assertEquals(ADA, read().reveal(pseudonym), "before the tables are written anew");
    try (var subjects = open()) {
      assertTrue(subjects.unreportedKey().isPresent());
    }
    Files.writeString(key, next);
    try (var subjects = open()) {
      assertEquals(Optional.of(pseudonym), subjects.pseudonym(ADA));
      assertTrue(subjects.unreportedKey().isPresent(), "until it was told");
      subjects.reportedKey();
      assertEquals(Optional.empty(), subjects.unreportedKey());
    }
    try (var subjects = open()) {
      assertEquals(Optional.empty(), subjects.unreportedKey());
    }
    Files.writeString(key, old);
    assertThrows(SubjectsException.class, this::open);
  }

  @Test
  void aTornRowIsCutWhereverItEndsAndTheRowsBeforeItStay() throws Exception {
    int before;
    try (var subjects = open()) {
      subjects.add(List.of(ADA));
      before = (int) Files.size(table());
      subjects.add(List.of(BOB));
    }
    byte[] whole = Files.readAllBytes(table());
    for (int end = before; end < whole.length; end += 5) {
      Files.write(table(), java.util.Arrays.copyOf(whole, end));
      assertTrue(read().areHere());
      try (var subjects = open()) {
        assertTrue(subjects.pseudonym(ADA).isPresent());
        assertEquals(Optional.empty(), subjects.pseudonym(BOB));
        subjects.add(List.of(BOB));
      }
      try (var subjects = open()) {
        assertTrue(subjects.pseudonym(BOB).isPresent());
      }
    }
  }

  @Test
  void aRowDamagedBeforeSoundOnesIsRefused() throws Exception {
    try (var subjects = open()) {
      subjects.add(List.of(ADA));
      subjects.add(List.of(BOB));
    }
    byte[] bytes = Files.readAllBytes(table());
    bytes[40] ^= 1;
    Files.write(table(), bytes);
    var refused = assertThrows(SubjectsException.class, this::open);
    assertTrue(message(refused).contains("damaged at byte 8"), refused.getMessage());
  }

  @Test
  void anotherKeyAnAbsentOneAndASecondWriterAreRefused() throws Exception {
    Path key = Subjects.standardKey(data);
    try (var subjects = open()) {
      subjects.add(List.of(ADA));
      var locked = assertThrows(SubjectsException.class, this::open);
      assertTrue(message(locked).contains("another process has it open"), locked.getMessage());
    }
    Path other = data.resolve("other");
    Subjects.open(Files.createDirectory(other), Subjects.standardKey(other), Optional.empty())
        .close();
    Files.move(key, data.resolve("kept"));
    var absent = assertThrows(SubjectsException.class, this::open);
    assertTrue(message(absent).endsWith("found none; restore it"), absent.getMessage());
    Files.copy(Subjects.standardKey(other), key);
    var wrong = assertThrows(SubjectsException.class, this::open);
    assertTrue(message(wrong).contains("not of this key-encryption key"), wrong.getMessage());
    Files.delete(key);
    assertFalse(read().areHere());
  }

  @Test
  void whoIsRemovedIsNobodyAndComesBackUnderAnotherName() throws Exception {
    try (var subjects = open()) {
      subjects.add(List.of(ADA, BOB));
      EntityUid was = subjects.pseudonym(ADA).orElseThrow();
      var gone = ErasedSubject.newBuilder().setPseudonym(ContractWriter.uid(was)).build();
      subjects.remove(ADA, gone, Map.of());
      assertEquals(List.of(gone), subjects.unreported());
      subjects.reported();
      assertEquals(List.of(), subjects.unreported());
      for (Names names : List.of(subjects, read())) {
        assertEquals(was, names.reveal(was));
        assertTrue(names.isErased(was));
        assertEquals(BOB, names.reveal(subjects.pseudonym(BOB).orElseThrow()));
      }
      subjects.add(List.of(ADA));
      assertNotEquals(was, subjects.pseudonym(ADA).orElseThrow());
    }
    try (var subjects = open()) {
      assertTrue(subjects.pseudonym(ADA).isPresent());
    }
  }

  @Test
  void aTokenIsStableTellsItsIdWithTheKeyAndNothingWithoutIt() throws Exception {
    var tokens = new Tokens(Sealer.random(32));
    var other = new Tokens(Sealer.random(32));
    var seen = new ArrayList<dev.ostiary.v1.EntityUid>();
    for (String id : List.of("", "a", "b", "Bücher/2026", "x".repeat(300), "#a", "~a")) {
      for (String type : List.of("Doc", "Do", "Doc::c")) {
        EntityUid uid = EntityUid.of(type, id);
        var token = tokens.hide(uid);
        assertEquals(token, tokens.hide(uid));
        assertEquals(type, token.getType());
        assertFalse(seen.contains(token));
        seen.add(token);
        EntityUid hidden = EntityUid.of(type, token.getId());
        assertEquals(Optional.of(uid), tokens.show(hidden));
        assertEquals(Optional.empty(), other.show(hidden));
        assertNotEquals(token, other.hide(uid));
        // Nor is it one of another type, nor with another character; the last has bits that say
        // nothing.
        assertEquals(Optional.empty(), tokens.show(EntityUid.of(type + "x", token.getId())));
        var turned = new StringBuilder(token.getId());
        int middle = turned.length() / 2;
        turned.setCharAt(middle, turned.charAt(middle) == 'A' ? 'B' : 'A');
        assertNotEquals(Optional.of(uid), tokens.show(EntityUid.of(type, turned.toString())));
      }
    }
    assertEquals(Optional.empty(), tokens.show(EntityUid.of("Doc", "#not base64")));
    assertEquals(Optional.empty(), tokens.show(EntityUid.of("Doc", "#AAAA")));
  }

  @Test
  void aBoxOpensWithItsKeyAloneAndNoTwoAreTheSame() {
    var sealer = new Sealer();
    var key = Sealer.key(Sealer.random(32));
    byte[] plain = "value".getBytes(StandardCharsets.UTF_8);
    byte[] box = sealer.seal(key, plain);
    assertEquals("value", new String(Sealer.open(key, box).orElseThrow(), StandardCharsets.UTF_8));
    assertFalse(java.util.Arrays.equals(box, sealer.seal(key, plain)));
    assertEquals(Optional.empty(), Sealer.open(Sealer.key(Sealer.random(32)), box));
    for (int i = 0; i < box.length; i++) {
      box[i] ^= 1;
      assertEquals(Optional.empty(), Sealer.open(key, box), "byte " + i);
      box[i] ^= 1;
    }
    assertEquals(Optional.empty(), Sealer.open(key, new byte[5]));
  }
}
