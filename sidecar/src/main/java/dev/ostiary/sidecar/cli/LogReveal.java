package dev.ostiary.sidecar.cli;

import dev.ostiary.v1.RevealRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log reveal}: tells whom pseudonyms stand for, and what tokens do. */
@Command(
    name = "reveal",
    description = {
      "Tell whom pseudonyms stand for, and what tokens stand for. It is written into the log.",
      "A name that stands for nothing known here is printed as it is."
    },
    mixinStandardHelpOptions = true)
final class LogReveal implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private SubjectTarget target = new SubjectTarget();

  @Option(
      names = "--purpose",
      paramLabel = "TEXT",
      description = "What for; it is written into the log.")
  private String purpose = "";

  @Parameters(
      paramLabel = "NAME",
      arity = "1..*",
      description = "A name as the log has it: 'User::\"~x6lHk2w0TfyQ9nBd\"'.")
  private List<String> names = List.of();

  @Override
  public Integer call() throws InterruptedException {
    var request = RevealRequest.newBuilder().setPurpose(purpose);
    for (String name : names) request.addNames(SubjectTarget.uid("NAME", name));
    target
        .ask("nothing revealed", service -> service.reveal(request.build()))
        .getEntitiesList()
        .forEach(entity -> spec.commandLine().getOut().println(SubjectTarget.text(entity)));
    return 0;
  }
}
