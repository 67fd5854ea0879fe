package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.ChangeEntitiesRequest;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.EntityChange;
import dev.ostiary.v1.ExplainRequest;
import dev.ostiary.v1.FactServiceGrpc;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policies that a bundle brings for the sidecar itself, at every door. */
final class AdminPoliciesTest {
  private static final String EVALUATION = "/access/v1/evaluation";
  private static final String ASKED =
      """
      {"subject":{"type":"User","id":"%s"},"action":{"name":"read"},
       "resource":{"type":"Doc","id":"one"}}
      """;

  @TempDir private Path directory;
  private Served served;
  private Asked asked;

  @BeforeEach
  void start() throws Exception {
    Served.writeBundle(directory, 1, "");
    served = Served.in(directory);
    asked = new Asked(served);
  }

  @AfterEach
  void stop() {
    asked.close();
    served.close();
  }

  private void activate(long version, String admin) throws Exception {
    Path own = Files.createDirectories(directory.resolve("bundle/admin"));
    Path draft = Files.writeString(directory.resolve("draft"), admin);
    Files.move(draft, own.resolve("own.cedar"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Served.writeBundle(directory, version, "");
    served.await(s -> s.sidecar().snapshot().orElseThrow().bundle().version() == version);
  }

  @Test
  void aBundleSaysWhoMayAskAboutWhomAtWhichDoor() throws Exception {
    served.client().check(Served.question().build()); // the connection stays the same throughout
    activate(
        2,
        """
        @id("ada-only") permit (
          principal == Ostiary::Caller::"loopback",
          action == Ostiary::Action::"check",
          resource == Ostiary::Door::"grpc"
        ) when { context.principal.type == "User" && context.principal.id == "ada"
                 && context.principal_proof == "asserted" };
        @id("users") permit (
          principal, action == Ostiary::Action::"facts", resource
        ) when { principal.kind == "uid" && context.entity.type == "User" };
        """);
    var ada = Served.question().build();
    var other = Served.question().setPrincipal(Served.uid("User", "strict")).build();
    served.client().check(ada);
    assertNotPermitted(() -> served.client().check(other));
    assertNotPermitted(
        () -> served.client().explain(ExplainRequest.newBuilder().setRequest(ada).build()));
    var batch =
        served
            .client()
            .checkBatch(CheckBatchRequest.newBuilder().addRequests(ada).addRequests(other).build());
    assertTrue(batch.getResults(0).hasResponse());
    assertEquals("CALLER_NOT_PERMITTED", batch.getResults(1).getRefusal().getReason());

    assertEquals(403, asked.post(EVALUATION, ASKED.formatted("ada")).statusCode());
    assertEquals(403, asked.post("/access/v1/search/action", "{}").statusCode());
    assertEquals(403, asked.post("/v1/data/none", "{}").statusCode());
    assertEquals(403, asked.get("/auth_request").statusCode());
    var metrics = URI.create("http://" + served.sidecar().adminAddress() + "/metrics");
    assertEquals(403, asked.send(HttpRequest.newBuilder(metrics).GET()).statusCode());

    try (var admin = new AdminChannel(served)) {
      var facts =
          FactServiceGrpc.newBlockingStub(admin.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
      facts.changeEntities(put("User"));
      assertNotPermitted(() -> facts.changeEntities(put("Folder")));
    }

    activate(
        3,
        """
        @id("authzen") permit (principal, action, resource == Ostiary::Door::"authzen")
        unless { context has principal && context.principal.id == "strict" };
        """);
    assertNotPermitted(() -> served.client().check(ada));
    assertEquals(200, asked.post(EVALUATION, ASKED.formatted("ada")).statusCode());
    assertEquals(403, asked.post(EVALUATION, ASKED.formatted("strict")).statusCode());
    var mixed =
        asked.post(
            "/access/v1/evaluations",
            "{\"evaluations\":[" + ASKED.formatted("strict") + "," + ASKED.formatted("ada") + "]}");
    assertEquals(200, mixed.statusCode(), mixed.body());
    assertTrue(mixed.body().contains("\"decision\":false"), mixed.body());
    assertTrue(mixed.body().contains("\"decision\":true"), mixed.body());
  }

  @Test
  void refusedCallersAreEntriesUpToARateAndCountedExactlyBeyond() throws Exception {
    activate(2, "@id(\"nobody\") forbid (principal, action, resource);");
    for (int i = 0; i < 40; i++)
      assertNotPermitted(() -> served.client().check(CheckRequest.getDefaultInstance()));
    served.await(s -> counts().stream().mapToLong(Long::longValue).sum() >= 40);
    List<Long> counts = counts();
    assertEquals(40, counts.stream().mapToLong(Long::longValue).sum());
    long single = counts.stream().filter(count -> count == 1).count();
    assertTrue(single >= 10 && counts.size() < 40, "entries: " + counts);
  }

  private List<Long> counts() {
    try {
      return served.entries().stream()
          .flatMap(entry -> entry.getRefusals().getRefusedList().stream())
          .filter(refused -> refused.getReason().equals("CALLER_NOT_PERMITTED"))
          .map(refused -> refused.getCount())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ChangeEntitiesRequest put(String type) {
    var entity = dev.ostiary.v1.Entity.newBuilder().setUid(Served.uid(type, "new"));
    return ChangeEntitiesRequest.newBuilder()
        .addChanges(EntityChange.newBuilder().setPut(entity))
        .build();
  }

  private static void assertNotPermitted(Runnable call) throws Exception {
    var refused = assertThrows(StatusRuntimeException.class, call::run);
    assertEquals("CALLER_NOT_PERMITTED", RichStatus.of(refused).reason());
  }
}
