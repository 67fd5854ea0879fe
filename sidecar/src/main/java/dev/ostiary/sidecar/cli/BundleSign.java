package dev.ostiary.sidecar.cli;

import dev.ostiary.sidecar.bundle.Bundle;
import dev.ostiary.sidecar.bundle.BundleException;
import dev.ostiary.sidecar.bundle.BundleReader;
import dev.ostiary.sidecar.bundle.Manifest;
import dev.ostiary.sidecar.sign.Envelope;
import dev.ostiary.sidecar.sign.SigningException;
import dev.ostiary.sidecar.sign.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary bundle sign}: signs a bundle, or adds a signature to those that it has. */
@Command(
    name = "sign",
    description = {
      "Sign a bundle that can be activated: writes DIR/" + Manifest.FILE + ".",
      "",
      "Signatures of the same files stay, so that several people can sign one after the other;"
          + " after any change of the files all have to sign again."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:it is signed",
      "1:it cannot be activated; the faults are printed",
      "2:wrong usage"
    },
    mixinStandardHelpOptions = true)
final class BundleSign implements Callable<Integer> {
  private static final int REFUSED = 1;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(paramLabel = "DIR", description = "The bundle's directory.")
  private Path directory = Path.of(""); // replaced before it runs

  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "A private key, PKCS #8 in PEM; may be given several times.")
  private List<Path> keys = List.of(); // replaced before it runs

  @Override
  public Integer call() throws IOException {
    try {
      var signers = new ArrayList<SigningKey>();
      for (Path file : keys) signers.add(SigningKey.read(file));
      Bundle bundle = BundleReader.read(directory);
      var envelope = envelope(bundle);
      for (var key : signers) {
        envelope = key.sign(envelope);
        spec.commandLine().getOut().printf("%s signed by %s%n", bundle, key.id());
      }
      Path draft = Files.createTempFile(directory, ".", ".dsse");
      Files.write(draft, envelope.json());
      Files.setPosixFilePermissions(
          draft, Files.getPosixFilePermissions(directory.resolve("bundle.yaml")));
      Files.move(draft, directory.resolve(Manifest.FILE), StandardCopyOption.ATOMIC_MOVE);
      return 0;
    } catch (BundleException e) {
      e.errors().forEach(fault -> spec.commandLine().getErr().println("error: " + fault));
      return REFUSED;
    } catch (SigningException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }

  /** The envelope that is there if it is of these files, else a new one. */
  private Envelope envelope(Bundle bundle) throws IOException {
    var fresh = Manifest.unsigned(bundle.files());
    try {
      byte[] json = Files.readAllBytes(directory.resolve(Manifest.FILE));
      var there = Envelope.parse(Manifest.FILE, json);
      boolean same =
          there.payloadType().equals(fresh.payloadType())
              && Arrays.equals(there.payload(), fresh.payload());
      return same ? there : fresh;
    } catch (NoSuchFileException | SigningException e) {
      return fresh;
    }
  }
}
