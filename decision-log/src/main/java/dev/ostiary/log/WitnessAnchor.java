package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Witnesses remember what they cosigned; the log offers them each checkpoint anyway. */
record WitnessAnchor(List<Witness> witnesses) implements Anchor {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Override
  public Optional<Memory> last(byte[] current) throws IOException {
    try {
      var note = SignedNote.parse(new String(current, StandardCharsets.UTF_8));
      long size = Checkpoint.parse(note.text()).size();
      return Optional.of(new Memory.Size(largest(note, size)));
    } catch (NoteException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private long largest(SignedNote note, long size) throws IOException {
    long largest = -1;
    var silent = new ArrayList<String>();
    for (var witness : witnesses) {
      try {
        largest = Math.max(largest, witness.remembered(note, size, PATIENCE));
      } catch (IOException e) {
        silent.add(String.valueOf(e.getMessage()));
      }
    }
    if (largest >= 0) return largest;
    throw new IOException("expected the word of a witness, got none: " + String.join(", ", silent));
  }

  @Override
  public void keep(byte[] signedCheckpoint) {
    // It keeps what it cosigns.
  }
}
