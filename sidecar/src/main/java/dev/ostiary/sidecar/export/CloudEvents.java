package dev.ostiary.sidecar.export;

import com.google.gson.JsonObject;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Records as CloudEvents. The id of a decision is its own; other records have their index for one.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">
 *     CloudEvents, JSON format</a>
 */
final class CloudEvents {
  private static final String TYPE = "dev.ostiary.";

  private CloudEvents() {}

  static List<String> of(String origin, long index, DecisionLogEntry entry) {
    var events = new ArrayList<String>();
    switch (entry.getEntryCase()) {
      case DECISION, BATCH -> {
        for (DecisionRecord decision : Fields.decisions(entry)) {
          var event = event(origin, index, entry, Fields.hex(decision.getDecisionId()));
          event.addProperty("type", TYPE + "decision");
          event.addProperty("subject", Fields.uid(decision.getResource()));
          if (!decision.getTraceId().isEmpty())
            event.addProperty(
                "traceparent",
                "00-%s-%s-00"
                    .formatted(
                        Fields.hex(decision.getTraceId()), Fields.hex(decision.getSpanId())));
          event.add("data", Fields.json(decision));
          events.add(event.toString());
        }
      }
      case STARTED,
          CLOSED,
          POLICY_ACTIVATED,
          REFUSALS,
          GAP,
          CLOCK_STEP,
          PRUNED,
          REVEALED,
          ERASED,
          KEY_ROTATED,
          ENTRY_NOT_SET -> {
        var event = event(origin, index, entry, Long.toString(index));
        event.addProperty("type", TYPE + entry.getEntryCase().name().toLowerCase(Locale.ROOT));
        event.add("data", Fields.json(entry));
        events.add(event.toString());
      }
    }
    return events;
  }

  private static JsonObject event(String origin, long index, DecisionLogEntry entry, String id) {
    var event = new JsonObject();
    event.addProperty("specversion", "1.0");
    event.addProperty("id", id);
    event.addProperty("source", "//" + origin);
    event.addProperty(
        "time", Instant.EPOCH.plus(entry.getTimeMicros(), ChronoUnit.MICROS).toString());
    event.addProperty("datacontenttype", "application/json");
    event.addProperty("sequence", "%019d".formatted(index)); // sorts as text
    return event;
  }
}
