package dev.ostiary.log.wal;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.wal.Frame.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the whole write-ahead log after a stop of any kind, and tells a torn tail from damage.
 *
 * <p>A frame that cannot be read is a torn tail if nothing of it was acknowledged as durable and a
 * stop can explain it: after a killed process, only if no sound frame follows, since the kernel
 * kept all that was written; after a lost power, whatever follows, since the disk may have taken
 * later sectors first. Anything else is damage.
 */
public final class WalScan {
  private final Disk disk;
  private final Path directory;
  private final String origin;

  /** A scan of the segments of the log {@code origin} in {@code directory}. */
  public WalScan(Disk disk, Path directory, String origin) {
    this.disk = disk;
    this.directory = directory;
    this.origin = origin;
  }

  /**
   * What was found.
   *
   * @param first index of the first entry there; 0 if there are no segments
   * @param end index after the last entry
   * @param observed records of class observe among all ever written
   * @param observedBefore the same before the signed entries' end
   * @param torn where a tail was cut, one line each
   */
  public record Extent(
      long first, long end, long observed, long observedBefore, List<String> torn) {}

  /** The log is damaged; the message says where and what. */
  public static final class Damage extends Exception {
    private final boolean missing;
    private final boolean foreign;

    Damage(String message, boolean missing, boolean foreign) {
      super(message, null, false, false);
      this.missing = missing;
      this.foreign = foreign;
    }

    /** Whether segments are missing, rather than unreadable. */
    public boolean missing() {
      return missing;
    }

    /** Whether a segment belongs to a log of another origin. */
    public boolean foreign() {
      return foreign;
    }
  }

  /**
   * Finds where the log ends.
   *
   * @param signed number of entries that a checkpoint covers
   * @param durable number of entries that are known to be durable, signed ones among them
   * @param sameBoot whether no power was lost since the last write
   */
  public Extent extent(long signed, long durable, boolean sameBoot) throws IOException, Damage {
    var starts = Segment.starts(disk, directory);
    var torn = new ArrayList<String>();
    if (starts.isEmpty()) return new Extent(0, 0, 0, 0, torn);
    long next = starts.getFirst();
    for (int i = 0; i < starts.size(); i++) {
      long start = starts.get(i);
      long limit = i + 1 < starts.size() ? starts.get(i + 1) : Long.MAX_VALUE;
      try (var reader = new SegmentReader(disk, directory.resolve(Segment.name(start)))) {
        var bad = segment(reader, start, limit, signed);
        next = reached;
        if (bad.isEmpty()) continue;
        if (limit != Long.MAX_VALUE && sameBoot) {
          throw new Damage(
              bad.get() + ", but the next segment begins at entry " + limit, true, false);
        }
        boolean framesAfter = reader.hasFrameAfter(next);
        if (next < durable && clean && !framesAfter) break; // just too short
        if (next < durable) {
          throw new Damage(
              bad.get() + ", though " + durable + " entries had been made durable", false, false);
        }
        if (sameBoot && framesAfter) {
          throw new Damage(bad.get() + ", but a sound frame follows it", false, false);
        }
        if (framesAfter || !clean || limit != Long.MAX_VALUE)
          torn.add(bad.get() + ": a torn tail, cut there");
        return new Extent(starts.getFirst(), next, observed, observedBefore, torn);
      }
    }
    return new Extent(starts.getFirst(), next, observed, observedBefore, torn);
  }

  private long reached;
  private boolean clean;
  private long observed;
  private long observedBefore;

  /**
   * Reads a segment up to {@code limit}. Returns what stopped it before that; for the last one,
   * always something.
   */
  private Optional<String> segment(SegmentReader reader, long start, long limit, long signed)
      throws IOException, Damage {
    reached = start;
    clean = false;
    if (!Segment.isHeader(reader.header(), start, origin)) {
      if (Segment.isOtherOrigin(reader.header(), start, origin)) {
        throw new Damage(reader.path() + ": expected a segment of `" + origin + "`", false, true);
      }
      return Optional.of(reader.path() + ": expected the header of a segment at entry " + start);
    }
    observed = Segment.observed(reader.header());
    if (start <= signed) observedBefore = observed;
    while (reached < limit) {
      var found = reader.next();
      var frame = reader.frame();
      if (found == Found.FRAME && frame.index() == reached && frame.end() <= limit) {
        reached = frame.end();
        if (frame.observed()) observed++;
        if (reached <= signed) observedBefore = observed;
        continue;
      }
      clean = found == Found.END;
      String what = clean ? "no frame" : "no sound frame";
      return Optional.of(
          reader.path() + ": " + what + " of entry " + reached + " at byte " + reader.position());
    }
    return Optional.empty();
  }
}
