package dev.ostiary.log;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process to be killed: opens the log in its first argument, says how long that took, then
 * appends from three threads for ever, and tells the index and number of each acknowledged record
 * on its standard output, which the kernel keeps when it dies.
 */
final class KilledWriter {
  private KilledWriter() {}

  public static void main(String[] arguments) throws Exception {
    long begin = System.nanoTime();
    Thread.ofPlatform().daemon().start(KilledWriter::endWithTheTest);
    var options = Logs.options(Path.of(arguments[0]));
    var log = DecisionLog.open(options.withSegmentBytes(256 << 10));
    @SuppressWarnings("DefaultCharset") // bytes only
    PrintStream standard = System.out;
    var out = new DataOutputStream(new BufferedOutputStream(standard, 24));
    tell(out, -1, System.nanoTime() - begin);
    for (int thread = 0; thread < 3; thread++) {
      long base = (Long.parseLong(arguments[1]) * 3 + thread) << 32;
      var durability = thread == 0 ? Durability.STRICT : Durability.BOUNDED;
      Thread.ofPlatform()
          .start(() -> {
            for (long i = base; ; i++) {
              long number = i;
              // Each 97th is a chain, which must be there whole or not at all.
              byte[] record = record(number);
              log.enqueue(
                  record,
                  durability,
                  outcome -> {
                    if (outcome instanceof Outcome.Appended appended)
                      tell(out, appended.index(), number);
                  });
              if (i % 5 == 0) log.flush();
            }
          });
    }
  }

  /** Nobody writes to its standard input, which ends with the process that started it. */
  private static void endWithTheTest() {
    try {
      while (System.in.read() >= 0) Thread.onSpinWait();
    } catch (IOException e) {
      // It ended, too.
    }
    Runtime.getRuntime().halt(1);
  }

  /** The record of a number: it can be told whole from its bytes. */
  static byte[] record(long number) {
    var text = new StringBuilder("record ").append(number).append(' ');
    int length = number % 97 == 0 ? 70_000 : 100 + (int) (number % 300);
    while (text.length() < length) text.append((char) ('a' + (number + text.length()) % 26));
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** The number of a record. */
  static long number(byte[] record) {
    String text = new String(record, 0, Math.min(record.length, 40), StandardCharsets.US_ASCII);
    return Long.parseLong(text.substring(7, text.indexOf(' ', 7)));
  }

  private static void tell(DataOutputStream out, long index, long number) {
    synchronized (out) {
      try {
        out.writeLong(index);
        out.writeLong(number);
        out.flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
