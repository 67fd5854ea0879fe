package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.SourceError;
import dev.ostiary.sidecar.yaml.Suggestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks the annotations of a bundle's policies and gives the policies their ids. */
final class PolicyChecks {
  private static final List<String> KNOWN =
      List.of("id", "reason", "obligation", "stepup", "requestable", "log");

  private final Map<String, Set<String>> names;
  private final List<SourceError> errors;
  private final Map<String, Policy> byId = new HashMap<>();

  PolicyChecks(BundleSettings settings, List<SourceError> errors) {
    this.names =
        Map.of(
            "obligation", settings.obligations(),
            "stepup", settings.stepups(),
            "requestable", settings.requestables());
    this.errors = errors;
  }

  /** The policies under their ids; those without a usable one are left out. */
  List<Policy> identified(List<Policy> policies) {
    var identified = new ArrayList<Policy>(policies.size());
    for (Policy policy : policies) {
      checkAnnotations(policy);
      if (policy.isTemplate())
        errors.add(
            new SourceError(policy.span(), "expected a policy without slots; nothing fills them"));
      id(policy).ifPresent(id -> identified.add(policy.withId(id)));
    }
    return identified;
  }

  private Optional<String> id(Policy policy) {
    String id = policy.annotations().get("id");
    if (id == null) {
      errors.add(new SourceError(policy.span(), "expected an `@id` on every policy of a bundle"));
    } else if (!SettingsReader.NAME.matcher(id).matches()) {
      fault(
          policy,
          "id",
          "expected an id of letters, digits, `.`, `_`, `/` and `-`, got `" + id + "`");
    } else {
      Policy other = byId.putIfAbsent(id, policy);
      if (other == null) return Optional.of(id);
      fault(
          policy,
          "id",
          "the id `" + id + "` is taken by the policy at " + Annotation.place(other.span(), "id"));
    }
    return Optional.empty();
  }

  private void checkAnnotations(Policy policy) {
    policy
        .annotations()
        .forEach((name, value) -> {
          Set<String> defined = names.get(name);
          if (defined != null) {
            checkNames(policy, name, value, defined);
          } else if (name.equals("log")) {
            if (LogClass.named(value).isEmpty())
              fault(policy, name, "expected " + LogClass.NAMES + ", got `" + value + "`");
          } else if (!KNOWN.contains(name)) {
            // Annotations may be anything, but a misspelt obligation must not be one.
            Suggestion.nearest(name, KNOWN)
                .ifPresent(meant ->
                    fault(
                        policy,
                        name,
                        "unknown annotation `@" + name + "`; did you mean `@" + meant + "`?"));
          }
        });
  }

  private void checkNames(Policy policy, String annotation, String value, Set<String> defined) {
    for (String name : Annotation.list(value)) {
      if (name.isEmpty()) {
        fault(policy, annotation, "expected names separated by commas, got `" + value + "`");
      } else if (!defined.contains(name)) {
        fault(policy, annotation, Suggestion.unknown(annotation, name, defined));
      }
    }
  }

  private void fault(Policy policy, String annotation, String message) {
    errors.add(new SourceError(Annotation.place(policy.span(), annotation), message));
  }
}
