package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.sign.SigningKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary bundle keygen}: makes a key that signs bundles. */
@Command(
    name = "keygen",
    description = {
      "Make an Ed25519 key that signs bundles: FILE, for its owner alone, and FILE.pub, for",
      "`bundle.keys`. Both are PEM; `openssl genpkey -algorithm ed25519` makes the same."
    },
    mixinStandardHelpOptions = true)
final class BundleKeygen implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(paramLabel = "FILE", description = "Where the private key goes; no file is replaced.")
  private Path file = Path.of(""); // replaced before it runs

  @Override
  public Integer call() throws IOException {
    var key = SigningKey.generate();
    try {
      key.write(file);
    } catch (FileAlreadyExistsException e) {
      throw new UserException(e.getMessage() + ": expected no file there");
    }
    spec.commandLine().getOut().println(key.id());
    return 0;
  }
}
