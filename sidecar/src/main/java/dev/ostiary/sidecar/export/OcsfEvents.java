package dev.ostiary.sidecar.export;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.DecisionRecord;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.EntityUid;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Decisions as OCSF events of class API Activity (6003). What the class has no place for is under
 * {@code unmapped}, whole.
 *
 * @see <a href="https://schema.ocsf.io/1.3.0/classes/api_activity">OCSF API Activity</a>
 */
final class OcsfEvents {
  private static final String VERSION = "1.3.0";
  private static final int CLASS = 6003;
  private static final int CATEGORY = 6;
  private static final int INFORMATIONAL = 1;
  private static final int UNKNOWN = 0;
  private static final int CREATE = 1;
  private static final int READ = 2;
  private static final int UPDATE = 3;
  private static final int DELETE = 4;
  private static final int OTHER = 99;

  private OcsfEvents() {}

  static List<String> of(String origin, long index, DecisionLogEntry entry) {
    var events = new ArrayList<String>();
    for (DecisionRecord decision : Fields.decisions(entry))
      events.add(event(origin, index, entry.getTimeMicros(), decision).toString());
    return events;
  }

  private static JsonObject event(
      String origin, long index, long timeMicros, DecisionRecord decision) {
    boolean allowed = decision.getDecision() == Decision.DECISION_ALLOW;
    String action = decision.getAction().getId();
    int activity = activity(action);
    var event = new JsonObject();
    event.addProperty("class_uid", CLASS);
    event.addProperty("class_name", "API Activity");
    event.addProperty("category_uid", CATEGORY);
    event.addProperty("category_name", "Application Activity");
    event.addProperty("activity_id", activity);
    event.addProperty("activity_name", action);
    event.addProperty("type_uid", CLASS * 100L + activity);
    event.addProperty("severity_id", INFORMATIONAL);
    event.addProperty("time", timeMicros / 1_000);
    event.addProperty("status_id", allowed ? 1 : 2);
    event.addProperty("status", allowed ? "Success" : "Failure");
    event.addProperty("status_code", reason(decision));
    event.add("metadata", metadata(origin, index, decision));
    event.add("actor", actor(decision, allowed));
    event.add("api", api(decision));
    event.add("resources", array(entity(decision.getResource())));
    var source = new JsonObject();
    source.addProperty("name", Fields.uid(decision.getCaller()));
    event.add("src_endpoint", source);
    var unmapped = new JsonObject();
    unmapped.add("decision", Fields.json(decision));
    event.add("unmapped", unmapped);
    return event;
  }

  private static JsonObject metadata(String origin, long index, DecisionRecord decision) {
    var product = new JsonObject();
    product.addProperty("name", "Ostiary");
    product.addProperty("vendor_name", "Ostiary");
    var metadata = new JsonObject();
    metadata.addProperty("version", VERSION);
    metadata.add("product", product);
    metadata.addProperty("uid", Fields.hex(decision.getDecisionId()));
    metadata.addProperty("log_name", origin);
    metadata.addProperty("sequence", index);
    if (!decision.getCorrelationId().isEmpty())
      metadata.addProperty("correlation_uid", decision.getCorrelationId());
    return metadata;
  }

  private static JsonObject actor(DecisionRecord decision, boolean allowed) {
    var user = new JsonObject();
    user.addProperty("uid", decision.getPrincipal().getId());
    user.addProperty("type", decision.getPrincipal().getType());
    user.addProperty("type_id", OTHER);
    var actor = new JsonObject();
    actor.add("user", user);
    var authorizations = new JsonArray();
    for (String id : decision.getPolicyIdsList()) {
      var policy = new JsonObject();
      policy.addProperty("uid", id);
      policy.addProperty("name", id);
      policy.addProperty("is_applied", true);
      var authorization = new JsonObject();
      authorization.addProperty("decision", allowed ? "allow" : "deny");
      authorization.add("policy", policy);
      authorizations.add(authorization);
    }
    if (!authorizations.isEmpty()) actor.add("authorizations", authorizations);
    return actor;
  }

  private static JsonObject api(DecisionRecord decision) {
    var request = new JsonObject();
    request.addProperty("uid", Fields.hex(decision.getDecisionId()));
    var service = new JsonObject();
    service.addProperty("name", Fields.uid(decision.getCaller()));
    var api = new JsonObject();
    api.addProperty("operation", Fields.uid(decision.getAction()));
    api.add("request", request);
    api.add("service", service);
    return api;
  }

  private static JsonObject entity(EntityUid uid) {
    var entity = new JsonObject();
    entity.addProperty("uid", uid.getId());
    entity.addProperty("type", uid.getType());
    return entity;
  }

  private static JsonArray array(JsonObject element) {
    var array = new JsonArray();
    array.add(element);
    return array;
  }

  private static String reason(DecisionRecord decision) {
    return decision
        .getReasonCode()
        .name()
        .substring("REASON_CODE_".length())
        .toLowerCase(Locale.ROOT);
  }

  /** The class's own activities where the action's name begins with one. */
  private static int activity(String action) {
    String verb = action.toLowerCase(Locale.ROOT);
    if (verb.isEmpty()) return UNKNOWN;
    if (verb.startsWith("create")) return CREATE;
    if (verb.startsWith("read") || verb.startsWith("get") || verb.startsWith("list")) return READ;
    if (verb.startsWith("update")) return UPDATE;
    if (verb.startsWith("delete")) return DELETE;
    return OTHER;
  }
}
