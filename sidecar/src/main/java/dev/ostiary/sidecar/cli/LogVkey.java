package dev.ostiary.sidecar.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log vkey}: prints the key that anybody can verify a log with. */
@Command(
    name = "vkey",
    description = "Print a log's verifier key: NAME+HASH+KEY, as C2SP signed-note has it.",
    mixinStandardHelpOptions = true)
final class LogVkey implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      paramLabel = "LOG",
      description = "A data directory, or one log in it such as DATA/decisions/1.")
  private String log = "";

  @Override
  public Integer call() throws IOException {
    var key = LogPlace.of(log).localKey();
    if (key.isEmpty())
      throw new UserException(
          log + ": no key beside this log; expected keys/log.vkey in its data directory");
    spec.commandLine().getOut().println(key.get());
    return 0;
  }
}
