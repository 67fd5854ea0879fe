package dev.ostiary.sidecar.export;

import dev.ostiary.record.v1.DecisionLogEntry;
import java.util.List;

/** A form for other systems: JSON, one object a line. */
public enum ExportFormat {
  /** OCSF API Activity, one event a decision; other records have no such event. */
  OCSF {
    @Override
    public List<String> lines(String origin, long index, DecisionLogEntry entry) {
      return OcsfEvents.of(origin, index, entry);
    }
  },
  /** CloudEvents 1.0 in JSON, one event a decision and one for each record of another kind. */
  CLOUDEVENTS {
    @Override
    public List<String> lines(String origin, long index, DecisionLogEntry entry) {
      return CloudEvents.of(origin, index, entry);
    }
  };

  /**
   * The events of one record.
   *
   * @param origin the tree's origin line
   * @param index the record's index
   */
  public abstract List<String> lines(String origin, long index, DecisionLogEntry entry);
}
