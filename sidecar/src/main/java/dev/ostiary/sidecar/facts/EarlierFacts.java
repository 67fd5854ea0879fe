package dev.ostiary.sidecar.facts;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.TailedSource;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.record.v1.Activation;
import dev.ostiary.record.v1.Carried;
import dev.ostiary.record.v1.EntityChanges;
import dev.ostiary.record.v1.Fact;
import dev.ostiary.record.v1.HoldChange;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.facts.CannotFoldException.Reason;
import dev.ostiary.sidecar.subjects.Names;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the facts of an earlier epoch add up to, as far as a store has them. An epoch after the
 * first begins with that: between two {@code Carried}, of which the second says that all is there.
 * A start that finds no second one carries everything over again, in the same log or in the next
 * epoch's; what was carried in part is never in force.
 */
final class EarlierFacts {
  private static final int AT_ONCE = 1_000;

  private final Checkpoint at;
  private final Fold fold;

  private EarlierFacts(Checkpoint at, Fold fold) {
    this.at = at;
    this.fold = fold;
  }

  /**
   * The newest epoch before {@code epoch} whose own beginning is whole; empty where there is none
   * with a fact in it. Checks its signature and every entry. Blocks.
   *
   * @param store at the data directory's place
   * @param origin the fact log's, without the epoch
   * @throws CannotFoldException if one cannot be read or is not what was signed
   */
  static Optional<EarlierFacts> before(
      ObjectStore store, LogKey key, String origin, long epoch, Names names)
      throws CannotFoldException {
    for (long earlier = epoch - 1; earlier > 0; earlier--) {
      var source = new TailedSource(store.below("facts/" + earlier));
      try {
        if (source.newest().isEmpty()) continue;
        var verifier = key.verifier(origin + "/" + earlier);
        var verdict = Verifier.verify(source, verifier, List.of(), (_, _) -> {});
        if (!(verdict instanceof Verdict.Valid valid))
          throw unreadable(earlier, String.valueOf(verdict));
        var fold = new Fold(origin, earlier, names);
        LogReader.open(source).forEach(0, fold::take);
        fold.check();
        if (fold.isWhole() && fold.size() > 0)
          return Optional.of(new EarlierFacts(valid.checkpoint(), fold));
      } catch (IOException | NoteException e) {
        throw unreadable(earlier, String.valueOf(e.getMessage()));
      }
    }
    return Optional.empty();
  }

  private static CannotFoldException unreadable(long epoch, String why) {
    return new CannotFoldException(Reason.UNREADABLE, "facts/" + epoch + " in the store: " + why);
  }

  /**
   * Appends them; all are in the store when this returns. Blocks.
   *
   * @param from none where there are none
   */
  static void carry(Optional<EarlierFacts> from, FactWriter to)
      throws CannotFoldException, ActivationException, InterruptedException {
    var carried = Carried.newBuilder();
    from.ifPresent(facts ->
        carried.setPrevious(
            dev.ostiary.record.v1.Checkpoint.newBuilder()
                .setOrigin(facts.at.origin())
                .setSize(facts.at.size())
                .setRoot(UnsafeByteOperations.unsafeWrap(facts.at.root().bytes()))));
    to.append(Fact.newBuilder().setCarried(carried));
    if (from.isPresent()) from.get().carry(to);
    // Last and waited for: this epoch's decisions must not be in the store without its facts.
    to.append(Fact.newBuilder().setCarried(carried.setComplete(true)), Durability.SHIPPED);
  }

  private void carry(FactWriter to)
      throws CannotFoldException, ActivationException, InterruptedException {
    @Nullable Activation activation = fold.activation().orElse(null);
    var snapshot = fold.snapshot();
    if (activation == null || snapshot.isEmpty()) return; // nothing was ever in force
    to.append(Fact.newBuilder().setActivation(activation));
    SchemaMarks marks = snapshot.get().bundle().marks();
    var put = fold.layers().put().values().stream().map(Change.Put::new).toList();
    for (int i = 0; i < put.size(); i += AT_ONCE) {
      List<Change> some = List.copyOf(put.subList(i, Math.min(put.size(), i + AT_ONCE)));
      EntityChanges stored = to.stored(some, marks);
      to.append(Fact.newBuilder().setEntityChanges(stored));
    }
    for (var held : fold.held()) {
      var hold = HoldChange.newBuilder().setSubject(ContractWriter.uid(held)).setHeld(true);
      to.append(Fact.newBuilder().setHoldChange(hold));
    }
  }
}
