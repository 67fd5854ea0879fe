package dev.ostiary.log.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A local file. Writes go through {@link RandomAccessFile}, since a {@link FileChannel} is closed
 * when a writing thread is interrupted, and the appending threads are the caller's. Reads and syncs
 * come from the log's own threads, which nobody interrupts, or from a file of the reader's own.
 */
final class LocalFile implements DiskFile {
  private final RandomAccessFile file;
  private final FileChannel channel;
  private long cursor; // where the next write goes without a seek; the writing thread's own

  LocalFile(Path path, String mode) throws IOException {
    this.file = new RandomAccessFile(path.toFile(), mode);
    this.channel = file.getChannel();
  }

  @Override
  public void write(long position, byte[] bytes, int offset, int length) throws IOException {
    if (position != cursor) file.seek(position);
    cursor = -1; // unknown until the write is whole
    file.write(bytes, offset, length);
    cursor = position + length;
  }

  @Override
  public int read(long position, byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int read =
          channel.read(ByteBuffer.wrap(bytes, offset + done, length - done), position + done);
      if (read < 0) break;
      done += read;
    }
    return done;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void truncate(long size) throws IOException {
    file.setLength(size);
    cursor = -1;
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
