package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.contract.ContractWriter;
import dev.ostiary.v1.EntityChange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary facts delete}: takes puts back. */
@Command(
    name = "delete",
    description =
        "Take back entities that were put: all of them or none. Where the bundle has one of that"
            + " name, it shows again.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:in force", "2:nothing changed, or wrong usage"},
    mixinStandardHelpOptions = true)
final class FactsDelete implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private FactsTarget target = new FactsTarget();

  @Parameters(
      paramLabel = "ENTITY",
      arity = "1..*",
      description = "An entity as Cedar writes it: 'User::\"dan\"'.")
  private List<String> entities = List.of();

  @Override
  public Integer call() throws InterruptedException {
    var changes = new ArrayList<EntityChange>();
    for (String entity : entities) {
      try {
        var uid = PolicyParser.entityUid(new Source("ENTITY", entity));
        changes.add(EntityChange.newBuilder().setDelete(ContractWriter.uid(uid)).build());
      } catch (SourceException e) {
        throw new UserException(e.errors().getFirst().withCaret());
      }
    }
    target.change(changes, spec.commandLine().getOut());
    return 0;
  }
}
