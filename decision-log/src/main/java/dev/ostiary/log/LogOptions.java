package dev.ostiary.log;

import dev.ostiary.log.note.LogKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * How to open one tree. Make it with {@link #of} and change what differs.
 *
 * @param directory the tree's own directory, such as {@code DATA/decisions/1}; made if absent
 * @param origin the checkpoint's origin line and the key's name, such as {@code
 *     ostiary.example/decisions/1}; fixed when the tree is made
 * @param key signs the checkpoints
 * @param syncEvery the least time between two fsyncs while only bounded records wait; 5 ms
 * @param checkpointEvery the most time between two checkpoints while the log grows; 750 ms
 * @param keepEvery how often a checkpoint is kept under {@code checkpoints/}; 1 minute
 * @param segmentBytes size of a write-ahead segment; 16 MiB
 * @param unsyncedBytes bound on bytes queued or written and not yet fsynced; 32 MiB
 * @param unpublishedBytes bound on write-ahead bytes that are not yet tiles; 1 GiB
 * @param reserveBytes room on the disk below which nothing is taken; 64 MiB
 * @param ballastBytes size of the file that is given up so that a full disk takes a last
 *     checkpoint; 1 MiB
 * @param gaps makes the record that stands for lost records of class observe
 * @param anchor remembers the last checkpoint elsewhere, so that a restored backup is noticed
 */
public record LogOptions(
    Path directory,
    String origin,
    LogKey key,
    Duration syncEvery,
    Duration checkpointEvery,
    Duration keepEvery,
    int segmentBytes,
    long unsyncedBytes,
    long unpublishedBytes,
    long reserveBytes,
    int ballastBytes,
    Function<Gap, byte[]> gaps,
    Optional<Anchor> anchor) {

  /** The largest record: 16 MiB. */
  public static final int MAX_RECORD_BYTES = 16 << 20;

  /** The defaults named above. */
  public static LogOptions of(Path directory, String origin, LogKey key) {
    return new LogOptions(
        directory,
        origin,
        key,
        Duration.ofMillis(5),
        Duration.ofMillis(750),
        Duration.ofMinutes(1),
        16 << 20,
        32L << 20,
        1L << 30,
        64L << 20,
        1 << 20,
        gap ->
            "gap: %d records lost: %s"
                .formatted(gap.lost(), gap.reason())
                .getBytes(StandardCharsets.UTF_8),
        Optional.empty());
  }

  /** In another directory. */
  public LogOptions withDirectory(Path value) {
    return new LogOptions(
        value,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another least time between two fsyncs. */
  public LogOptions withSyncEvery(Duration value) {
    return new LogOptions(
        directory,
        origin,
        key,
        value,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another time between two checkpoints. */
  public LogOptions withCheckpointEvery(Duration value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        value,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another time between two kept checkpoints. */
  public LogOptions withKeepEvery(Duration value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        value,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another segment size. */
  public LogOptions withSegmentBytes(int value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        value,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another bound on bytes that are not fsynced. */
  public LogOptions withUnsyncedBytes(long value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        value,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another bound on bytes that are not tiles. */
  public LogOptions withUnpublishedBytes(long value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        value,
        reserveBytes,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another reserve on the disk. */
  public LogOptions withReserveBytes(long value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        value,
        ballastBytes,
        gaps,
        anchor);
  }

  /** With another ballast. */
  public LogOptions withBallastBytes(int value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        value,
        gaps,
        anchor);
  }

  /** With another encoding of gaps. */
  public LogOptions withGaps(Function<Gap, byte[]> value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        value,
        anchor);
  }

  /** With an anchor. */
  public LogOptions withAnchor(Anchor value) {
    return new LogOptions(
        directory,
        origin,
        key,
        syncEvery,
        checkpointEvery,
        keepEvery,
        segmentBytes,
        unsyncedBytes,
        unpublishedBytes,
        reserveBytes,
        ballastBytes,
        gaps,
        Optional.of(value));
  }
}
