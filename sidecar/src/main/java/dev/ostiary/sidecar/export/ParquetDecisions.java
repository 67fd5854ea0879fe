package dev.ostiary.sidecar.export;

import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.sidecar.export.ParquetFile.Column;
import dev.ostiary.sidecar.export.ParquetFile.Kind;
import dev.ostiary.v1.Decision;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;

/** The decisions of a log as a Parquet file, a row each. Other records have no row. */
public final class ParquetDecisions implements AutoCloseable {
  private final Column entry = new Column("entry", Kind.NUMBER);
  private final Column item = new Column("item", Kind.NUMBER);
  private final Column time = new Column("time", Kind.TIME);
  private final Column decisionId = new Column("decision_id", Kind.TEXT);
  private final Column decision = new Column("decision", Kind.TEXT);
  private final Column reasonCode = new Column("reason_code", Kind.TEXT);
  private final Column caller = new Column("caller", Kind.TEXT);
  private final Column proof = new Column("principal_proof", Kind.TEXT);
  private final Column principalType = new Column("principal_type", Kind.TEXT);
  private final Column principalId = new Column("principal_id", Kind.TEXT);
  private final Column action = new Column("action", Kind.TEXT);
  private final Column resourceType = new Column("resource_type", Kind.TEXT);
  private final Column resourceId = new Column("resource_id", Kind.TEXT);
  private final Column policyIds = new Column("policy_ids", Kind.TEXTS);
  private final Column obligations = new Column("obligations", Kind.TEXTS);
  private final Column errors = new Column("errors", Kind.TEXTS);
  private final Column policyRevision = new Column("policy_revision", Kind.NUMBER);
  private final Column dataRevision = new Column("data_revision", Kind.NUMBER);
  private final Column correlationId = new Column("correlation_id", Kind.TEXT);
  private final Column traceId = new Column("trace_id", Kind.TEXT);
  private final Column door = new Column("door", Kind.TEXT);
  private final Column latency = new Column("latency_nanos", Kind.NUMBER);
  private final ParquetFile file;

  /** Writes to {@code out}, which it does not close. */
  public ParquetDecisions(OutputStream out) throws IOException {
    this.file =
        new ParquetFile(
            out,
            List.of(
                entry,
                item,
                time,
                decisionId,
                decision,
                reasonCode,
                caller,
                proof,
                principalType,
                principalId,
                action,
                resourceType,
                resourceId,
                policyIds,
                obligations,
                errors,
                policyRevision,
                dataRevision,
                correlationId,
                traceId,
                door,
                latency));
  }

  /** Adds the decisions of the record at {@code index}. */
  public void add(long index, DecisionLogEntry record) throws IOException {
    int place = 0;
    for (DecisionRecord each : Fields.decisions(record)) {
      entry.add(index);
      item.add(place++);
      time.add(record.getTimeMicros());
      decisionId.add(Fields.hex(each.getDecisionId()));
      decision.add(each.getDecision() == Decision.DECISION_ALLOW ? "allow" : "deny");
      reasonCode.add(name(each.getReasonCode().name(), "REASON_CODE_"));
      caller.add(Fields.uid(each.getCaller()));
      proof.add(name(each.getPrincipalProof().name(), "PRINCIPAL_PROOF_"));
      principalType.add(each.getPrincipal().getType());
      principalId.add(each.getPrincipal().getId());
      action.add(Fields.uid(each.getAction()));
      resourceType.add(each.getResource().getType());
      resourceId.add(each.getResource().getId());
      policyIds.add(each.getPolicyIdsList());
      obligations.add(each.getObligationsList());
      errors.add(
          each.getErrorsList().stream()
              .map(error ->
                  (error.getPolicyId().isEmpty() ? "" : error.getPolicyId() + ": ")
                      + error.getMessage())
              .toList());
      policyRevision.add(each.getPolicySize());
      dataRevision.add(each.getDataRevision().getSize());
      correlationId.add(each.getCorrelationId());
      traceId.add(Fields.hex(each.getTraceId()));
      door.add(name(each.getDoor().name(), "DOOR_"));
      latency.add(each.getLatencyNanos());
      file.endRow();
    }
  }

  private static String name(String constant, String prefix) {
    return constant.startsWith(prefix)
        ? constant.substring(prefix.length()).toLowerCase(Locale.ROOT)
        : constant;
  }

  /** Writes what is left. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
