package dev.ostiary.sidecar;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What an operator is told: one line an event, never anything that came with a request. */
final class Journal {
  private final PrintStream out;

  Journal(PrintStream out) {
    this.out = out;
  }

  void say(String line) {
    out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
  }
}
