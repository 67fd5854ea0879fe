package dev.ostiary.sidecar;

import dev.ostiary.cedar.json.JsonWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What an operator is told: one line an event, as text or as a JSON object, and never anything that
 * came with a request. Any thread.
 */
final class Journal {
  private static final String WARNING = "WARNING: ";

  private final PrintStream out;
  private final boolean json;

  Journal(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
    if (json) takeOver();
  }

  void say(String line) {
    var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    if (!json) out.println(now + " " + line);
    else if (line.startsWith(WARNING)) event(now, "warning", line.substring(WARNING.length()), "");
    else event(now, "info", line, "");
  }

  private void event(Instant time, String level, String message, String trace) {
    var event = new StringBuilder("{\"time\":\"").append(time);
    event.append("\",\"level\":\"").append(level);
    event.append("\",\"message\":").append(JsonWriter.quoted(message));
    if (!trace.isEmpty()) event.append(",\"stack_trace\":").append(JsonWriter.quoted(trace));
    out.println(event.append('}'));
  }

  /** What libraries say goes the same way: a line that is no JSON would spoil the rest. */
  private void takeOver() {
    Logger root = Logger.getLogger("");
    for (var handler : root.getHandlers()) root.removeHandler(handler);
    root.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord said) {
            String level = said.getLevel().intValue() >= Level.SEVERE.intValue() ? "error" : "info";
            event(
                said.getInstant().truncatedTo(ChronoUnit.MILLIS),
                said.getLevel() == Level.WARNING ? "warning" : level,
                said.getLoggerName() + ": " + said.getMessage(),
                trace(said.getThrown()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
  }

  private static String trace(@Nullable Throwable thrown) {
    if (thrown == null) return "";
    var trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}
