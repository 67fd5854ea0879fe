package dev.ostiary.log;

import dev.ostiary.log.disk.Counter;
import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that can lose power. What was not synced is then dropped, kept or torn sector by
 * sector, in any order; names come back as of some moment since their directory was synced. It can
 * also fail, fill up and be slow.
 */
final class CrashDisk implements Disk {
  private static final int SECTOR = 512;

  /** Bytes of one file: as the kernel has them, and as the platter has them. */
  private static final class Inode {
    byte[] current = new byte[0];
    byte[] durable = new byte[0];
    final Set<Integer> dirty = new HashSet<>();
  }

  /** One change of a directory that is not durable yet. */
  private record Change(@Nullable Path from, Path to, @Nullable Inode inode) {}

  private final Map<Path, Inode> names = new HashMap<>();
  private final Map<Path, Inode> durableNames = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private final Set<Path> directories = new HashSet<>();
  private final Map<Path, AtomicLong> counters = new HashMap<>();
  private final Set<Path> locks = new HashSet<>();
  private final String boot;
  private final SplittableRandom random;
  private int operationsLeft = Integer.MAX_VALUE;
  private boolean failSyncs;
  private boolean failWrites;
  private long capacity = Long.MAX_VALUE;
  private volatile long syncNanos;

  CrashDisk(long seed) {
    this(seed, "boot " + seed);
  }

  private CrashDisk(long seed, String boot) {
    this.random = new SplittableRandom(seed);
    this.boot = boot;
  }

  /** The power goes after so many further operations. */
  synchronized void crashAfter(int operations) {
    operationsLeft = operations;
  }

  synchronized void failSyncs(boolean fail) {
    failSyncs = fail;
  }

  synchronized void failWrites(boolean fail) {
    failWrites = fail;
  }

  /** Limits the bytes of all files together. */
  synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  /** Every sync of a file takes so long. */
  void syncTakes(long nanos) {
    syncNanos = nanos;
  }

  synchronized long used() {
    return names.values().stream().mapToLong(inode -> inode.current.length).sum();
  }

  /** What a machine finds that starts again after a lost power. */
  synchronized CrashDisk afterPowerLoss(long seed) {
    var after = new CrashDisk(seed);
    after.directories.addAll(directories);
    var survivors = new HashMap<>(durableNames);
    // A journal keeps the order of the changes of a directory; those of different directories are
    // unrelated.
    var kept = new HashMap<Path, Integer>();
    var seen = new HashMap<Path, Integer>();
    for (var change : changes) seen.merge(change.to.getParent(), 1, Integer::sum);
    seen.forEach((directory, count) -> kept.put(directory, random.nextInt(count + 1)));
    for (var change : changes) {
      if (kept.merge(change.to.getParent(), -1, Integer::sum) < 0) continue;
      apply(survivors, change);
    }
    survivors.forEach((path, inode) -> after.put(path, torn(inode)));
    return after;
  }

  /** What a new process finds after the old one was killed: all that the kernel had. */
  synchronized CrashDisk afterKill() {
    var after = new CrashDisk(random.nextLong(), boot);
    names.forEach((path, inode) -> after.put(path, inode.current));
    counters.forEach((path, number) -> after.counters.put(path, new AtomicLong(number.get())));
    after.directories.addAll(directories);
    return after;
  }

  private void put(Path path, byte[] bytes) {
    var inode = new Inode();
    inode.current = bytes.clone();
    inode.durable = bytes.clone();
    names.put(path, inode);
    durableNames.put(path, inode);
  }

  private byte[] torn(Inode inode) {
    int length = random.nextBoolean() ? inode.current.length : inode.durable.length;
    if (inode.dirty.isEmpty()) length = inode.durable.length;
    var bytes = Arrays.copyOf(inode.durable, length);
    int style = random.nextInt(3); // nothing, everything or a mixture of what was not synced
    for (int sector : inode.dirty) {
      boolean written = style == 1 || (style == 2 && random.nextBoolean());
      int from = sector * SECTOR;
      int to = Math.min(Math.min(from + SECTOR, inode.current.length), length);
      if (written && from < to) System.arraycopy(inode.current, from, bytes, from, to - from);
    }
    return bytes;
  }

  private static void apply(Map<Path, Inode> target, Change change) {
    if (change.from != null) target.remove(change.from);
    if (change.inode == null) target.remove(change.to);
    else target.put(change.to, change.inode);
  }

  private synchronized void operation() throws IOException {
    if (operationsLeft-- <= 0) {
      operationsLeft = 0;
      throw new IOException("the power is gone");
    }
  }

  private Inode inode(Path file) throws IOException {
    var inode = names.get(file);
    if (inode == null) throw new NoSuchFileException(file.toString());
    return inode;
  }

  @Override
  public synchronized void createDirectories(Path directory) throws IOException {
    operation();
    for (Path each = directory; each != null; each = each.getParent()) directories.add(each);
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    operation();
    var found = new ArrayList<String>();
    for (var path : names.keySet()) {
      if (directory.equals(path.getParent())) found.add(path.getFileName().toString());
    }
    return found;
  }

  @Override
  public synchronized Optional<byte[]> read(Path file) throws IOException {
    operation();
    return Optional.ofNullable(names.get(file)).map(inode -> inode.current.clone());
  }

  @Override
  public synchronized long size(Path file) throws IOException {
    operation();
    var inode = names.get(file);
    return inode == null ? (directories.contains(file) ? 0 : -1) : inode.current.length;
  }

  @Override
  public synchronized DiskFile open(Path file) throws IOException {
    operation();
    if (!directories.contains(file.getParent())) throw new NoSuchFileException(file.toString());
    if (!names.containsKey(file)) change(new Change(null, file, new Inode()));
    return new File(names.get(file));
  }

  @Override
  public synchronized DiskFile openRead(Path file) throws IOException {
    operation();
    return new File(inode(file));
  }

  private void change(Change change) {
    changes.add(change);
    apply(names, change);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    operation();
    change(new Change(from, to, inode(from)));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    operation();
    if (names.containsKey(file)) change(new Change(null, file, null));
    directories.remove(file);
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    operation();
    if (failSyncs) throw new IOException("Input/output error");
    for (var iterator = changes.iterator(); iterator.hasNext(); ) {
      var change = iterator.next();
      if (!directory.equals(change.to.getParent())) continue;
      apply(durableNames, change);
      iterator.remove();
    }
  }

  @Override
  public synchronized long usableBytes(Path directory) throws IOException {
    operation();
    return Math.max(0, capacity - used());
  }

  @Override
  public synchronized Counter counter(Path file) {
    var number = counters.computeIfAbsent(file, _ -> new AtomicLong());
    return new Counter() {
      @Override
      public long get() {
        return number.get();
      }

      @Override
      public void add(long delta) {
        number.addAndGet(delta);
      }
    };
  }

  @Override
  public synchronized Optional<Closeable> lock(Path file) throws IOException {
    operation();
    return locks.add(file) ? Optional.of(() -> unlock(file)) : Optional.empty();
  }

  private synchronized void unlock(Path file) {
    locks.remove(file);
  }

  @Override
  public String bootId() {
    return boot;
  }

  private final class File implements DiskFile {
    private final Inode inode;

    File(Inode inode) {
      this.inode = inode;
    }

    @Override
    public void write(long position, byte[] bytes, int offset, int length) throws IOException {
      synchronized (CrashDisk.this) {
        boolean last = operationsLeft == 1;
        operation();
        int written = last || failWrites ? random.nextInt(length + 1) : length;
        // A kill or a failure stops a write between sectors, never inside one.
        if (written < length)
          written = Math.max(0, (int) (((position + written) / SECTOR * SECTOR) - position));
        int end = (int) position + written;
        long growth = Math.max(0, end - inode.current.length);
        if (used() + growth > capacity) throw new IOException("No space left on device");
        if (end > inode.current.length) inode.current = Arrays.copyOf(inode.current, end);
        System.arraycopy(bytes, offset, inode.current, (int) position, written);
        for (int sector = (int) position / SECTOR; sector * SECTOR < end; sector++)
          inode.dirty.add(sector);
        if (failWrites || last) throw new IOException("Input/output error");
      }
    }

    @Override
    public int read(long position, byte[] bytes, int offset, int length) throws IOException {
      synchronized (CrashDisk.this) {
        operation();
        int count = (int) Math.max(0, Math.min(length, inode.current.length - position));
        System.arraycopy(
            inode.current, (int) Math.min(position, inode.current.length), bytes, offset, count);
        return count;
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (CrashDisk.this) {
        operation();
        return inode.current.length;
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (CrashDisk.this) {
        operation();
        if (used() + size - inode.current.length > capacity)
          throw new IOException("No space left on device");
        inode.current = Arrays.copyOf(inode.current, (int) size);
        for (int sector = 0; sector <= size / SECTOR; sector++) inode.dirty.add(sector);
      }
    }

    @Override
    public void sync() throws IOException {
      if (syncNanos > 0) java.util.concurrent.locks.LockSupport.parkNanos(syncNanos);
      synchronized (CrashDisk.this) {
        operation();
        if (failSyncs) {
          inode.dirty.clear(); // as a kernel does that drops the pages it could not write
          throw new IOException("Input/output error");
        }
        inode.durable = inode.current.clone();
        inode.dirty.clear();
      }
    }

    @Override
    public void close() {}
  }
}
