package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.TrustedKeys;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary bundle verify}: says whether trusted keys signed a bundle. */
@Command(
    name = "verify",
    description = "Say whether a sidecar that trusts these keys would activate a bundle.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:it would", "1:it would not; the reasons are printed", "2:wrong usage"},
    mixinStandardHelpOptions = true)
final class BundleVerify implements Callable<Integer> {
  private static final int REFUSED = 1;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(paramLabel = "DIR", description = "The bundle's directory.")
  private Path directory = Path.of(""); // replaced before it runs

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      required = true,
      description = "The trusted public keys in PEM, as in `bundle.keys`.")
  private Path keys = Path.of(""); // replaced before it runs

  @Option(
      names = "--threshold",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many of them must have signed; ${DEFAULT-VALUE} by default.")
  private int threshold;

  @Override
  public Integer call() {
    try {
      var bundle = BundleReader.read(directory, TrustedKeys.read(keys, threshold));
      bundle
          .signed()
          .ifPresent(signed ->
              signed
                  .keyIds()
                  .forEach(
                      id -> spec.commandLine().getOut().printf("%s signed by %s%n", bundle, id)));
      return 0;
    } catch (SigningException e) {
      throw new UserException("--keys: " + e.getMessage());
    } catch (BundleException e) {
      e.errors().forEach(fault -> spec.commandLine().getErr().println("error: " + fault));
      return REFUSED;
    }
  }
}
