package dev.ostiary.sidecar.cli;

import dev.ostiary.log.LogReader;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log receipt}: prints and checks a receipt. */
@Command(
    name = "receipt",
    description = {
      "Print a receipt, and check it: the checkpoint's signature, and that the proof leads from the"
          + " entry's leaf hash to the signed root.",
      "The leaf hash is the one in the answer to a check, or that of the entry in LOG."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:valid", "1:not valid", "2:could not tell, or wrong usage"},
    mixinStandardHelpOptions = true)
final class LogReceipt implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(index = "0", paramLabel = "RECEIPT", description = "A file with a tlog-proof.")
  private Path file = Path.of("");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "LOG",
      description = "The log, to take the entry's leaf hash and the key from.")
  private @Nullable String log;

  @Option(
      names = "--leaf",
      paramLabel = "HASH",
      description = "The entry's leaf hash, in hexadecimal or Base64.")
  private @Nullable String leaf;

  @Option(
      names = "--vkey",
      paramLabel = "KEY",
      description = "The verifier key, or a file that holds it. Without it, the key beside LOG.")
  private @Nullable String vkey;

  @Option(
      names = "--cosigner",
      paramLabel = "KEY",
      description = "A further key that must have signed: the log's second, or a witness's.")
  private List<String> cosigners = List.of();

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(file)) throw new UserException(file + ": no such file");
    var out = spec.commandLine().getOut();
    try {
      var receipt = Receipt.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      var checkpoint = Checkpoint.parse(receipt.checkpoint().text());
      out.printf(
          "entry %d of %d in %s, root %s%n",
          receipt.index(), checkpoint.size(), checkpoint.origin(), checkpoint.root());
      for (var signature : receipt.checkpoint().signatures())
        out.printf("signed as %s, key %08x%n", signature.name(), signature.keyId());
      var key = key(checkpoint.origin());
      if (key.isEmpty()) return tell(LogVerify.COULD_NOT_TELL, "no key; give one with --vkey");
      key.get().verified(receipt.checkpoint());
      for (String cosigner : cosigners)
        LogKeys.under(LogKeys.parse("--cosigner", cosigner), checkpoint.origin())
            .verified(receipt.checkpoint());
      if (!checkpoint.origin().equals(key.get().name())) {
        return tell(LogVerify.NOT_VALID, "expected origin `" + key.get().name() + "`");
      }
      var hash = leafHash(receipt.index());
      if (hash.isEmpty()) {
        return tell(
            LogVerify.COULD_NOT_TELL,
            "the signature is valid, but of which entry? give its hash with --leaf, or the log");
      }
      var root =
          new Merkle().rootOf(hash.get(), receipt.index(), checkpoint.size(), receipt.path());
      if (!checkpoint.root().equals(root)) {
        return tell(
            LogVerify.NOT_VALID,
            "the proof does not lead from leaf " + hash.get() + " to the signed root");
      }
      out.println("valid: leaf " + hash.get());
      return 0;
    } catch (NoteException e) {
      return tell(LogVerify.NOT_VALID, String.valueOf(e.getMessage()));
    }
  }

  private int tell(int code, String what) {
    String verdict = code == LogVerify.NOT_VALID ? "not valid: " : "could not tell: ";
    spec.commandLine().getOut().println(verdict + file + ": " + what);
    return code;
  }

  private Optional<VerifierKey> key(String origin) throws IOException, NoteException {
    if (vkey != null) return Optional.of(LogKeys.under(LogKeys.parse("--vkey", vkey), origin));
    if (log == null) return Optional.empty();
    var local = LogPlace.of(log).localKey();
    if (local.isEmpty()) return local;
    spec.commandLine().getErr().println("using the key that lies beside the log: " + local.get());
    return Optional.of(local.get().named(origin));
  }

  private Optional<Hash> leafHash(long index) throws IOException {
    if (leaf != null) {
      try {
        return Optional.of(
            leaf.matches("[0-9a-fA-F]{64}")
                ? Hash.at(HexFormat.of().parseHex(leaf), 0)
                : Hash.ofBase64(leaf));
      } catch (IllegalArgumentException e) {
        throw new UserException("--leaf: " + e.getMessage());
      }
    }
    if (log == null) return Optional.empty();
    var reader = LogReader.open(LogPlace.of(log).source());
    if (index >= reader.publishedSize()) return Optional.empty();
    // From the entry itself: the tiles may say anything.
    byte[] entry = reader.entry(index);
    return Optional.of(new Merkle().leaf(entry, 0, entry.length));
  }
}
