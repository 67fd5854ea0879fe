package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.EntityUid;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code bundle.yaml} says.
 *
 * @param name the bundle's name
 * @param version rises with every activation; at least 1
 * @param logClass of a decision for which no policy asks for more
 * @param retention how old decisions may become before the log's beginning is removed; for ever
 *     where it is absent
 * @param reuse how long an answer may be reused, by action; those that are absent not at all
 * @param obligations names that {@code @obligation} may use
 * @param stepups names that {@code @stepup} may use
 * @param requestables names that {@code @requestable} may use
 * @param tables texts by texts, by the name of the table
 * @param resources what paths are called, the first that fits, by the name of the list
 * @param routes what gateways' requests ask; the first that fits counts
 * @param webhooks what other services' documents ask; the first that fits counts
 */
public record BundleSettings(
    String name,
    long version,
    LogClass logClass,
    Optional<Duration> retention,
    Map<EntityUid, Duration> reuse,
    Set<String> obligations,
    Set<String> stepups,
    Set<String> requestables,
    Map<String, Map<String, String>> tables,
    Map<String, List<QuestionMap.PathName>> resources,
    List<Route> routes,
    List<Webhook> webhooks) {
  /** The longest that an answer may be reused. */
  public static final Duration MAX_REUSE = Duration.ofSeconds(5);

  public BundleSettings {
    reuse = Map.copyOf(reuse);
    obligations = Set.copyOf(obligations);
    stepups = Set.copyOf(stepups);
    requestables = Set.copyOf(requestables);
    tables = Map.copyOf(tables);
    resources = Map.copyOf(resources);
    routes = List.copyOf(routes);
    webhooks = List.copyOf(webhooks);
  }
}
