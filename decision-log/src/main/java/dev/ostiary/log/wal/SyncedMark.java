package dev.ostiary.log.wal;

import dev.ostiary.log.disk.Disk;
import dev.ostiary.log.disk.DiskFile;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * {@code wal/synced}: how many entries are known to be durable. Written after each fsync and never
 * synced itself, so it may lag but never leads. It separates a torn tail, which lies after it, from
 * damage.
 *
 * <p>52 bytes: u64 entries · sha256(boot id) · 8 zero bytes · u32 crc32c; less than a sector, so
 * never torn.
 */
public final class SyncedMark implements Closeable {
  private static final int BYTES = 52;

  private final DiskFile file;
  private final byte[] mark;

  /**
   * What a mark says.
   *
   * @param size entries known to be durable
   * @param sameBoot whether the machine has run ever since, so that nothing written was lost
   */
  public record Mark(long size, boolean sameBoot) {}

  /** Opens the mark for writing, and writes it durably for the first time. */
  public SyncedMark(Disk disk, Path path, long size) throws IOException {
    this.file = disk.open(path);
    this.mark = new byte[BYTES];
    System.arraycopy(digest(disk.bootId()), 0, mark, 8, Hash.BYTES);
    write(size);
    file.sync();
  }

  /** Says that {@code size} entries are durable. */
  public void write(long size) throws IOException {
    Bytes.putI64(mark, 0, size);
    Bytes.putI32(mark, BYTES - 4, Bytes.crc(mark, 0, BYTES - 4));
    file.write(0, mark, 0, BYTES);
  }

  /**
   * Reads a mark; nothing if there is none.
   *
   * @throws WalScan.Damage if it is damaged
   */
  public static Optional<Mark> read(Disk disk, Path path) throws IOException, WalScan.Damage {
    var bytes = disk.read(path).orElse(new byte[0]);
    if (Arrays.equals(bytes, new byte[bytes.length]))
      return Optional.empty(); // never written whole
    if (bytes.length != BYTES || Bytes.i32(bytes, BYTES - 4) != Bytes.crc(bytes, 0, BYTES - 4)) {
      throw new WalScan.Damage(
          path + ": expected a mark of " + BYTES + " bytes with its checksum", false, false);
    }
    String boot = disk.bootId();
    boolean same =
        !boot.isEmpty() && Arrays.equals(digest(boot), 0, Hash.BYTES, bytes, 8, 8 + Hash.BYTES);
    return Optional.of(new Mark(Bytes.i64(bytes, 0), same));
  }

  private static byte[] digest(String bootId) {
    return Merkle.sha256().digest(bootId.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
