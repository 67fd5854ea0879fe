package dev.ostiary.log;

import dev.ostiary.log.note.Checkpoint;

/** What a verification found. */
public sealed interface Verdict {
  /**
   * Everything that was read agrees with what was signed.
   *
   * @param checkpoint the checkpoint verified
   * @param entries entries whose bytes were checked; less than the size if the log is pruned
   * @param checkpoints earlier checkpoints found consistent
   */
  record Valid(Checkpoint checkpoint, long entries, int checkpoints) implements Verdict {}

  /**
   * Something contradicts what was signed.
   *
   * @param reason what is wrong, in one line
   * @param where the file, and the index where there is one
   */
  record NotValid(String reason, String where) implements Verdict {}

  /**
   * Something needed cannot be read, so neither can be said.
   *
   * @param reason what is missing, in one line
   * @param where the file or address
   */
  record CouldNotTell(String reason, String where) implements Verdict {}
}
