package dev.ostiary.sidecar.replay;

import java.util.List;

/**
 * A logged decision that comes out otherwise when it is made again.
 *
 * @param index index of its entry
 * @param item its place in the entry, 0 unless that is a batch
 * @param decisionId its id in hexadecimal
 * @param parts what differs; at least one
 */
public record Difference(long index, int item, String decisionId, List<Part> parts) {
  public Difference {
    parts = List.copyOf(parts);
  }

  /**
   * One field that differs.
   *
   * @param field its name in {@code ostiary.record.v1.DecisionRecord}
   * @param logged as the entry has it
   * @param again as it comes out
   */
  public record Part(String field, String logged, String again) {}
}
