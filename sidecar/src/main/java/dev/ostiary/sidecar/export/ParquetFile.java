package dev.ostiary.sidecar.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a Parquet file of flat columns: one page a column and row group, plain encoding, gzip.
 * That is the part of the format that every reader has.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/">Parquet, file format</a>
 */
final class ParquetFile implements AutoCloseable {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int ROWS_PER_GROUP = 100_000;
  private static final int GZIP = 2;
  private static final int PLAIN = 0;
  private static final int RLE = 3;

  /** What a column holds. */
  enum Kind {
    /** A number of 64 bits. */
    NUMBER(2, false),
    /** Microseconds since 1970, in UTC. */
    TIME(2, false),
    /** Text. */
    TEXT(6, false),
    /** Any number of texts. */
    TEXTS(6, true);

    private final int type;
    private final boolean repeated;

    Kind(int type, boolean repeated) {
      this.type = type;
      this.repeated = repeated;
    }
  }

  /** The values of one column in the row group under way. */
  static final class Column {
    private final String name;
    private final Kind kind;
    private ByteArrayOutputStream values = new ByteArrayOutputStream();
    private Levels repetitions = new Levels();
    private Levels definitions = new Levels();
    private int count;

    Column(String name, Kind kind) {
      this.name = name;
      this.kind = kind;
    }

    /** Adds a number or a time. */
    void add(long number) {
      values.writeBytes(
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
      count++;
    }

    /** Adds a text. */
    void add(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      values.writeBytes(littleEndian(bytes.length));
      values.writeBytes(bytes);
      count++;
    }

    /** Adds a row of texts. */
    void add(List<String> texts) {
      for (int i = 0; i < texts.size(); i++) {
        repetitions.add(i == 0 ? 0 : 1);
        definitions.add(1);
        add(texts.get(i));
      }
      if (!texts.isEmpty()) return;
      repetitions.add(0);
      definitions.add(0);
      count++;
    }

    private byte[] page() {
      var page = new ByteArrayOutputStream();
      if (kind.repeated) {
        page.writeBytes(repetitions.encoded());
        page.writeBytes(definitions.encoded());
      }
      page.writeBytes(values.toByteArray());
      return page.toByteArray();
    }

    private void clear() {
      values = new ByteArrayOutputStream();
      repetitions = new Levels();
      definitions = new Levels();
      count = 0;
    }

    private Thrift schema() {
      var schema = new Thrift().i32(1, kind.type).i32(3, kind.repeated ? 2 : 0).text(4, name);
      return switch (kind) {
        case NUMBER -> schema;
        case TIME ->
            schema
                .i32(6, 10)
                .struct(
                    10,
                    new Thrift()
                        .struct(
                            8,
                            new Thrift().yes(1).struct(2, new Thrift().struct(2, new Thrift()))));
        case TEXT, TEXTS -> schema.i32(6, 0).struct(10, new Thrift().struct(1, new Thrift()));
      };
    }
  }

  /** Levels of 0 and 1, run-length encoded. */
  private static final class Levels {
    private final ByteArrayOutputStream runs = new ByteArrayOutputStream();
    private int level = -1;
    private int length;

    void add(int next) {
      if (next != level) end();
      level = next;
      length++;
    }

    private void end() {
      if (length == 0) return;
      for (long header = (long) length << 1; ; header >>>= 7) {
        runs.write((int) (header > 0x7F ? (header & 0x7F) | 0x80 : header));
        if (header <= 0x7F) break;
      }
      runs.write(level);
      length = 0;
    }

    byte[] encoded() {
      end();
      byte[] bytes = runs.toByteArray();
      return ByteBuffer.allocate(Integer.BYTES + bytes.length)
          .put(littleEndian(bytes.length))
          .put(bytes)
          .array();
    }
  }

  private final OutputStream out;
  private final List<Column> columns;
  private final List<Thrift> groups = new ArrayList<>();
  private long position;
  private int rows;
  private long allRows;

  /** Writes to {@code out}, which it does not close. */
  ParquetFile(OutputStream out, List<Column> columns) throws IOException {
    this.out = out;
    this.columns = List.copyOf(columns);
    write(MAGIC);
  }

  /** Ends a row, for which each column has got its value. */
  void endRow() throws IOException {
    allRows++;
    if (++rows >= ROWS_PER_GROUP) endGroup();
  }

  private void endGroup() throws IOException {
    if (rows == 0) return;
    var chunks = new ArrayList<Thrift>();
    long bytes = 0;
    for (Column column : columns) {
      byte[] page = column.page();
      byte[] zipped = zipped(page);
      byte[] header =
          new Thrift()
              .i32(1, 0)
              .i32(2, page.length)
              .i32(3, zipped.length)
              .struct(5, new Thrift().i32(1, column.count).i32(2, PLAIN).i32(3, RLE).i32(4, RLE))
              .ended();
      long at = position;
      write(header);
      write(zipped);
      long plain = (long) header.length + page.length;
      bytes += plain;
      chunks.add(
          new Thrift()
              .i64(2, at)
              .struct(
                  3,
                  new Thrift()
                      .i32(1, column.kind.type)
                      .i32s(2, PLAIN, RLE)
                      .texts(3, column.name)
                      .i32(4, GZIP)
                      .i64(5, column.count)
                      .i64(6, plain)
                      .i64(7, (long) header.length + zipped.length)
                      .i64(9, at)));
      column.clear();
    }
    groups.add(new Thrift().structs(1, chunks.size(), chunks::get).i64(2, bytes).i64(3, rows));
    rows = 0;
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(bytes);
    }
    return zipped.toByteArray();
  }

  /** Writes what is left and the footer. */
  @Override
  public void close() throws IOException {
    endGroup();
    byte[] footer =
        new Thrift()
            .i32(1, 1)
            .structs(
                2,
                1 + columns.size(),
                i ->
                    i == 0
                        ? new Thrift().text(4, "decisions").i32(5, columns.size())
                        : columns.get(i - 1).schema())
            .i64(3, allRows)
            .structs(4, groups.size(), groups::get)
            .text(6, "ostiary")
            .ended();
    write(footer);
    write(littleEndian(footer.length));
    write(MAGIC);
    out.flush();
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    position += bytes.length;
  }

  private static byte[] littleEndian(int number) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }
}
