package dev.ostiary.sidecar.decide;

/**
 * Answers questions by snapshots. Pure: the same question on the same snapshot gets the same
 * result.
 */
public final class Decider {
  private Decider() {}

  /** The result on a question. Any thread; never blocks. */
  public static Result decide(Question question, Snapshot snapshot) {
    throw new UnsupportedOperationException(question + " by " + snapshot);
  }

  /** The same result, with what each policy said. */
  public static Explained explain(Question question, Snapshot snapshot) {
    throw new UnsupportedOperationException(question + " by " + snapshot);
  }
}
