package dev.ostiary.sidecar.cli;

import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.sidecar.bundle.Manifest;
import dev.ostiary.sidecar.sign.Envelope;
import dev.ostiary.sidecar.sign.SigningException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary bundle inspect}: shows an envelope without believing it. */
@Command(
    name = "inspect",
    description = {
      "Show what the envelope of a bundle says: the digest of each file, and which keys claim to"
          + " have signed.",
      "Nothing is checked; `ostiary bundle verify` does."
    },
    mixinStandardHelpOptions = true)
final class BundleInspect implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(paramLabel = "DIR", description = "The bundle's directory.")
  private Path directory = Path.of(""); // replaced before it runs

  @Option(
      names = "--payload",
      description = "Print the signed bytes as they are, and nothing else.")
  private boolean payload;

  @Override
  public Integer call() throws IOException {
    Path file = directory.resolve(Manifest.FILE);
    var out = spec.commandLine().getOut();
    try {
      var envelope = Envelope.parse(file.toString(), Files.readAllBytes(file));
      if (payload) {
        out.print(new String(envelope.payload(), StandardCharsets.UTF_8));
        out.flush();
        return 0;
      }
      out.printf("type %s%n", JsonWriter.quoted(envelope.payloadType()));
      Manifest.read(envelope.payload())
          .forEach((path, digest) ->
              out.printf("%s  %s%n", JsonWriter.quoted(digest), JsonWriter.quoted(path)));
      for (var signature : envelope.signatures())
        out.printf("key %s%n", JsonWriter.quoted(signature.keyId()));
      return 0;
    } catch (NoSuchFileException e) {
      throw new UserException(
          file + ": expected an envelope, found none; the bundle is not signed");
    } catch (SigningException | SourceException e) {
      throw new UserException(String.valueOf(e.getMessage()));
    }
  }
}
