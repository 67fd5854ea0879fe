package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** How to open one tree. Immutable: make it with {@link #of} and change what differs. */
public final class LogOptions implements Cloneable {
  /** The largest record: 16 MiB. */
  public static final int MAX_RECORD_BYTES = 16 << 20;

  private final String origin;
  private final LogKey key;
  private Path directory;
  private Duration syncEvery = Duration.ofMillis(5);
  private Duration checkpointEvery = Duration.ofMillis(500);
  private Duration keepEvery = Duration.ofMinutes(1);
  private int segmentBytes = 16 << 20;
  private long unsyncedBytes = 32L << 20;
  private long unpublishedBytes = 1L << 30;
  private long reserveBytes = 64L << 20;
  private int ballastBytes = 1 << 20;
  private Function<Gap, byte[]> gaps = LogOptions::plainGap;
  private Optional<LogKey> secondKey = Optional.empty();
  private List<Witness> witnesses = List.of();
  private Duration witnessPatience = Duration.ofMillis(200);
  private List<Anchor> anchors = List.of();
  private Optional<ShipOptions> shipping = Optional.empty();

  private LogOptions(Path directory, String origin, LogKey key) {
    this.directory = directory;
    this.origin = origin;
    this.key = key;
  }

  /**
   * The defaults, for a tree in {@code directory}.
   *
   * @param origin the checkpoint's origin line and the key's name, such as {@code
   *     ostiary.example/decisions/1}; fixed when the tree is made
   * @param key signs the checkpoints
   */
  public static LogOptions of(Path directory, String origin, LogKey key) {
    return new LogOptions(directory, origin, key);
  }

  private static byte[] plainGap(Gap gap) {
    return "gap: %d records lost: %s"
        .formatted(gap.lost(), gap.reason())
        .getBytes(StandardCharsets.UTF_8);
  }

  private LogOptions with(Consumer<LogOptions> change) {
    try {
      var copy = (LogOptions) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e); // this class is Cloneable
    }
  }

  /** The checkpoint's origin line and the key's name. */
  public String origin() {
    return origin;
  }

  /** Signs the checkpoints. */
  public LogKey key() {
    return key;
  }

  /** The tree's own directory, such as {@code DATA/decisions/1}; made if absent. */
  public Path directory() {
    return directory;
  }

  /** In another directory. */
  public LogOptions withDirectory(Path value) {
    return with(options -> options.directory = value);
  }

  /** The least time between two fsyncs while only bounded records wait; 5 ms. */
  public Duration syncEvery() {
    return syncEvery;
  }

  /** With another least time between two fsyncs. */
  public LogOptions withSyncEvery(Duration value) {
    return with(options -> options.syncEvery = value);
  }

  /** The most time between two checkpoints while the log grows; 500 ms. */
  public Duration checkpointEvery() {
    return checkpointEvery;
  }

  /** With another time between two checkpoints. */
  public LogOptions withCheckpointEvery(Duration value) {
    return with(options -> options.checkpointEvery = value);
  }

  /** How often a checkpoint is kept under {@code checkpoints/}; 1 minute. */
  public Duration keepEvery() {
    return keepEvery;
  }

  /** With another time between two kept checkpoints. */
  public LogOptions withKeepEvery(Duration value) {
    return with(options -> options.keepEvery = value);
  }

  /** Size of a write-ahead segment; 16 MiB. */
  public int segmentBytes() {
    return segmentBytes;
  }

  /** With another segment size. */
  public LogOptions withSegmentBytes(int value) {
    return with(options -> options.segmentBytes = value);
  }

  /** Bound on bytes queued or written and not yet fsynced; 32 MiB. */
  public long unsyncedBytes() {
    return unsyncedBytes;
  }

  /** With another bound on bytes that are not fsynced. */
  public LogOptions withUnsyncedBytes(long value) {
    return with(options -> options.unsyncedBytes = value);
  }

  /** Bound on write-ahead bytes that are not yet tiles; 1 GiB. */
  public long unpublishedBytes() {
    return unpublishedBytes;
  }

  /** With another bound on bytes that are not tiles. */
  public LogOptions withUnpublishedBytes(long value) {
    return with(options -> options.unpublishedBytes = value);
  }

  /** Room on the disk below which nothing is taken; 64 MiB. */
  public long reserveBytes() {
    return reserveBytes;
  }

  /** With another reserve on the disk. */
  public LogOptions withReserveBytes(long value) {
    return with(options -> options.reserveBytes = value);
  }

  /** Size of the file that is given up so that a full disk takes a last checkpoint; 1 MiB. */
  public int ballastBytes() {
    return ballastBytes;
  }

  /** With another ballast. */
  public LogOptions withBallastBytes(int value) {
    return with(options -> options.ballastBytes = value);
  }

  /** Makes the record that stands for lost records of class observe. */
  public Function<Gap, byte[]> gaps() {
    return gaps;
  }

  /** With another encoding of gaps. */
  public LogOptions withGaps(Function<Gap, byte[]> value) {
    return with(options -> options.gaps = value);
  }

  /** Makes a second signature on each checkpoint; none. */
  public Optional<LogKey> secondKey() {
    return secondKey;
  }

  /** With a second signature, by an ML-DSA-44 key, on each checkpoint. */
  public LogOptions withSecondKey(LogKey value) {
    return with(options -> options.secondKey = Optional.of(value));
  }

  /** Who is asked to cosign each checkpoint before it is published; nobody. */
  public List<Witness> witnesses() {
    return witnesses;
  }

  /** How long a checkpoint waits for its witnesses; 200 ms. */
  public Duration witnessPatience() {
    return witnessPatience;
  }

  /**
   * With witnesses. A checkpoint is published with the signatures that come in time; one that fails
   * is asked again after 10 seconds.
   */
  public LogOptions withWitnesses(List<Witness> value, Duration patience) {
    return with(options -> {
      options.witnesses = List.copyOf(value);
      options.witnessPatience = patience;
    });
  }

  /** Remember the last checkpoint elsewhere, so that a restored backup is noticed; none. */
  public List<Anchor> anchors() {
    return anchors;
  }

  /** With a further anchor. */
  public LogOptions withAnchor(Anchor value) {
    return with(options -> {
      var all = new ArrayList<>(anchors);
      all.add(value);
      options.anchors = List.copyOf(all);
    });
  }

  /** Where the log is shipped to as it grows; nowhere. */
  public Optional<ShipOptions> shipping() {
    return shipping;
  }

  /** Shipped to a store, which {@link Durability#SHIPPED} waits for. */
  public LogOptions withShipping(ShipOptions value) {
    return with(options -> options.shipping = Optional.of(value));
  }

  /** A checkpoint with every signature that these options ask for. */
  SignedNote sign(Checkpoint checkpoint) throws NoteException {
    var signatures = new ArrayList<SignedNote.Signature>();
    signatures.add(key.signature(checkpoint));
    if (secondKey.isPresent()) signatures.add(secondKey.get().signature(checkpoint));
    return new SignedNote(checkpoint.text(), signatures);
  }
}
