package dev.ostiary.log;

import java.nio.file.Path;

/**
 * A process whose system calls are made to fail: appends 400 records and says on its output what
 * became of each.
 */
final class FaultedWriter {
  private FaultedWriter() {}

  public static void main(String[] arguments) throws Exception {
    var options = Logs.options(Path.of(arguments[0]));
    DecisionLog log;
    try {
      log = DecisionLog.open(options);
    } catch (CannotOpenException e) {
      System.out.println("refused-to-open " + e.reason() + " " + e.getMessage());
      return;
    }
    for (int i = 0; i < 400; i++) {
      String text = "record " + i + " " + "x".repeat(i % 300);
      var outcome =
          Logs.append(log, Logs.bytes(text), i % 3 == 0 ? Durability.STRICT : Durability.BOUNDED);
      switch (outcome) {
        case Outcome.Appended(var index, _, _) ->
            System.out.println("appended " + index + " " + text);
        case Outcome.Accepted() -> throw new AssertionError("none was of class observe");
        case Outcome.Refused(var reason, _, var detail) -> {
          if (reason == Refusal.SYNC_FAILED) System.out.println("failed-sync " + detail);
          else System.out.println("refused " + reason + " " + detail);
        }
      }
      if (i % 100 == 99) log.publish();
    }
    log.close();
  }
}
