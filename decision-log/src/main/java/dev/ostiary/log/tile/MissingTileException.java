package dev.ostiary.log.tile;

import java.io.IOException;

/** A tile or bundle that the tree must have is not there; the message is its path. */
public final class MissingTileException extends IOException {
  private final String path;

  public MissingTileException(String path) {
    super(path + ": expected a file, found none");
    this.path = path;
  }

  /** What is missing. */
  public String path() {
    return path;
  }
}
