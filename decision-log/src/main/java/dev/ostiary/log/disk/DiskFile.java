package dev.ostiary.log.disk;

import java.io.Closeable;
import java.io.IOException;

/**
 * An open file. One thread at a time may write; others may read and sync meanwhile. An interrupt of
 * the calling thread never closes it.
 */
public interface DiskFile extends Closeable {
  /** Writes all the bytes at {@code position}. After a failure any part of them may be there. */
  void write(long position, byte[] bytes, int offset, int length) throws IOException;

  /** Reads up to {@code length} bytes; fewer only at the end of the file. */
  int read(long position, byte[] bytes, int offset, int length) throws IOException;

  /** Length in bytes. */
  long size() throws IOException;

  /** Cuts or extends with zeros. */
  void truncate(long size) throws IOException;

  /** Blocks until all written bytes are durable. */
  void sync() throws IOException;
}
