package dev.ostiary.log;

import dev.ostiary.log.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a store has of a log that is shipped to it. */
record ShippedAnchor(ObjectStore tree) implements Anchor {
  @Override
  public Optional<Memory> last(byte[] current) throws IOException {
    return new TailedSource(tree)
        .newest()
        .map(note -> new Memory.Signed(note.encoded().getBytes(StandardCharsets.UTF_8)));
  }

  /** Shipping brings it there. */
  @Override
  public void keep(byte[] signedCheckpoint) {}
}
