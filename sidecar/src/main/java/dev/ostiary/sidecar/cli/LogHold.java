package dev.ostiary.sidecar.cli;

import dev.ostiary.v1.ListHoldsRequest;
import dev.ostiary.v1.SetHoldRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log hold}: keeps people from being erased. */
@Command(
    name = "hold",
    description = "Place, lift and list legal holds: who is under one is not erased.",
    subcommands = {LogHold.Add.class, LogHold.Remove.class, LogHold.ListAll.class},
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class LogHold {
  private static final String SUBJECT =
      "An entity of a type that the schema marks @personal: 'User::\"dan\"'.";

  private static int set(SubjectTarget target, String subject, boolean held)
      throws InterruptedException {
    var request =
        SetHoldRequest.newBuilder()
            .setSubject(SubjectTarget.uid("SUBJECT", subject))
            .setHeld(held)
            .build();
    target.ask("nothing changed", service -> service.setHold(request));
    return 0;
  }

  /** {@code ostiary log hold add}. */
  @Command(name = "add", description = "Place a hold.", mixinStandardHelpOptions = true)
  static final class Add implements Callable<Integer> {
    @Mixin private SubjectTarget target = new SubjectTarget();

    @Parameters(paramLabel = "SUBJECT", description = SUBJECT)
    private String subject = "";

    @Override
    public Integer call() throws InterruptedException {
      return set(target, subject, true);
    }
  }

  /** {@code ostiary log hold remove}. */
  @Command(name = "remove", description = "Lift a hold.", mixinStandardHelpOptions = true)
  static final class Remove implements Callable<Integer> {
    @Mixin private SubjectTarget target = new SubjectTarget();

    @Parameters(paramLabel = "SUBJECT", description = SUBJECT)
    private String subject = "";

    @Override
    public Integer call() throws InterruptedException {
      return set(target, subject, false);
    }
  }

  /** {@code ostiary log hold list}. */
  @Command(
      name = "list",
      description = "List who is under hold. It is written into the log that you did.",
      mixinStandardHelpOptions = true)
  static final class ListAll implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

    @Mixin private SubjectTarget target = new SubjectTarget();

    @Override
    public Integer call() throws InterruptedException {
      target
          .ask(
              "nothing listed", service -> service.listHolds(ListHoldsRequest.getDefaultInstance()))
          .getSubjectsList()
          .forEach(subject -> spec.commandLine().getOut().println(SubjectTarget.text(subject)));
      return 0;
    }
  }
}
