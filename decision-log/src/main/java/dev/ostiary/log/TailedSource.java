package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;
import dev.ostiary.log.note.NoteException;
import dev.ostiary.log.note.SignedNote;
import dev.ostiary.log.store.ObjectStore;
import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.GrowingTree;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.Merkle;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.tile.TileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tree in a store, up to the checkpoint of its newest tail: the store's own checkpoint and its
 * partial tiles may be a minute older. What follows from the tails is worked out in memory. Not
 * thread-safe; it stays at the state of the first read.
 */
public final class TailedSource implements TileSource {
  private final ObjectStore store;
  private final Map<String, byte[]> inMemory = new HashMap<>();
  private final List<Tail> tails = new ArrayList<>();
  private Optional<SignedNote> newest = Optional.empty();
  private boolean loaded;

  /** The tree directly below {@code store}'s place. */
  public TailedSource(ObjectStore store) {
    this.store = store;
  }

  /** The newest signed checkpoint in the store, its signatures not checked; empty if none. */
  public Optional<SignedNote> newest() throws IOException {
    if (!loaded) newest = load();
    loaded = true;
    return newest;
  }

  /** The tails after the store's own checkpoint, in order. */
  List<Tail> tails() throws IOException {
    newest();
    return tails;
  }

  private Optional<SignedNote> load() throws IOException {
    var stored = store.read("checkpoint");
    long base = 0;
    Optional<SignedNote> last = Optional.empty();
    try {
      if (stored.isPresent()) {
        var note = SignedNote.parse(new String(stored.get(), StandardCharsets.UTF_8));
        base = Checkpoint.parse(note.text()).size();
        last = Optional.of(note);
      }
    } catch (NoteException e) {
      throw new Bundle.FormException("checkpoint", e.getMessage());
    }
    for (long from = base; ; from = tails.getLast().checkpoint().size()) {
      var bytes = store.read(Tail.name(from));
      if (bytes.isEmpty()) break;
      tails.add(Tail.parse(from, bytes.get()));
    }
    if (tails.isEmpty()) return last;
    var newestTail = tails.getLast();
    workOut(base, newestTail.checkpoint().size());
    inMemory.put("checkpoint", newestTail.note().encoded().getBytes(StandardCharsets.UTF_8));
    return Optional.of(newestTail.note());
  }

  /** The partial tiles and the partial bundle at the newest tail's checkpoint. */
  private void workOut(long base, long size) throws IOException {
    long whole = size / TilePath.WIDTH * TilePath.WIDTH;
    TileSource plain = plain();
    var tree = new GrowingTree((_, _, _) -> {}, whole, new RightEdge(plain, whole).hashes());
    var bundle = new Bundle();
    var entries = new ArrayList<byte[]>();
    if (base > whole) entries.addAll(Bundle.read(plain, whole / TilePath.WIDTH, base));
    for (var tail : tails) if (tail.checkpoint().size() > whole) entries.addAll(tail.entries());
    var merkle = new Merkle();
    var hash = new byte[Hash.BYTES];
    for (byte[] entry : entries) {
      merkle.leafInto(entry, 0, entry.length, hash, 0);
      tree.append(hash, 0);
      bundle.add(entry, 0, entry.length);
    }
    for (int level = 0; level < tree.levels(); level++) {
      int width = tree.width(level);
      if (width == 0) continue;
      long index = (size >>> (8 * level)) / TilePath.WIDTH;
      inMemory.put(TilePath.tile(level, index, width), tree.partial(level));
      if (level == 0) inMemory.put(TilePath.bundle(index, width), bundle.bytes());
    }
  }

  /** The store as it is, without its tails. */
  private TileSource plain() {
    return new TileSource() {
      @Override
      public Optional<byte[]> read(String path) throws IOException {
        return store.read(path);
      }

      @Override
      public List<String> keptCheckpoints() {
        return List.of();
      }
    };
  }

  @Override
  public Optional<byte[]> read(String path) throws IOException {
    newest();
    byte[] known = inMemory.get(path);
    if (known != null) return Optional.of(known);
    for (var tail : tails)
      if (path.equals(Tail.name(tail.from())))
        return Optional.of(tail.note().encoded().getBytes(StandardCharsets.UTF_8));
    return store.read(path);
  }

  /** Those that the store keeps, and that of each tail that was followed. */
  @Override
  public List<String> keptCheckpoints() throws IOException {
    newest();
    var kept = new ArrayList<String>();
    for (var object : store.list("checkpoints").objects()) kept.add("checkpoints/" + object.name());
    for (var tail : tails) kept.add(Tail.name(tail.from()));
    return kept;
  }

  @Override
  public String toString() {
    return store.toString();
  }
}
