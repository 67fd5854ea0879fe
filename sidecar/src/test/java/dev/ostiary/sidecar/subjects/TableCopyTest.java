package dev.ostiary.sidecar.subjects;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.store.MutableObject;
import dev.ostiary.record.v1.ErasedSubject;
import dev.ostiary.sidecar.contract.ContractWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of which a store keeps a copy. */
final class TableCopyTest {
  private static final EntityUid ADA = EntityUid.of("User", "ada");
  private static final EntityUid BOB = EntityUid.of("User", "bob");
  private static final EntityUid EVE = EntityUid.of("User", "eve");

  @TempDir Path directory;
  private final Shelf shelf = new Shelf();

  /** An object whose next answer may be lost on the way. */
  private static final class Shelf implements MutableObject {
    private Optional<State> state = Optional.empty();
    private int puts;
    private boolean loses;

    @Override
    public Optional<State> read() {
      return state;
    }

    @Override
    public Optional<String> replace(byte[] bytes, Optional<String> replaces) throws IOException {
      if (!state.map(State::tag).equals(replaces)) return Optional.empty();
      state = Optional.of(new State(bytes, "tag " + puts++));
      if (!loses) return state.map(State::tag);
      loses = false;
      throw new IOException("no answer");
    }
  }

  private Subjects on(String disk) throws Exception {
    Path data = Files.createDirectories(directory.resolve(disk));
    return Subjects.open(data, directory.resolve("kek"), Optional.of(shelf));
  }

  @Test
  void whatWasShippedComesBackOnAnotherDiskAndTheProcessBeforeShipsNothingFurther()
      throws Exception {
    try (var first = on("first")) {
      first.add(List.of(ADA));
      first.ship();
      first.ship();
      assertEquals(1, shelf.puts); // nothing new, nothing put
      var ada = first.pseudonym(ADA);
      try (var second = on("second")) {
        assertEquals(ada, second.pseudonym(ADA));
        first.add(List.of(EVE));
        var late = assertThrows(IOException.class, first::ship);
        assertTrue(String.valueOf(late.getMessage()).contains("another process"), late.toString());
        second.add(List.of(BOB));
        second.ship();
      }
      try (var third = on("third")) {
        assertEquals(ada, third.pseudonym(ADA));
        assertTrue(third.pseudonym(BOB).isPresent());
        assertEquals(Optional.empty(), third.pseudonym(EVE));
      }
    }
  }

  @Test
  void anAnswerThatIsLostLeavesItsOwnStateAlsoAcrossAnErasureAndARestart() throws Exception {
    try (var subjects = on("disk")) {
      subjects.add(List.of(ADA, BOB));
      subjects.ship();
      var gone =
          ErasedSubject.newBuilder()
              .setPseudonym(ContractWriter.uid(subjects.pseudonym(ADA).orElseThrow()))
              .build();
      subjects.add(List.of(EVE));
      shelf.loses = true;
      assertThrows(IOException.class, subjects::ship);
      subjects.remove(ADA, gone, Map.of()); // the file no longer begins with what is there
    }
    try (var again = on("disk")) {
      again.ship();
    }
    try (var other = on("other")) {
      assertEquals(Optional.empty(), other.pseudonym(ADA));
      assertTrue(other.pseudonym(EVE).isPresent());
    }
  }
}
