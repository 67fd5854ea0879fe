package dev.ostiary.sidecar.decide;

/**
 * A position in a fact log; it means the same on every machine.
 *
 * @param origin the fact log's name, without the epoch
 * @param epoch the tree of that log, from 1
 * @param size number of its entries after the last one that counts
 */
public record Revision(String origin, long epoch, long size) {
  /** {@code origin/epoch@size}. */
  @Override
  public String toString() {
    return origin + "/" + epoch + "@" + size;
  }
}
