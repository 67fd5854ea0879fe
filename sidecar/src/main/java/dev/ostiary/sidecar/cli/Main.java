package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.Sidecar;
import dev.ostiary.sidecar.cli.cedar.CedarCommand;
import dev.ostiary.sidecar.config.IoReason;
import java.io.IOException;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** {@code ostiary}: the sidecar and what goes with it. */
@Command(
    name = "ostiary",
    description =
        "An authorization sidecar: answers whether a principal may do an action to a resource, and"
            + " writes every answer down.",
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      HealthCommand.class,
      BundleCommand.class,
      FactsCommand.class,
      LogCommand.class,
      RecoverCommand.class,
      DemoCommand.class,
      CedarCommand.class,
      VersionCommand.class,
      HelpCommand.class
    },
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int USAGE = 2;

  /** Runs the command line and exits with its code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, for running it within a process. */
  static CommandLine commandLine() {
    var commandLine = new CommandLine(new Main());
    commandLine.setParameterExceptionHandler((fault, args) -> {
      fault.getCommandLine().getErr().println("ostiary: " + fault.getMessage());
      if (fault instanceof CommandLine.UnmatchedArgumentException unmatched)
        CommandLine.UnmatchedArgumentException.printSuggestions(
            unmatched, fault.getCommandLine().getErr());
      String path = fault.getCommandLine().getCommandSpec().qualifiedName();
      fault.getCommandLine().getErr().println("try: " + path + " --help");
      return USAGE;
    });
    commandLine.setExecutionExceptionHandler((fault, command, _) -> {
      // A file or an address that cannot be read is not the program's fault either.
      if (!(fault instanceof UserException || fault instanceof IOException)) throw fault;
      String why =
          fault instanceof FileSystemException file
              ? file.getFile() + ": " + IoReason.of(file)
              : String.valueOf(fault.getMessage());
      command.getErr().println("ostiary: " + why);
      return USAGE;
    });
    return commandLine;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"ostiary " + Sidecar.version()};
    }
  }
}
