package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.config.IoReason;
import dev.ostiary.v1.EntityChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary facts put}: puts entities, in place of the bundle's or of those put before. */
@Command(
    name = "put",
    description = {
      "Put entities: all of them or none, in place of the bundle's or of those put before.",
      "They outlive the bundle, until `facts delete`."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:in force", "2:nothing changed, or wrong usage"},
    mixinStandardHelpOptions = true)
final class FactsPut implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Mixin private FactsTarget target = new FactsTarget();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description =
          "Entities as a JSON array in Cedar's form; a value that is an entity or an extension"
              + " value is written with `__entity` or `__extn`.")
  private List<Path> files = List.of();

  @Override
  public Integer call() throws InterruptedException {
    var changes = new ArrayList<EntityChange>();
    for (Path file : files) {
      try {
        var source = new Source(file.toString(), Files.readString(file));
        var json = new CedarJson(source);
        for (Json entity : json.elements(Json.parse(source)))
          changes.add(EntityChange.newBuilder().setPut(json.entity(entity)).build());
      } catch (SourceException e) {
        throw new UserException(e.errors().getFirst().withCaret());
      } catch (IOException e) {
        throw new UserException(file + ": cannot be read: " + IoReason.of(e));
      }
    }
    target.change(changes, spec.commandLine().getOut());
    return 0;
  }
}
