package dev.ostiary.cedar.validate;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.LevelValidationRequest;
import com.cedarpolicy.model.ValidationRequest;
import com.cedarpolicy.model.ValidationResponse;
import com.cedarpolicy.model.exception.AuthException;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.model.policy.PolicySet;
import com.cedarpolicy.model.schema.Schema;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The official binding as validator: strict mode, verdicts as {@code policy:Kind}. */
final class ReferenceValidator {
  /** How the binding's messages begin, without the policy; it gives no names to the kinds. */
  private static final Map<String, String> KINDS =
      Map.ofEntries(
          Map.entry("unrecognized entity type", "UnrecognizedEntityType"),
          Map.entry("unrecognized action", "UnrecognizedActionId"),
          Map.entry("entity `", "InvalidEnumEntity"),
          Map.entry("unexpected type", "UnexpectedType"),
          Map.entry("the types", "IncompatibleTypes"),
          Map.entry("the type ", "IncompatibleTypes"),
          Map.entry("attribute `", "UnsafeAttributeAccess"),
          Map.entry(
              "unable to guarantee safety of access to optional", "UnsafeOptionalAttributeAccess"),
          Map.entry("unable to guarantee safety of access to tag", "UnsafeTagAccess"),
          Map.entry("`.getTag()` is not allowed", "NoTagsAllowed"),
          Map.entry("error during extension function argument", "FunctionArgumentValidation"),
          Map.entry("empty set literals", "EmptySetForbidden"),
          Map.entry("extension constructors may not", "NonLitExtConstructor"),
          Map.entry("unable to find an applicable action", "InvalidActionApplication"),
          Map.entry("this policy requires level", "EntityDerefLevelViolation"),
          Map.entry("entity literals cannot be", "EntityDerefLevelViolation"),
          Map.entry("policy is impossible", "ImpossiblePolicy"),
          Map.entry("internal invariant", "InternalInvariantViolation"));

  private final BasicAuthorizationEngine engine = new BasicAuthorizationEngine();

  /** What it found, sorted, each as often as it said it. */
  record Verdict(List<String> errors, List<String> warnings) {}

  Verdict validate(
      String schema, Map<String, String> policies, Map<String, String> templates, int level)
      throws AuthException {
    var set =
        new PolicySet(
            new HashSet<>(
                policies.entrySet().stream()
                    .map(e -> new Policy(e.getValue(), e.getKey()))
                    .toList()),
            new HashSet<>(
                templates.entrySet().stream()
                    .map(e -> new Policy(e.getValue(), e.getKey()))
                    .toList()));
    var read = new Schema(Schema.JsonOrCedar.Cedar, Optional.empty(), Optional.of(schema));
    ValidationResponse response =
        level == Integer.MAX_VALUE
            ? engine.validate(new ValidationRequest(read, set))
            : engine.validateWithLevel(new LevelValidationRequest(read, set, level));
    var success =
        response.success.orElseThrow(() -> new IllegalArgumentException(response + "\n" + schema));
    return new Verdict(sorted(success.validationErrors), sorted(success.validationWarnings));
  }

  private static List<String> sorted(List<ValidationResponse.ValidationError> found) {
    return found.stream()
        .map(e -> e.getPolicyId() + ":" + kind(e.getPolicyId(), e.getError().message))
        .sorted()
        .toList();
  }

  private static String kind(String policyId, String message) {
    String text = message.replaceFirst("^for policy `" + policyId + "`[,:] ", "");
    return new TreeSet<>(KINDS.keySet())
        .stream().filter(text::startsWith).findFirst().map(KINDS::get).orElse(text);
  }
}
