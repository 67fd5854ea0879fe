package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.Receipt;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.GrowingTree;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.MissingTileException;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.tile.TileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks a tree with nothing but its published files and a key: the checkpoint's signature, every
 * entry against its leaf hash, every tile against the one above, the root, and each kept or earlier
 * checkpoint and receipt for consistency. It reads tiles and never mends them from the write-ahead
 * log.
 */
public final class Verifier {
  private static final long PROGRESS_NANOS = 100_000_000;

  private final TileSource source;
  private final VerifierKey key;
  private final Progress progress;
  private final Merkle merkle = new Merkle();
  private final Map<Long, List<Expected>> roots = new TreeMap<>();
  private int checkpoints;

  /** Told how far a verification is, from its own thread, about ten times a second at most. */
  @FunctionalInterface
  public interface Progress {
    /**
     * So many entries are done.
     *
     * @param entries entries checked
     * @param of entries to check
     */
    void at(long entries, long of);
  }

  /** A root that the tree must have had at some size, and who says so. */
  private record Expected(String name, Hash root) {}

  private static final class InvalidException extends Exception {
    private final String where;
    private final String reason;

    InvalidException(String where, String reason) {
      super(reason, null, false, false);
      this.where = where;
      this.reason = reason;
    }
  }

  private Verifier(TileSource source, VerifierKey key, Progress progress) {
    this.source = source;
    this.key = key;
    this.progress = progress;
  }

  /**
   * Verifies the tree at {@code source}.
   *
   * @param key the log's verifier key; its name is the expected origin
   * @param earlier signed checkpoints and receipts that were obtained before, each of which must be
   *     consistent with the tree
   */
  public static Verdict verify(
      TileSource source, VerifierKey key, List<Evidence> earlier, Progress progress) {
    return verify(source, key, List.of(), earlier, progress);
  }

  /**
   * The same, for a log whose last checkpoint others must have signed as well.
   *
   * @param cosigners its second key, or witnesses, each of which must have signed
   */
  public static Verdict verify(
      TileSource source,
      VerifierKey key,
      List<VerifierKey> cosigners,
      List<Evidence> earlier,
      Progress progress) {
    try {
      return new Verifier(source, key, progress).verify(cosigners, earlier);
    } catch (InvalidException e) {
      return new Verdict.NotValid(e.reason, e.where);
    } catch (Bundle.FormException e) {
      return new Verdict.NotValid(e.reason(), e.path());
    } catch (MissingTileException e) {
      return new Verdict.CouldNotTell("expected a file, found none", e.path());
    } catch (IOException e) {
      return new Verdict.CouldNotTell(String.valueOf(e.getMessage()), source.toString());
    }
  }

  private Verdict verify(List<VerifierKey> cosigners, List<Evidence> earlier)
      throws IOException, InvalidException {
    var bytes = source.read("checkpoint").orElseThrow(() -> new MissingTileException("checkpoint"));
    String text = new String(bytes, StandardCharsets.UTF_8);
    var latest = checkpoint("checkpoint", text);
    for (var cosigner : cosigners) cosigned(cosigner, text);
    for (String path : source.keptCheckpoints()) {
      var kept = source.read(path).orElseThrow(() -> new MissingTileException(path));
      expect(path, checkpoint(path, new String(kept, StandardCharsets.UTF_8)), latest);
    }
    for (var evidence : earlier) evidence(evidence, latest);
    var start = Pruned.start(source, latest.size());
    walk(latest, start);
    return new Verdict.Valid(latest, latest.size() - start.size(), checkpoints);
  }

  private void evidence(Evidence evidence, Checkpoint latest) throws InvalidException {
    if (!evidence.text().startsWith(Receipt.HEADER + "\n")) {
      expect(evidence.name(), checkpoint(evidence.name(), evidence.text()), latest);
      return;
    }
    Receipt receipt;
    try {
      receipt = Receipt.parse(evidence.text());
    } catch (NoteException e) {
      throw new InvalidException(evidence.name(), e.getMessage());
    }
    expect(evidence.name(), checkpoint(evidence.name(), receipt.checkpoint().encoded()), latest);
    receipts.add(new NamedReceipt(evidence.name(), receipt));
  }

  private record NamedReceipt(String name, Receipt receipt) {}

  private final List<NamedReceipt> receipts = new ArrayList<>();

  private Checkpoint checkpoint(String name, String text) throws InvalidException {
    try {
      var checkpoint = Checkpoint.parse(key.verified(SignedNote.parse(text)));
      if (!checkpoint.origin().equals(key.name())) {
        throw new InvalidException(
            name, "expected origin `" + key.name() + "`, got `" + checkpoint.origin() + "`");
      }
      return checkpoint;
    } catch (NoteException e) {
      throw new InvalidException(name, e.getMessage());
    }
  }

  private static void cosigned(VerifierKey cosigner, String text) throws InvalidException {
    try {
      cosigner.verified(SignedNote.parse(text));
    } catch (NoteException e) {
      throw new InvalidException("checkpoint", e.getMessage());
    }
  }

  private void expect(String name, Checkpoint checkpoint, Checkpoint latest)
      throws InvalidException {
    if (checkpoint.size() > latest.size()) {
      throw new InvalidException(
          name,
          "expected at most the "
              + latest.size()
              + " entries of the log, got a checkpoint of "
              + checkpoint.size());
    }
    roots
        .computeIfAbsent(checkpoint.size(), _ -> new ArrayList<>())
        .add(new Expected(name, checkpoint.root()));
    checkpoints++;
  }

  /**
   * Builds the tree again from its entries, and holds every tile and every known root against it.
   */
  private void walk(Checkpoint latest, Pruned.Start start) throws IOException, InvalidException {
    long size = latest.size();
    var full = new ArrayList<TileWriter.Output>();
    var tree =
        new GrowingTree(
            (level, index, hashes) ->
                full.add(
                    new TileWriter.Output(TilePath.tile(level, index, TilePath.WIDTH), hashes)),
            start.size(),
            start.edge());
    var published = new TileTree(source, size);
    earlierRoots(published, start.size());
    known(tree);
    var hash = new byte[Hash.BYTES];
    long reported = System.nanoTime();
    while (tree.size() < size) {
      long bundle = tree.size() / TilePath.WIDTH;
      for (byte[] entry : Bundle.read(source, bundle, size)) {
        merkle.leafInto(entry, 0, entry.length, hash, 0);
        tree.append(hash, 0);
        known(tree);
      }
      for (var tile : full) hold(tile);
      full.clear();
      if (System.nanoTime() - reported >= PROGRESS_NANOS) {
        progress.at(tree.size(), size);
        reported = System.nanoTime();
      }
    }
    for (int level = 0; level < tree.levels(); level++) {
      int width = tree.width(level);
      if (width > 0) {
        long index = (size >>> (8 * level)) / TilePath.WIDTH;
        hold(new TileWriter.Output(TilePath.tile(level, index, width), tree.partial(level)));
      }
    }
    if (!tree.root().equals(latest.root())) {
      throw new InvalidException(
          "checkpoint",
          "expected root " + latest.root().base64() + " as signed, got " + tree.root().base64());
    }
    for (var receipt : receipts) included(receipt, published);
    progress.at(size, size);
  }

  private void hold(TileWriter.Output expected) throws IOException, InvalidException {
    String path = expected.path();
    var found = source.read(path);
    if (found.isEmpty()) {
      int partial = path.indexOf(".p/");
      if (partial < 0) throw new MissingTileException(path);
      // A partial tile may be gone once the full one is there.
      path = path.substring(0, partial);
      found = source.read(path).map(full -> Arrays.copyOf(full, expected.bytes().length));
      if (found.isEmpty()) throw new MissingTileException(expected.path());
    }
    byte[] there = found.get();
    if (Arrays.equals(there, expected.bytes())) return;
    int differs = Arrays.mismatch(there, expected.bytes());
    throw new InvalidException(
        path, "expected the hashes of the entries below it, got other bytes from byte " + differs);
  }

  private void known(GrowingTree tree) throws InvalidException {
    var expected = roots.get(tree.size());
    if (expected == null) return;
    check(expected, tree.size(), tree.root());
  }

  private static void check(List<Expected> expected, long size, Hash root) throws InvalidException {
    for (var one : expected) {
      if (!one.root().equals(root)) {
        throw new InvalidException(
            one.name(),
            "expected root "
                + one.root().base64()
                + " at "
                + size
                + " entries, got "
                + root.base64());
      }
    }
  }

  /**
   * Checkpoints from before what is pruned can still be checked where the tiles above are there.
   */
  private void earlierRoots(TileTree published, long start) throws IOException, InvalidException {
    for (var known : roots.entrySet()) {
      if (known.getKey() >= start) continue;
      try {
        check(known.getValue(), known.getKey(), published.root(known.getKey()));
      } catch (MissingTileException e) {
        checkpoints -= known.getValue().size(); // its tiles are pruned: nothing can be said of it
      }
    }
  }

  private void included(NamedReceipt named, TileTree published)
      throws IOException, InvalidException {
    var receipt = named.receipt();
    Checkpoint against;
    try {
      against = Checkpoint.parse(receipt.checkpoint().text());
    } catch (NoteException e) {
      throw new InvalidException(named.name(), e.getMessage());
    }
    if (receipt.index() >= against.size()) {
      throw new InvalidException(
          named.name(), "expected an index below " + against.size() + ", got " + receipt.index());
    }
    var leaf = published.leaf(receipt.index());
    if (!against
        .root()
        .equals(merkle.rootOf(leaf, receipt.index(), against.size(), receipt.path()))) {
      throw new InvalidException(
          named.name(),
          "the proof does not lead from entry " + receipt.index() + " to the signed root");
    }
  }
}
