package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.note.VerifierKey;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.MissingTileException;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import dev.ostiary.log.tile.TileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a published tree goes to a store, and whether what is there already is the same tree.
 *
 * @param local the published tree
 * @param store its counterpart
 * @param key signs the tree's checkpoints
 */
record Cargo(TileSource local, ObjectStore store, VerifierKey key) {
  /** The store holds something that this log never was. */
  static final class ForkException extends Exception {
    ForkException(String message) {
      super(message, null, false, false);
    }
  }

  /** The full tiles and bundles over entries {@code [from, to)}, both multiples of 256. */
  Map<String, byte[]> full(long from, long to) throws IOException {
    var objects = new LinkedHashMap<String, byte[]>();
    for (String path : TreeFiles.full(from, to))
      objects.put(path, local.read(path).orElseThrow(() -> new MissingTileException(path)));
    return objects;
  }

  /** The partial tiles and the partial bundle at {@code size}. */
  Map<String, byte[]> partial(long size) throws IOException {
    var tree = new TileTree(local, size);
    var objects = new LinkedHashMap<String, byte[]>();
    for (int level = 0; size >>> (8 * level) > 0; level++) {
      long index = (size >>> (8 * level)) / TilePath.WIDTH;
      int width = TilePath.width(level, index, size);
      if (width == 0) continue;
      objects.put(TilePath.tile(level, index, width), tree.tile(level, index));
      if (level == 0) {
        var bundle = new Bundle();
        for (byte[] entry : Bundle.read(local, index, size)) bundle.add(entry, 0, entry.length);
        objects.put(TilePath.bundle(index, width), bundle.bytes());
      }
    }
    return objects;
  }

  /** The tail from {@code from} to {@code size}, under a signed checkpoint of that size. */
  byte[] tail(long from, long size, byte[] signed) throws IOException {
    long first = Tail.first(from, size);
    var entries = new ArrayList<byte[]>();
    if (first < size) {
      long bundle = first / TilePath.WIDTH;
      var all = Bundle.read(local, bundle, size);
      entries.addAll(all.subList(Math.toIntExact(first - bundle * TilePath.WIDTH), all.size()));
    }
    return Tail.encode(signed, entries);
  }

  /** Creates an object whose bytes are the tree's, and could be no others. */
  void create(String name, byte[] bytes) throws IOException, ForkException {
    if (store.create(name, bytes)) return;
    var there = store.read(name);
    if (there.isEmpty()) throw new IOException(name + ": exists, and cannot be read");
    if (!Arrays.equals(there.get(), bytes)) throw fork(name);
  }

  /**
   * Creates a tail. Where there is one already, written before a stop that kept its answer away, it
   * is taken as it is if it is this log's.
   *
   * @return the size that the store then has
   */
  long createTail(long from, long size, byte[] bytes, Checkpoint published)
      throws IOException, ForkException {
    String name = Tail.name(from);
    if (store.create(name, bytes)) return size;
    byte[] there =
        store.read(name).orElseThrow(() -> new IOException(name + ": exists, and cannot be read"));
    if (Arrays.equals(there, bytes)) return size;
    return own(from, there, published);
  }

  /** The size of a tail that is in the store, if it is this log's. */
  private long own(long from, byte[] there, Checkpoint published)
      throws IOException, ForkException {
    String name = Tail.name(from);
    Tail tail;
    try {
      tail = Tail.parse(from, there);
    } catch (Bundle.FormException e) {
      throw fork(name);
    }
    long size = check(name, tail.note(), published);
    byte[] signed = tail.note().encoded().getBytes(StandardCharsets.UTF_8);
    if (!Arrays.equals(there, tail(from, size, signed))) throw fork(name);
    return size;
  }

  /** Creates a kept checkpoint; one of the same tree may have other signatures. */
  void createKept(long size, byte[] signed, Checkpoint published)
      throws IOException, ForkException {
    String name = "checkpoints/" + size;
    if (store.create(name, signed)) return;
    byte[] there =
        store.read(name).orElseThrow(() -> new IOException(name + ": exists, and cannot be read"));
    check(name, note(name, there), published);
  }

  /** Where the store stands. */
  record Shipped(long size, long checkpointSize) {}

  /** Finds out what the store has of this log, and that it is of this log. */
  Shipped resume(Checkpoint published) throws IOException, ForkException {
    var there = new TailedSource(store);
    try {
      var newest = there.newest();
      if (newest.isEmpty()) return new Shipped(0, 0);
      for (var tail : there.tails()) check(Tail.name(tail.from()), tail.note(), published);
      long size = check("checkpoint", newest.get(), published);
      var tails = there.tails();
      return new Shipped(size, tails.isEmpty() ? size : tails.getFirst().from());
    } catch (Bundle.FormException e) {
      throw fork(e.path());
    }
  }

  private SignedNote note(String name, byte[] bytes) throws ForkException {
    try {
      return SignedNote.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (NoteException e) {
      throw fork(name);
    }
  }

  /** The size of a checkpoint in the store that this log once had, signed by its key. */
  private long check(String name, SignedNote note, Checkpoint published)
      throws IOException, ForkException {
    try {
      var checkpoint = Checkpoint.parse(key.verified(note));
      if (checkpoint.size() > published.size())
        throw new ForkException(
            store
                + "/"
                + name
                + ": fork: the store has "
                + checkpoint.size()
                + " signed entries, this log "
                + published.size());
      var root = new TileTree(local, published.size()).root(checkpoint.size());
      if (!checkpoint.origin().equals(key.name()) || !root.equals(checkpoint.root()))
        throw fork(name);
      return checkpoint.size();
    } catch (NoteException e) {
      throw new ForkException(store + "/" + name + ": fork: " + e.getMessage());
    }
  }

  private ForkException fork(String name) {
    return new ForkException(store + "/" + name + ": fork: the store has other bytes");
  }

  /** Names of those kept checkpoints that are no longer needed. */
  List<String> thinnedOut() throws IOException {
    return Thinning.superfluous(store.list("checkpoints").objects());
  }
}
