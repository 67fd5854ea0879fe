package dev.ostiary.cedar.explain;

import dev.ostiary.cedar.Trace.Observation;

/** Decides which values an explanation shows. */
@FunctionalInterface
public interface Mask {
  /** Shows every value, long ones in part. */
  Mask NONE = observed -> observed.value().toString();

  /** Shows no value. */
  Mask ALL = _ -> "…";

  /**
   * What to show in place of a value: of an attribute or tag, whose entity is then {@link
   * Observation#owner}, or of a variable.
   */
  String show(Observation observed);
}
