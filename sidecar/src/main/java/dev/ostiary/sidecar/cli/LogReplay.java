package dev.ostiary.sidecar.cli;

import dev.ostiary.log.LogReader;
import dev.ostiary.sidecar.facts.CannotFoldException;
import dev.ostiary.sidecar.facts.History;
import dev.ostiary.sidecar.replay.Difference;
import dev.ostiary.sidecar.replay.Replay;
import dev.ostiary.sidecar.replay.Replayed;
import dev.ostiary.sidecar.subjects.Names;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log replay}: makes logged decisions again, and compares. */
@Command(
    name = "replay",
    description = {
      "Make every decision of a log again, by the facts as they were then, and print each that"
          + " comes out otherwise.",
      "Signatures are checked by `log verify`, not here."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every decision came out the same",
      "1:at least one did not",
      "2:at least one could not be made again, or wrong usage"
    },
    mixinStandardHelpOptions = true)
final class LogReplay implements Callable<Integer> {
  private static final int DIFFERENT = 1;
  private static final int COULD_NOT_TELL = 2;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      paramLabel = "DATA",
      description = "A data directory, or one decision log in it such as DATA/decisions/1.")
  private String data = "";

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      description = "First index to replay; 0 without it.")
  private long from;

  @Option(
      names = "--subjects-key",
      paramLabel = "FILE",
      description =
          "The key of the tables that tell people's names; DATA/keys/subjects.kek without it.")
  private @Nullable Path subjectsKey;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (from < 0) throw new UserException("--from: expected an index from 0, got `" + from + "`");
    if (!(LogPlace.of(data) instanceof LogPlace.Directory(var tree)))
      throw new UserException(data + ": expected a directory, since the facts are beside the log");
    var out = spec.commandLine().getOut();
    var progress = new ProgressLine(spec.commandLine().getErr(), "replayed");
    try {
      var log = LogReader.live(tree);
      long size = log.size();
      long first = Math.max(from, log.firstIndex());
      if (first > from)
        out.printf("entries %d to %d are not here any more: retention%n", from, first - 1);
      Names names = LogInput.tables(LogPlace.data(tree), subjectsKey);
      var history = History.open(facts(tree), names);
      var replayed = Replay.run(log, first, history, names, at -> progress.at(at, size));
      progress.end();
      return report(replayed, out);
    } catch (CannotFoldException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }

  private static Path facts(Path decisions) {
    Path facts = decisions.toAbsolutePath().normalize().resolve("../../facts").normalize();
    if (!Files.isDirectory(facts)) throw new UserException(facts + ": no fact log here");
    return LogPlace.newestEpoch(facts);
  }

  private static int report(Replayed replayed, PrintWriter out) {
    for (Difference difference : replayed.differences()) {
      out.printf(
          "entry %d item %d, decision %s:%n",
          difference.index(), difference.item(), difference.decisionId());
      for (var part : difference.parts())
        out.printf("  %s was %s, is %s%n", part.field(), part.logged(), part.again());
    }
    replayed.notMade().forEach((why, count) -> out.printf("%d not made again: %s%n", count, why));
    out.printf(
        "%d decisions came out the same, %d did not%n",
        replayed.same(), replayed.differences().size());
    if (!replayed.differences().isEmpty()) return DIFFERENT;
    return replayed.notMade().isEmpty() ? 0 : COULD_NOT_TELL;
  }
}
