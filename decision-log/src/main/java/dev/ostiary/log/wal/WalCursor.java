package dev.ostiary.log.wal;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.wal.Frame.Found;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads frames across segments from an index on, also while the log grows. */
public final class WalCursor implements Closeable {
  /** Told of each frame; it is valid only during the call. */
  @FunctionalInterface
  public interface Visitor {
    /** Returns false to stop after this frame. */
    boolean frame(Frame frame) throws IOException;
  }

  private final Disk disk;
  private final Path directory;
  private @Nullable SegmentReader reader;
  private List<Long> starts = List.of();
  private long segmentStart = -1;
  private long segmentEnd = -1;
  private long next;

  /** A cursor before the frame that begins at {@code from}. */
  public WalCursor(Disk disk, Path directory, long from) {
    this.disk = disk;
    this.directory = directory;
    this.next = from;
  }

  /** Index of the first entry not read yet. */
  public long next() {
    return next;
  }

  /** Hands over the frames up to {@code limit}, or to the last one there is if that comes first. */
  public void read(long limit, Visitor visitor) throws IOException {
    // Listed after the limit was known, so that every segment that begins below it is there.
    starts = Segment.starts(disk, directory);
    segmentEnd = endOf(segmentStart);
    boolean more = true;
    while (more && next < limit) {
      if (reader == null || next >= segmentEnd) {
        if (!openSegment()) return;
      }
      var current = Objects.requireNonNull(reader);
      if (current.next() != Found.FRAME) return;
      var frame = current.frame();
      if (frame.end() <= next) continue;
      if (frame.index() > next) return; // entries between are missing
      more = visitor.frame(frame);
      next = frame.end();
    }
  }

  /** What is wrong where the reading stopped; nothing if the log just ends there. */
  public Optional<String> damage() throws IOException {
    for (long start : starts) {
      if (start > next)
        return Optional.of(directory + ": no entry " + next + ", though a segment begins after it");
    }
    var current = reader;
    if (current == null) return Optional.empty();
    if (current.next() == Found.END && !current.hasFrameAfter(next)) return Optional.empty();
    return Optional.of(
        current.path() + ": no sound frame of entry " + next + " at byte " + current.position());
  }

  private boolean openSegment() throws IOException {
    long start = -1;
    for (long candidate : starts) if (candidate <= next) start = candidate;
    if (start < 0) return false;
    close();
    reader = new SegmentReader(disk, directory.resolve(Segment.name(start)));
    segmentStart = start;
    segmentEnd = endOf(start);
    return true;
  }

  /**
   * Where the next segment begins, which is where the one at {@code start} ends, whatever follows
   * in it.
   */
  private long endOf(long start) {
    for (long candidate : starts) if (candidate > start) return candidate;
    return Long.MAX_VALUE;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) reader.close();
    reader = null;
  }
}
