package dev.ostiary.sidecar.cli.cedar;

import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.format.Formatter;
import dev.ostiary.cedar.format.PolicyText;
import dev.ostiary.cedar.json.Json;
import dev.ostiary.cedar.json.JsonObject;
import dev.ostiary.cedar.json.JsonWriter;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.schema.SchemaFragment;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import dev.ostiary.cedar.validate.ValidationError;
import dev.ostiary.cedar.validate.ValidationMode;
import dev.ostiary.cedar.validate.ValidationResult;
import dev.ostiary.cedar.validate.Validator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeSet;

/** One line of a batch: what it asks of the engine, stage by stage, and what came of it. */
final class BatchCase {
  private final JsonObject in;
  private final SequencedMap<String, Json> out = new LinkedHashMap<>();

  private BatchCase(JsonObject in) {
    this.in = in;
  }

  /** Everything that can be said of {@code in}. */
  static Json answer(JsonObject in) {
    var one = new BatchCase(in);
    one.run();
    return Json.of(one.out);
  }

  private void run() {
    Json id = in.find("id");
    if (id != null) out.put("id", id);
    Optional<Schema> schema = Optional.empty();
    Json given = in.find("schema");
    if (given != null) {
      schema = schema(given);
      // Whatever follows would be about another schema.
      if (schema.isEmpty()) return;
    }
    Optional<PolicySet> policies = policies();
    policies.ifPresent(this::policyOutputs);
    if (schema.isPresent() && policies.isPresent()) validate(schema.get(), policies.get());
    new BatchRequest(in, out, schema).run(policies);
  }

  private Optional<Schema> schema(Json json) {
    try {
      SchemaFragment fragment =
          json instanceof Json.Str(var text, _, _)
              ? SchemaFragment.parse(new Source("schema", text))
              : SchemaFragment.parseJson(new Source("schema", JsonWriter.compact(json)));
      if (asks("translateSchema")) translate(fragment);
      var schema = Schema.of(List.of(fragment));
      out.put("schema", Json.of("ok"));
      return Optional.of(schema);
    } catch (SourceException e) {
      fail("schema", e);
      return Optional.empty();
    }
  }

  private void translate(SchemaFragment fragment) {
    out.put("schemaToJson", fragment.toJson());
    try {
      out.put("schemaToCedar", Json.of(fragment.toCedar()));
    } catch (SourceException _) {
      // Two of its names cannot be told apart in the Cedar form.
      out.put("schemaToCedar", Json.ofNull());
    }
  }

  private Optional<PolicySet> policies() {
    try {
      var read = BatchPolicies.read(in);
      if (read.isEmpty()) return Optional.empty();
      out.put("policies", Json.of("ok"));
      if (asks("est")) out.put("estOut", read.get().json());
      return Optional.of(read.get().set());
    } catch (SourceException e) {
      fail("policies", e);
      return Optional.empty();
    }
  }

  private void policyOutputs(PolicySet policies) {
    out.put("policyIds", strings(new TreeSet<>(policies.policies().keySet())));
    out.put("templateIds", strings(new TreeSet<>(policies.templates().keySet())));
    if (asks("cedar"))
      out.put(
          "cedarOut",
          Json.of(PolicyText.of(policies.policies().values().stream().map(CoreForm::of).toList())));
    if (asks("annotations")) {
      var annotations = new LinkedHashMap<String, Json>();
      for (var policy : policies.policies().values()) {
        var values = new LinkedHashMap<String, Json>();
        policy.annotations().forEach((name, value) -> values.put(name, Json.of(value)));
        annotations.put(policy.id(), Json.of(values));
      }
      out.put("annotationsOut", Json.of(annotations));
    }
    if (in.find("format") instanceof JsonObject format
        && in.find("policies") instanceof Json.Str(var text, _, _)) {
      try {
        var formatter = new Formatter(number(format, "lineWidth"), number(format, "indentWidth"));
        out.put("formatted", Json.of(formatter.format(new Source("policies", text))));
      } catch (SourceException e) {
        out.put("formattedMessage", Json.of(e.errors().getFirst().toString()));
      }
    }
  }

  private void validate(Schema schema, PolicySet policies) {
    var validator = new Validator(schema);
    var all = new ArrayList<Policy>();
    for (var policy : policies.policies().values())
      if (!policies.links().containsKey(policy.id())) all.add(policy);
    all.addAll(policies.templates().values());
    var links = policies.links().values();
    var strict =
        in.find("level") instanceof Json.Int(var level, _, _)
            ? validator.validate(all, links, ValidationMode.STRICT, (int) level)
            : validator.validate(all, links, ValidationMode.STRICT);
    put(strict);
    var permissive = validator.validate(all, links, ValidationMode.PERMISSIVE);
    out.put("validatesPermissive", Json.of(permissive.passed()));
  }

  private void put(ValidationResult result) {
    out.put("validates", Json.of(result.passed()));
    out.put(
        "invalidPolicies",
        strings(new TreeSet<>(result.errors().stream().map(ValidationError::policyId).toList())));
    out.put(
        "validationErrors",
        strings(
            result.errors().stream()
                .map(error -> error.policyId() + ":" + error.kind().notation())
                .sorted()
                .toList()));
    out.put(
        "validationWarnings",
        strings(
            result.warnings().stream()
                .map(warning -> warning.policyId() + ":" + warning.kind().notation())
                .sorted()
                .toList()));
  }

  private boolean asks(String name) {
    return in.find(name) instanceof Json.Bool(var value, _, _) && value;
  }

  private void fail(String stage, SourceException e) {
    out.put(stage, Json.of("error"));
    out.put(stage + "Message", Json.of(e.errors().getFirst().toString()));
  }

  private static Json strings(Collection<String> texts) {
    return Json.of(texts.stream().map(Json::of).toList());
  }

  private static int number(JsonObject object, String name) {
    Json value = object.find(name);
    return value instanceof Json.Int(var number, _, _) ? Math.toIntExact(number) : 80;
  }
}
