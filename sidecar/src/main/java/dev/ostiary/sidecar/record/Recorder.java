package dev.ostiary.sidecar.record;

import com.google.protobuf.UnsafeByteOperations;
import dev.ostiary.cedar.EntityUid;
import dev.ostiary.log.Completion;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.Health;
import dev.ostiary.log.LogCounters;
import dev.ostiary.log.Outcome;
import dev.ostiary.log.Refusal;
import dev.ostiary.log.Shipping;
import dev.ostiary.record.v1.Checkpoint;
import dev.ostiary.record.v1.ClockStep;
import dev.ostiary.record.v1.Closed;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Erased;
import dev.ostiary.record.v1.KeyRotated;
import dev.ostiary.record.v1.PolicyActivated;
import dev.ostiary.record.v1.Pruned;
import dev.ostiary.record.v1.Refused;
import dev.ostiary.record.v1.Revealed;
import dev.ostiary.record.v1.Started;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.LogClass;
import dev.ostiary.sidecar.bundle.SchemaMarks;
import dev.ostiary.sidecar.bundle.Signed;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.sidecar.decide.Answer;
import dev.ostiary.sidecar.decide.Question;
import dev.ostiary.sidecar.decide.Revision;
import dev.ostiary.sidecar.subjects.Hiding;
import dev.ostiary.sidecar.subjects.Subjects;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Writes the decision log: every decision before its answer leaves. Any thread; nothing here waits
 * for a disk but {@link #close}.
 */
public final class Recorder implements AutoCloseable {
  private final DecisionLog log;
  private final String origin;
  private final Clock clock;
  private final DecisionIds ids;
  private final Refusals refusals;
  private final boolean observe;
  private final Intake intake;
  private final Subjects subjects;

  /**
   * Writes to {@code log}.
   *
   * @param origin the tree's origin line
   * @param observe whether decisions may be written in class observe
   * @param intake the way into the log for what callers ask
   * @param subjects what people are called in it
   */
  public Recorder(
      DecisionLog log,
      String origin,
      Clock clock,
      DecisionIds ids,
      Refusals refusals,
      boolean observe,
      Intake intake,
      Subjects subjects) {
    this.log = log;
    this.origin = origin;
    this.clock = clock;
    this.ids = ids;
    this.refusals = refusals;
    this.observe = observe;
    this.intake = intake;
    this.subjects = subjects;
  }

  /** The tree's origin line, for receipts. */
  public String origin() {
    return origin;
  }

  /** An id for the next decision: 16 bytes. */
  public byte[] nextId() {
    return ids.next(clock.micros());
  }

  /** What was decided and is to be written; the id's 16 bytes are not to be changed. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Item(Answer answer, Call call, byte[] id) {}

  /**
   * Queues one decision for the next {@link #flush}; the outcome comes when its class is satisfied.
   */
  public void write(Item item, Completion completion) {
    LogClass logClass = allowed(item.answer().logClass());
    write(
        item.answer().marks(),
        logClass,
        item.answer().question().caller(),
        hiding -> Entries.decision(item, logClass, clock.micros(), hiding),
        completion);
  }

  /**
   * Queues a record. One about people whom the logs have not had yet waits until the tables have
   * them on the disk, and is then made and flushed by the thread that put them there.
   */
  private void write(
      SchemaMarks marks,
      LogClass logClass,
      EntityUid caller,
      Function<Hiding, byte[]> record,
      Completion completion) {
    Hiding hiding = subjects.hiding(marks);
    byte[] entry = record.apply(hiding);
    if (hiding.missing().isEmpty()) {
      intake.enqueue(entry, logClass, caller, completion);
      return;
    }
    subjects.add(
        hiding.missing(),
        failed -> {
          if (failed.isPresent()) {
            completion.complete(
                new Outcome.Refused(
                    Refusal.WRITE_FAILED,
                    Duration.ZERO,
                    String.valueOf(failed.get().getMessage())));
          } else {
            write(marks, logClass, caller, record, completion);
            log.flush();
          }
        });
  }

  /**
   * A search whose results are decided.
   *
   * @param question with an empty id where it is open
   * @param revision the state that was searched
   * @param marks what of it the log must not show
   */
  public record Searched(Question question, Call call, Revision revision, SchemaMarks marks) {}

  /** Queues a search with its results as one record, in the strongest of their classes. */
  public void writeSearch(Searched searched, List<Item> items, Completion completion) {
    write(searched.marks(), searched.question().caller(), Optional.of(searched), items, completion);
  }

  /** Queues the decisions of a batch as one record, in the strongest of their classes. */
  public void writeBatch(List<Item> items, Completion completion) {
    Answer first = items.getFirst().answer();
    write(first.marks(), first.question().caller(), Optional.empty(), items, completion);
  }

  private void write(
      SchemaMarks marks,
      EntityUid caller,
      Optional<Searched> search,
      List<Item> items,
      Completion completion) {
    var all = allowed(LogClass.OBSERVE);
    for (var item : items) all = all.or(item.answer().logClass());
    LogClass strongest = all;
    write(
        marks,
        strongest,
        caller,
        hiding -> Entries.batch(items, search, strongest, clock.micros(), hiding),
        completion);
  }

  /** Writes all that is queued. */
  public void flush() {
    log.flush();
  }

  /**
   * Writes that this run began, after the last checkpoint of the run before it.
   *
   * @param epochBefore the last checkpoint that the store has of the epoch before this one
   */
  public void started(String version, Optional<dev.ostiary.log.note.Checkpoint> epochBefore) {
    var started = Started.newBuilder().setVersion(version).setEngineVersion(version);
    var previous =
        Optional.of(log.checkpoint()).filter(last -> last.size() > 0).or(() -> epochBefore);
    previous.ifPresent(last ->
        started.setPrevious(
            Checkpoint.newBuilder()
                .setOrigin(last.origin())
                .setSize(last.size())
                .setRoot(UnsafeByteOperations.unsafeWrap(last.root().bytes()))));
    append(entry().setStarted(started).build());
  }

  /** Writes that a bundle is in force for what follows. */
  public void activated(Bundle bundle, Revision revision) {
    append(
        entry()
            .setPolicyActivated(
                PolicyActivated.newBuilder()
                    .setName(bundle.name())
                    .setVersion(bundle.version())
                    .setDigest(UnsafeByteOperations.unsafeWrap(bundle.digest()))
                    .addAllKeyIds(bundle.signed().map(Signed::keyIds).orElse(List.of()))
                    .setUnchecked(bundle.signed().isEmpty())
                    .addAllRecoveryKeyIds(bundle.recovery().map(Signed::keyIds).orElse(List.of()))
                    .setRevision(ContractWriter.revision(revision)))
            .build());
  }

  /** Writes that somebody is shown all names that the log hides. */
  public void revealed(EntityUid caller, String purpose) {
    append(
        entry()
            .setRevealed(
                Revealed.newBuilder().setCaller(ContractWriter.uid(caller)).setPurpose(purpose))
            .build());
  }

  /** Writes that somebody is shown some of them; durable when it returns. Blocks. */
  public void revealed(EntityUid caller, String purpose, List<dev.ostiary.v1.EntityUid> names)
      throws IOException, InterruptedException {
    durably(
        entry()
            .setRevealed(
                Revealed.newBuilder()
                    .setCaller(ContractWriter.uid(caller))
                    .setPurpose(purpose)
                    .addAllNames(names)));
  }

  /** Writes that what was known of a subject was erased. */
  public void erased(Erased erased) throws IOException, InterruptedException {
    durably(entry().setErased(erased));
  }

  /**
   * Writes that the key of the tables of subjects was replaced, unless that was written. Blocks.
   */
  public void keyRotated() throws IOException, InterruptedException {
    var unreported = subjects.unreportedKey();
    if (unreported.isEmpty()) return;
    durably(
        entry()
            .setKeyRotated(KeyRotated.newBuilder().setName("subjects").setKeyId(unreported.get())));
    subjects.reportedKey();
  }

  /** Writes that the log's beginning is removed. */
  void pruned(Pruned pruned) throws IOException, InterruptedException {
    durably(entry().setPruned(pruned));
  }

  /** Appends and waits until it is fsynced. */
  private void durably(DecisionLogEntry.Builder entry) throws IOException, InterruptedException {
    var outcome = new CompletableFuture<Outcome>();
    log.append(entry.build().toByteArray(), Durability.STRICT, outcome::complete);
    try {
      if (outcome.get() instanceof Outcome.Refused refused)
        throw new IOException("the decision log takes no entry: " + refused.detail());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // the future is only ever completed
    }
  }

  /** Writes that the system's clock was set by so many microseconds. */
  public void clockStepped(long stepMicros) {
    append(
        entry()
            .setClockStep(
                ClockStep.newBuilder()
                    .setStepMicros(stepMicros)
                    .setSystemMicros(Clock.systemMicros()))
            .build());
  }

  /** Writes how many calls got no decision since it was last called; nothing if none did. */
  public void flushRefusals() {
    intake.forgetIdle();
    Map<Refusals.Kind, Long> taken = refusals.take();
    if (!taken.isEmpty()) write(taken);
  }

  private void write(Map<Refusals.Kind, Long> taken) {
    var record = dev.ostiary.record.v1.Refusals.newBuilder();
    taken.forEach((kind, count) ->
        record.addRefused(
            Refused.newBuilder()
                .setCaller(ContractWriter.uid(kind.caller()))
                .setReason(kind.reason())
                .setMethod(kind.method())
                .setCount(count)));
    log.append(
        entry().setRefusals(record).build().toByteArray(),
        Durability.BOUNDED,
        outcome -> {
          if (outcome instanceof Outcome.Refused) refusals.giveBack(taken);
        });
  }

  /** Writes of one call that it got no decision; where that cannot be, it is counted. */
  public void refused(Refusals.Kind kind) {
    write(Map.of(kind, 1L));
  }

  /** Whether the log takes entries now. */
  public Health health() {
    return intake.health();
  }

  /** How far the log is in its store; empty where it is shipped to none. */
  public Optional<Shipping> shipping() {
    return log.shipping();
  }

  /** Counters of the log. */
  public LogCounters counters() {
    return log.counters();
  }

  /** Number of entries. */
  public long size() {
    return log.size();
  }

  /** Number of entries that are fsynced. */
  public long syncedSize() {
    return log.syncedSize();
  }

  /** Writes the last counts and that this run ended in order, and closes the log. Blocks. */
  @Override
  public void close() {
    flushRefusals();
    var written = new CountDownLatch(1);
    log.append(
        entry().setClosed(Closed.getDefaultInstance()).build().toByteArray(),
        Durability.STRICT,
        _ -> written.countDown());
    try {
      written.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.close();
  }

  private void append(DecisionLogEntry entry) {
    log.append(entry.toByteArray(), Durability.BOUNDED, _ -> {});
  }

  private DecisionLogEntry.Builder entry() {
    return DecisionLogEntry.newBuilder().setTimeMicros(clock.micros());
  }

  /** Class observe is the operator's to allow, not the bundle's alone. */
  private LogClass allowed(LogClass logClass) {
    return observe ? logClass : logClass.or(LogClass.BOUNDED);
  }
}
