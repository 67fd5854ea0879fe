package dev.ostiary.sidecar;

import dev.ostiary.log.CannotOpenException;
import dev.ostiary.log.DecisionLog;
import dev.ostiary.sidecar.facts.CannotFoldException;
import dev.ostiary.sidecar.facts.FactLog;
import dev.ostiary.sidecar.record.Clock;
import dev.ostiary.sidecar.record.LastEntry;
import dev.ostiary.sidecar.subjects.Subjects;
import dev.ostiary.sidecar.subjects.SubjectsException;
import java.io.IOException;

/**
 * What a sidecar writes: its facts, its decisions, and beside them the tables of what people are
 * called in both.
 *
 * @param data where they are
 * @param clock gives their times, from the last that they have
 */
record Book(
    DataDirectory data, Clock clock, Subjects subjects, FactLog facts, DecisionLog decisions) {
  /** Opens all of it or nothing. Blocks. */
  static Book open(DataDirectory data, Journal journal) throws StartException {
    var clock = new Clock(Clock::systemMicros);
    try {
      var subjects = Subjects.open(data.path(), data.config().subjectsKey(), data.tables());
      try {
        return open(data, journal, clock, subjects);
      } catch (StartException | RuntimeException e) {
        subjects.close();
        throw e;
      }
    } catch (SubjectsException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
  }

  private static Book open(DataDirectory data, Journal journal, Clock clock, Subjects subjects)
      throws StartException {
    var facts = facts(data, clock, subjects);
    if (facts.foldedFrom() > 0)
      journal.say("facts folded from the snapshot at " + facts.revision(facts.foldedFrom()));
    try {
      var log = DecisionLog.open(data.decisionsOptions(subjects::ship));
      try {
        log.notices().forEach(journal::say);
        clock.notBefore(LastEntry.micros(data.decisions()));
        clock.notBefore(facts.lastMicros());
        return new Book(data, clock, subjects, facts, log);
      } catch (IOException | RuntimeException e) {
        log.close();
        throw e;
      }
    } catch (CannotOpenException | IOException e) {
      facts.close();
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (StartException | RuntimeException e) {
      facts.close();
      throw e;
    }
  }

  private static FactLog facts(DataDirectory data, Clock clock, Subjects subjects)
      throws StartException {
    try {
      return FactLog.open(data.factsOptions(subjects::ship), clock::micros, subjects, data.store());
    } catch (CannotOpenException | CannotFoldException e) {
      throw new StartException(String.valueOf(e.getMessage()));
    }
  }

  /** Lets go of all of it, after a start that came to nothing. Blocks. */
  void close() {
    decisions.close();
    facts.close();
    subjects.close();
  }
}
