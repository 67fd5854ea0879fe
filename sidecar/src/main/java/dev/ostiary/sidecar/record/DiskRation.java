package dev.ostiary.sidecar.record;

import dev.ostiary.cedar.EntityUid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rations the disk while little of it is left: a caller may go on writing as long as it has written
 * less since then than there is room, so that nobody takes the last of it from the others. While
 * there is enough it costs one read. Any thread.
 */
public final class DiskRation {
  private final Path tree;
  private final long reserveBytes;
  private final long scarceBytes;
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
  private final ConcurrentHashMap<EntityUid, AtomicLong> written = new ConcurrentHashMap<>();

  /**
   * Rations when less than {@code scarceBytes} can be written.
   *
   * @param tree on the disk
   * @param reserveBytes room that the log leaves
   * @param scarceBytes 0 for never
   */
  public DiskRation(Path tree, long reserveBytes, long scarceBytes) {
    this.tree = tree;
    this.reserveBytes = reserveBytes;
    this.scarceBytes = scarceBytes;
  }

  /** Looks how much room there is. Blocks. */
  public void look() throws IOException {
    measured(Files.getFileStore(tree).getUsableSpace() - reserveBytes);
  }

  /** Says how many bytes the log may still write. */
  void measured(long bytes) {
    room.set(bytes);
    if (bytes >= scarceBytes) written.clear();
  }

  /** Whether {@code caller} may write so much now; it counts as written then. */
  boolean take(EntityUid caller, int bytes) {
    if (room.get() >= scarceBytes) return true;
    var by = written.computeIfAbsent(caller, _ -> new AtomicLong());
    if (by.get() >= room.get()) return false;
    by.addAndGet(bytes);
    room.addAndGet(-bytes);
    return true;
  }
}
