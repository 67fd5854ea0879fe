package dev.ostiary.sidecar.bundle;

import dev.ostiary.cedar.PolicySet;
import dev.ostiary.cedar.schema.Schema;
import dev.ostiary.cedar.syntax.Policy;
import dev.ostiary.cedar.syntax.Source;
import dev.ostiary.cedar.syntax.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The policies of the sidecar itself: which callers may ask what of it. A bundle that has a
 * directory {@value #DIRECTORY} brings all of them; else they are those that the program has.
 *
 * @param schema what can be asked, by whom and of what; always the program's
 * @param policies in the order of their files
 */
public record AdminPolicies(Schema schema, List<Policy> policies) {
  /** Where a bundle has them, beside {@code bundle.yaml}. */
  public static final String DIRECTORY = "admin";

  /** Those of the program. */
  public static final AdminPolicies BUILT_IN = builtIn();

  public AdminPolicies {
    policies = List.copyOf(policies);
  }

  private static AdminPolicies builtIn() {
    try {
      var policies = PolicySet.parse(PolicySet.Ids.BY_ANNOTATION, List.of(resource("admin.cedar")));
      return new AdminPolicies(
          Schema.parse(resource("admin.cedarschema")), List.copyOf(policies.policies().values()));
    } catch (SourceException | IOException e) {
      throw new IllegalStateException(e); // both are part of the program
    }
  }

  private static Source resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(AdminPolicies.class.getResourceAsStream(name), name)) {
      return new Source(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
