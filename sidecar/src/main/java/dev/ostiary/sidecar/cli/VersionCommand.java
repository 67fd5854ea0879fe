package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.Sidecar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ostiary version}. */
@Command(
    name = "version",
    description = "Print the version of the program and of the Java that runs it.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Override
  public void run() {
    spec.commandLine()
        .getOut()
        .println("ostiary " + Sidecar.version() + ", Java " + Runtime.version());
  }
}
