package dev.ostiary.cedar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.cedar.json.EntitiesJson;
import dev.ostiary.cedar.syntax.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the module's README shows is this code, and it does what the README says. */
final class ReadmeTest {
  private static String decide() throws Exception {
    // README starts
    var policies =
        PolicySet.parse(
            """
            permit(principal in Team::"vision", action == Action::"read", resource)
              when { principal.clearance >= resource.sensitivity };
            forbid(principal, action, resource)
              unless { context.managed };
            """);

    var entities =
        EntitiesJson.load(
            new Source(
                "entities.json",
                """
                [ {"uid": {"type": "User", "id": "alice"}, "attrs": {"clearance": 3},
                   "parents": [{"type": "Team", "id": "vision"}]},
                  {"uid": {"type": "Dataset", "id": "scans"}, "attrs": {"sensitivity": 2},
                   "parents": []} ]
                """));

    var request =
        new Request(
            EntityUid.of("User", "alice"),
            EntityUid.of("Action", "read"),
            EntityUid.of("Dataset", "scans"),
            RecordValue.of(Map.of("managed", BoolValue.TRUE)));

    Response response = Authorizer.isAuthorized(request, policies, entities);
    // README ends
    return response.decision() + " because of " + response.reasons().getFirst().id();
  }

  @Test
  void theFirstScreenRunsAsShown() throws Exception {
    Path module = Path.of(System.getProperty("ostiary.root", ".."), "cedar");
    String readme = Files.readString(module.resolve("README.md"));
    String test =
        Files.readString(module.resolve("src/test/java/dev/ostiary/cedar/ReadmeTest.java"));
    String code =
        test.substring(
                test.indexOf("// README starts\n") + "// README starts\n".length(),
                test.indexOf("\n    // README ends"))
            .stripIndent();
    assertTrue(readme.contains(code), code);
    assertTrue(readme.contains("prints `" + decide() + "`"));
    assertEquals("ALLOW because of policy0", decide());
  }
}
