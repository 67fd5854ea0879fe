package dev.ostiary.sidecar.record;

import dev.ostiary.record.v1.DecisionLogEntry;

/** The record that stands for decisions of class observe that were lost. */
public final class Gaps {
  private Gaps() {}

  /** The record's bytes. */
  public static byte[] record(dev.ostiary.log.Gap gap) {
    return DecisionLogEntry.newBuilder()
        .setTimeMicros(Clock.systemMicros())
        .setGap(dev.ostiary.record.v1.Gap.newBuilder().setCount(gap.lost()))
        .build()
        .toByteArray();
  }
}
