package dev.ostiary.cedar.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.PolicyParser;
import dev.ostiary.cedar.syntax.Source;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The validator against the official binding on random schemas and policies, well-typed and not.
 *
 * <p>The binding is older than the reference; what it does differently is listed in {@code
 * docs/reference/cedar-conformance.md} and excluded here by those rules alone.
 */
class ValidationDifferentialTest {
  private static final Pattern EXTENDED_HAS = Pattern.compile(" has \\w+\\.");
  private static final int POLICIES_PER_SCHEMA = 40;
  private static final long SECONDS =
      Long.getLong("ostiary.seconds", Boolean.getBoolean("ostiary.long") ? 1_200 : 12);

  @Test
  void everyPolicyGetsTheSameKindsOfErrorsAndWarnings() throws Exception {
    long seed = Long.getLong("ostiary.seed", System.nanoTime());
    var seeds = new SplittableRandom(seed);
    var reference = new ReferenceValidator();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int policies = 0;
    int invalid = 0;
    while (System.nanoTime() < end) {
      long each = seeds.nextLong();
      invalid += compare(new SplittableRandom(each), reference, "seed " + seed + ", case " + each);
      policies += POLICIES_PER_SCHEMA;
    }
    System.out.println(
        "seed " + seed + ": " + policies + " policies validated twice, " + invalid + " invalid");
    assertTrue(invalid > policies / 10 && invalid < policies, "both verdicts must be common");
  }

  private static int compare(SplittableRandom random, ReferenceValidator reference, String where)
      throws Exception {
    GeneratedSchema schema = GeneratedSchema.random(random);
    var generator = new PolicyGenerator(random, schema);
    var statics = new LinkedHashMap<String, String>();
    var templates = new LinkedHashMap<String, String>();
    var ours = new ArrayList<Policy>();
    for (int i = 0; i < POLICIES_PER_SCHEMA; i++) {
      String text = generator.policy();
      Policy policy = PolicyParser.policy(new Source("p" + i, text), "p" + i);
      ours.add(policy);
      (policy.isTemplate() ? templates : statics).put(policy.id(), text);
    }
    int level = random.nextBoolean() ? random.nextInt(4) : Integer.MAX_VALUE;
    var expected = reference.validate(schema.text(), statics, templates, level);
    ValidationResult got =
        new Validator(Schema.parse(new Source("schema", schema.text())))
            .validate(ours, List.of(), ValidationMode.STRICT, level);
    var texts = new LinkedHashMap<>(statics);
    texts.putAll(templates);
    var errors = got.errors().stream().map(e -> e.policyId() + ":" + e.kind().notation()).toList();
    var warnings =
        got.warnings().stream().map(w -> w.policyId() + ":" + w.kind().notation()).toList();
    assertSame(withoutApplication(expected.errors()), errors, where, schema, texts);
    // An action that applies to nothing was an error of the binding and is a warning since 4.13.
    var expectedWarnings = new ArrayList<>(expected.warnings());
    expected.errors().stream()
        .filter(ValidationDifferentialTest::isApplication)
        .forEach(expectedWarnings::add);
    assertSame(expectedWarnings, warnings, where, schema, texts);
    return (int) got.errors().stream().map(ValidationError::policyId).distinct().count();
  }

  private static String policy(String found, Map<String, String> texts) {
    return texts.getOrDefault(found.substring(0, found.indexOf(':')), "");
  }

  private static boolean isError(String found, Collection<String> verdicts) {
    String policy = found.substring(0, found.indexOf(':') + 1);
    return verdicts.stream().anyMatch(v -> v.startsWith(policy));
  }

  private static boolean isApplication(String found) {
    return found.endsWith(":InvalidActionApplication");
  }

  private static List<String> withoutApplication(List<String> found) {
    return found.stream().filter(f -> !isApplication(f)).toList();
  }

  private static void assertSame(
      List<String> expected,
      List<String> got,
      String where,
      GeneratedSchema schema,
      Map<String, String> texts) {
    var want = new TreeSet<>(expected);
    var have = new TreeSet<>(got);
    if (want.equals(have)) return;
    var different = new TreeSet<>(want);
    different.addAll(have);
    different.removeIf(f -> want.contains(f) && have.contains(f));
    // Since 4.14 `has a.b` is typed as one; before, an error in it doubted its first tests as well.
    different.removeIf(
        f -> isError(f, want) && isError(f, have) && EXTENDED_HAS.matcher(policy(f, texts)).find());
    if (different.isEmpty()) return;
    String policy = different.first().substring(0, different.first().indexOf(':'));
    assertEquals(
        want.stream().filter(f -> f.startsWith(policy + ":")).toList(),
        have.stream().filter(f -> f.startsWith(policy + ":")).toList(),
        () -> where + "\n" + schema.text() + "\n" + texts.get(policy));
  }
}
