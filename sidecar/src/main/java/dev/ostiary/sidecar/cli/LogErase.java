package dev.ostiary.sidecar.cli;

import dev.ostiary.v1.EraseSubjectRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log erase}: takes a person out of the logs. */
@Command(
    name = "erase",
    description = {
      "Erase what the logs know of a person: its pseudonym, the key to all that is sealed about it,"
          + " and its entity facts. The logs still verify. This cannot be undone.",
      "It is refused while the bundle in force names the person, or a legal hold stands."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:erased", "2:nothing changed, or wrong usage"},
    mixinStandardHelpOptions = true)
final class LogErase implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private SubjectTarget target = new SubjectTarget();

  @Parameters(
      paramLabel = "SUBJECT",
      description = "An entity of a type that the schema marks @personal: 'User::\"dan\"'.")
  private String subject = "";

  @Override
  public Integer call() throws InterruptedException {
    var request =
        EraseSubjectRequest.newBuilder().setSubject(SubjectTarget.uid("SUBJECT", subject)).build();
    var erased = target.ask("not erased", service -> service.eraseSubject(request));
    spec.commandLine()
        .getOut()
        .printf(
            "erased; it was %s in the logs%s%s%n",
            SubjectTarget.text(erased.getPseudonym()),
            erased.getFacts() ? ", its entity facts are deleted" : "",
            erased.getBundles() > 0
                ? ", it is struck out of %d earlier bundles".formatted(erased.getBundles())
                : "");
    return 0;
  }
}
