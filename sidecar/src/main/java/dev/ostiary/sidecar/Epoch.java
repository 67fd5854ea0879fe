package dev.ostiary.sidecar;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.TailedSource;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.sidecar.facts.Epochs;
import dev.ostiary.sidecar.record.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which trees of a data directory are written: {@code decisions/EPOCH} and {@code facts/EPOCH}.
 * Where the disk was lost, what is in the store may be less than what was signed, so that its trees
 * cannot be gone on with: the next epoch begins, and names what the store has.
 *
 * @param number from 1
 * @param before the last checkpoint that the store has of the decisions before it
 * @param notices for an operator
 */
record Epoch(long number, Optional<Checkpoint> before, List<String> notices) {
  /** The newest epoch in a data directory; empty where there is none. */
  static OptionalLong local(Path data) throws IOException {
    var decisions = Epochs.newest(data.resolve("decisions"));
    var facts = Epochs.newest(data.resolve("facts"));
    if (decisions.isEmpty()) return facts;
    return facts.isEmpty()
        ? decisions
        : OptionalLong.of(Math.max(decisions.getAsLong(), facts.getAsLong()));
  }

  /** One that goes on, or the first. */
  static Epoch of(long number) {
    return new Epoch(number, Optional.empty(), List.of());
  }

  /**
   * The epoch after the newest in the store, which is claimed by creating its first checkpoint, so
   * that no two processes take the same.
   *
   * @param key signs, under the logs' name
   * @throws NoteException if the epoch before is another log's
   */
  static Epoch next(ObjectStore store, LogKey key) throws IOException, NoteException {
    long last = Epochs.newest(store.list("decisions").places()).orElse(0);
    var notices = new ArrayList<String>();
    var before = before(store, key, last, notices);
    while (true) {
      last++;
      String origin = key.verifier().name() + "/decisions/" + last;
      var empty = key.sign(new Checkpoint(origin, 0, new Merkle().empty()));
      byte[] claim = empty.encoded().getBytes(StandardCharsets.UTF_8);
      if (store.create("decisions/" + last + "/checkpoint", claim)) break;
    }
    return new Epoch(last, before, List.copyOf(notices));
  }

  /** The newest epoch with an entry, down from {@code epoch}: one may have been claimed in vain. */
  private static Optional<Checkpoint> before(
      ObjectStore store, LogKey key, long epoch, List<String> notices)
      throws IOException, NoteException {
    for (long earlier = epoch; earlier > 0; earlier--) {
      String tree = "decisions/" + earlier;
      var source = new TailedSource(store.below(tree));
      var note = source.newest();
      if (note.isEmpty()) continue;
      var verifier = key.verifier(key.verifier().name() + "/" + tree);
      var checkpoint = Checkpoint.parse(verifier.verified(note.get()));
      var ending = Ending.of(LogReader.open(source));
      if (!ending.closed())
        notices.add(checkpoint.origin() + " fell silent without `closed`: " + ending.place());
      if (checkpoint.size() > 0) return Optional.of(checkpoint);
    }
    return Optional.empty();
  }
}
