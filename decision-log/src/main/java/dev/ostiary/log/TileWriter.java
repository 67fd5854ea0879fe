package dev.ostiary.log;

import dev.ostiary.log.tile.Bundle;
import dev.ostiary.log.tile.GrowingTree;
import dev.ostiary.log.tile.Hash;
import dev.ostiary.log.tile.TilePath;
import dev.ostiary.log.wal.Frame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Turns frames into tiles and entry bundles. What is not taken away stays, so that a failed write
 * is tried again.
 */
final class TileWriter {
  /** A file of the tree. */
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Output(String path, byte[] bytes) {
    interface Sink {
      void put(Output output) throws IOException;
    }
  }

  private final GrowingTree tree;
  private final Bundle bundle = new Bundle();
  private final Deque<Output> full = new ArrayDeque<>();

  /** Continues after {@code size} entries, a multiple of 256, with the tree's right edge. */
  TileWriter(long size, List<byte[]> edge) {
    tree =
        new GrowingTree(
            (level, index, hashes) ->
                full.add(new Output(TilePath.tile(level, index, TilePath.WIDTH), hashes)),
            size,
            edge);
  }

  long size() {
    return tree.size();
  }

  Hash root() {
    return tree.root();
  }

  /** Adds the entries of a frame that are not in the tree yet. */
  void add(Frame frame) {
    int at = frame.entryOffset(0);
    for (int i = 0; i < frame.count(); i++) {
      int length = frame.entryLength(i);
      if (frame.index() + i >= tree.size()) {
        bundle.add(frame.bytes(), at, length);
        tree.append(frame.bytes(), frame.hashOffset(i));
        if (tree.size() % TilePath.WIDTH == 0) {
          full.add(
              new Output(
                  TilePath.bundle(tree.size() / TilePath.WIDTH - 1, TilePath.WIDTH),
                  bundle.bytes()));
          bundle.clear();
        }
      }
      at += length;
    }
  }

  /** Whether full tiles wait. */
  boolean hasFull() {
    return !full.isEmpty();
  }

  /** Hands over the full tiles; one that the sink does not take stays the first. */
  void writeFull(Output.Sink sink) throws IOException {
    for (Output output = full.peek(); output != null; output = full.peek()) {
      sink.put(output);
      full.remove();
    }
  }

  /** The partial tiles and bundle of the tree as it is now. */
  List<Output> partials() {
    var partials = new ArrayList<Output>();
    for (int level = 0; level < tree.levels(); level++) {
      int width = tree.width(level);
      if (width == 0) continue;
      long index = (tree.size() >>> (8 * level)) / TilePath.WIDTH;
      partials.add(new Output(TilePath.tile(level, index, width), tree.partial(level)));
      if (level == 0) partials.add(new Output(TilePath.bundle(index, width), bundle.bytes()));
    }
    return partials;
  }
}
