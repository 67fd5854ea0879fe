package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.facts.Recovery;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ostiary recover}: gets back in after a lockout. */
@Command(
    name = "recover",
    description = {
      "Set the sidecar's own policies aside that the bundle in force brought (`admin/`), so that"
          + " those of the program hold until the next activation.",
      "",
      "The sidecar takes it within `watch.every` if the key is one of `recovery.keys`, and writes"
          + " an entry and a fact. It serves once."
    },
    mixinStandardHelpOptions = true)
final class RecoverCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "ostiary-data",
      description = "The sidecar's data directory; ${DEFAULT-VALUE} by default.")
  private Path data = Path.of(""); // replaced before it runs

  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "The private key, PKCS #8 in PEM.")
  private Path file = Path.of(""); // replaced before it runs

  @Override
  public Integer call() throws IOException {
    try {
      var key = SigningKey.read(file);
      var recovery = Recovery.of(data);
      Path draft = Files.createTempFile(data, ".", ".dsse");
      Files.write(draft, key.sign(recovery.unsigned()).json());
      Files.move(draft, data.resolve(Recovery.FILE), StandardCopyOption.ATOMIC_MOVE);
      spec.commandLine()
          .getOut()
          .printf(
              "recovery of %s at %d entries, by %s%n",
              recovery.origin(), recovery.size(), key.id());
      return 0;
    } catch (SigningException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }
}
