package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary bundle check}: says whether a sidecar would activate a bundle. */
@Command(
    name = "check",
    description = {
      "Read a bundle as a sidecar does before it activates it, and print every fault with its"
          + " place:",
      "settings, policies, schema, annotations, entities, and whether the policies fit the schema."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it can be activated; there may be warnings",
      "1:it cannot; the faults are printed",
      "2:wrong usage"
    },
    mixinStandardHelpOptions = true)
final class BundleCheck implements Callable<Integer> {
  private static final int REFUSED = 1;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(paramLabel = "DIR", description = "The bundle's directory, with bundle.yaml in it.")
  private Path directory = Path.of(""); // replaced before it runs

  @Override
  public Integer call() {
    try {
      Bundle bundle = BundleReader.read(directory);
      bundle
          .warnings()
          .forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
      spec.commandLine()
          .getOut()
          .printf(
              "%s can be activated: %d policies, worst candidate count %d, %d entities%n",
              bundle,
              bundle.policies().size(),
              PolicySet.of(bundle.policies(), List.of()).worstCandidateCount(),
              bundle.entities().size());
      return 0;
    } catch (BundleException e) {
      e.errors().forEach(fault -> spec.commandLine().getErr().println("error: " + fault));
      return REFUSED;
    } catch (SourceException e) {
      throw new IllegalStateException(e); // ids are unique and there is no template
    }
  }
}
