package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.EntitiesException;
import dev.ostiary.cedar.schema.ConformanceException;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A subcommand. What its inputs have wrong is printed with its place, and gives exit code 1. */
abstract class Action implements Callable<Integer> {
  static final int DONE = 0;
  static final int FAILED = 1;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Override
  public final Integer call() throws IOException {
    try {
      return run(spec.commandLine().getOut());
    } catch (SourceException e) {
      for (var error : e.errors()) err().println(error.withCaret());
      return FAILED;
    } catch (ConformanceException | EntitiesException e) {
      err().println(e.getMessage());
      return FAILED;
    }
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Does it; the exit code. */
  abstract int run(PrintWriter out)
      throws IOException, SourceException, ConformanceException, EntitiesException;
}
