package dev.ostiary.sidecar.cli;

import dev.ostiary.log.Evidence;
import dev.ostiary.log.LogReader;
import dev.ostiary.log.TailedSource;
import dev.ostiary.log.Verdict;
import dev.ostiary.log.Verifier;
import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.record.v1.Started;
import dev.ostiary.sidecar.record.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ostiary log verify}: checks a log's published files against its signed checkpoints. */
@Command(
    name = "verify",
    description = {
      "Check a log: signatures, every entry, every tile, and that each earlier checkpoint and"
          + " receipt is consistent with it.",
      "Reads what is published and never mends it."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:valid", "1:not valid", "2:could not tell, or wrong usage"},
    mixinStandardHelpOptions = true)
final class LogVerify implements Callable<Integer> {
  static final int NOT_VALID = 1;
  static final int COULD_NOT_TELL = 2;

  @Spec private CommandSpec spec = CommandSpec.create(); // replaced before it runs

  @Parameters(
      index = "0",
      paramLabel = "LOG",
      description =
          "A data directory, one log in it such as DATA/decisions/1, an HTTP address of a log, or"
              + " s3://BUCKET/PREFIX.")
  private String log = "";

  @Parameters(
      index = "1..*",
      paramLabel = "EVIDENCE",
      description = "Files with checkpoints or receipts that were obtained earlier.")
  private List<Path> evidence = List.of();

  @Option(
      names = "--vkey",
      paramLabel = "KEY",
      description =
          "The verifier key, or a file that holds it. Without it, the key beside the log is used.")
  private @Nullable String vkey;

  @Option(
      names = "--cosigner",
      paramLabel = "KEY",
      description =
          "A further key that must have signed the last checkpoint: the log's second, or a"
              + " witness's. May be given again.")
  private List<String> cosigners = List.of();

  @Override
  public Integer call() throws IOException {
    var place = LogPlace.of(log);
    if (!(place instanceof LogPlace.Bucket(var newest, var earlier)))
      return verify(place.source(), key(place), evidence());
    int code = 0;
    for (var tree : earlier) {
      var source = new TailedSource(tree);
      // An epoch that was never begun has nothing, a key of one epoch is none of another.
      if (source.newest().isPresent() && key(source).name().equals(LogKeys.origin(source)))
        code = worse(code, verify(source, key(source), List.of()));
    }
    var source = new TailedSource(newest);
    code = worse(code, verify(source, key(place), evidence()));
    return code == 0 && LogKeys.origin(source).contains("/decisions/")
        ? followed(earlier, source)
        : code;
  }

  private static int worse(int one, int other) {
    return one == NOT_VALID || other == NOT_VALID ? NOT_VALID : Math.max(one, other);
  }

  private int verify(TileSource source, VerifierKey key, List<Evidence> earlier)
      throws IOException {
    var out = spec.commandLine().getOut();
    var progress = new ProgressLine(spec.commandLine().getErr(), "verified");
    var further = new ArrayList<VerifierKey>();
    for (String cosigner : cosigners)
      further.add(LogKeys.under(LogKeys.parse("--cosigner", cosigner), key.name()));
    var verdict = Verifier.verify(source, key, further, earlier, progress::at);
    progress.end();
    return switch (verdict) {
      case Verdict.Valid(var checkpoint, var entries, var checkpoints) -> {
        out.printf(
            "valid: %s, %d entries, root %s; %d entries read, %d earlier checkpoints consistent%n",
            checkpoint.origin(), checkpoint.size(), checkpoint.root(), entries, checkpoints);
        yield 0;
      }
      case Verdict.NotValid(var reason, var where) -> {
        out.println("not valid: " + where + ": " + reason);
        yield NOT_VALID;
      }
      case Verdict.CouldNotTell(var reason, var where) -> {
        out.println("could not tell: " + where + ": " + reason);
        yield COULD_NOT_TELL;
      }
    };
  }

  /**
   * Says which of a bucket's epochs do not end with {@code closed}, and where they end; each must
   * begin with the end of the one before.
   */
  private int followed(List<ObjectStore> earlier, TileSource newest) throws IOException {
    var out = spec.commandLine().getOut();
    int code = 0;
    Optional<Checkpoint> before = Optional.empty();
    for (var tree : earlier) {
      var source = new TailedSource(tree);
      var note = source.newest();
      if (note.isEmpty()) continue;
      var reader = LogReader.open(source);
      code = worse(code, follows(before, Ending.started(reader), LogKeys.origin(source)));
      before = Optional.of(LogKeys.checkpoint(note.get()));
      var ending = Ending.of(reader);
      if (!ending.closed()) out.println(tree + " fell silent without `closed`: " + ending.place());
    }
    var reader = LogReader.open(newest);
    code = worse(code, follows(before, Ending.started(reader), LogKeys.origin(newest)));
    var ending = Ending.of(reader);
    if (!ending.closed())
      out.println(
          LogKeys.origin(newest) + " runs, or fell silent without `closed`: " + ending.place());
    return code;
  }

  /** Whether an epoch began with the one before it as it is in the bucket. */
  private int follows(Optional<Checkpoint> before, Optional<Started> started, String origin) {
    if (before.isEmpty() || started.isEmpty()) return 0; // the first, or its beginning was pruned
    var named = started.get().getPrevious();
    Checkpoint last = before.get();
    boolean same =
        named.getOrigin().equals(last.origin())
            && named.getSize() == last.size()
            && Arrays.equals(named.getRoot().toByteArray(), last.root().bytes());
    if (same) return 0;
    spec.commandLine()
        .getOut()
        .printf(
            "not valid: %s began after %s of %d entries, the bucket has %d of %s%n",
            origin, named.getOrigin(), named.getSize(), last.size(), last.origin());
    return NOT_VALID;
  }

  private VerifierKey key(LogPlace place) throws IOException {
    if (vkey != null) return key(place.source());
    var local = place.localKey();
    if (local.isEmpty())
      throw new UserException("no key: none lies beside " + log + "; give one with --vkey");
    spec.commandLine().getErr().println("using the key that lies beside the log: " + local.get());
    return local.get();
  }

  /** The key that was given, under the log's name. */
  private VerifierKey key(TileSource source) throws IOException {
    if (vkey == null)
      throw new UserException("no key: none lies beside " + log + "; give one with --vkey");
    return LogKeys.under(LogKeys.parse("--vkey", vkey), LogKeys.origin(source));
  }

  /** What is no UTF-8 is no evidence either, which is for the verifier to say. */
  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private List<Evidence> evidence() throws IOException {
    var read = new ArrayList<Evidence>();
    for (Path file : evidence) {
      if (!Files.isRegularFile(file)) throw new UserException(file + ": no such file");
      read.add(new Evidence(file.toString(), text(file)));
    }
    return read;
  }
}
