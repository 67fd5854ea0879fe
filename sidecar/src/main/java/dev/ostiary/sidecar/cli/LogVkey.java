package dev.ostiary.sidecar.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--second",
      description = "The ML-DSA-44 key of the second signature, where the log has one.")
  private boolean second;

  @Override
  public Integer call() throws IOException {
    String name = second ? "log-ml-dsa.vkey" : "log.vkey";
    var key = LogPlace.of(log).localKey(name);
    if (key.isEmpty())
      throw new UserException(
          log + ": no such key beside this log; expected keys/" + name + " in its data directory");
    spec.commandLine().getOut().println(key.get());
    return 0;
  }
}
