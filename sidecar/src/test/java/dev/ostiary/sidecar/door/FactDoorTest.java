package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.ChangeEntitiesRequest;
import dev.ostiary.v1.ChangeEntitiesResponse;
import dev.ostiary.v1.Decision;
import dev.ostiary.v1.Entity;
import dev.ostiary.v1.EntityChange;
import dev.ostiary.v1.EntityUid;
import dev.ostiary.v1.FactServiceGrpc;
import dev.ostiary.v1.WatchFactsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FactDoorTest {
  @TempDir Path directory;

  @Test
  void whatIsPutIsInForceForTheNextQuestionAndNoLongerWhenItIsTakenBack() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      var question = Served.question().setPrincipal(Served.uid("User", "new")).build();
      assertEquals(Decision.DECISION_DENY, served.client().check(question).getDecision());
      var put = change(served, put("User", "new"));
      var least = question.toBuilder().setAtLeast(put.getRevision()).build();
      var allowed = served.client().check(least);
      assertEquals(Decision.DECISION_ALLOW, allowed.getDecision());
      assertEquals(put.getRevision(), allowed.getDataRevision());
      assertTrue(allowed.getPolicyRevision().getSize() < put.getRevision().getSize());
      change(served, EntityChange.newBuilder().setDelete(Served.uid("User", "new")).build());
      assertEquals(Decision.DECISION_DENY, served.client().check(question).getDecision());
    }
  }

  @Test
  void whatMayNotBePutIsRefusedByNameAndCounted() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      var revision = served.sidecar().snapshot().orElseThrow().dataRevision();
      var fault =
          assertThrows(
              StatusRuntimeException.class,
              () -> change(served, put("User", "new"), put("Robot", "x")));
      assertEquals(Status.Code.INVALID_ARGUMENT, fault.getStatus().getCode());
      assertEquals("changes[1].put.uid", RichStatus.of(fault).field());
      assertEquals(revision, served.sidecar().snapshot().orElseThrow().dataRevision());
      served.await(s -> {
        try {
          return s.entries().stream()
              .flatMap(entry -> entry.getRefusals().getRefusedList().stream())
              .anyMatch(
                  refused -> refused.getMethod().equals("ostiary.v1.FactService/ChangeEntities"));
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
    }
  }

  @Test
  void whoWatchesGetsEveryFactOnceInOrder() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory);
        var admin = new AdminChannel(served)) {
      var first = change(served, put("User", "a"));
      var stub =
          FactServiceGrpc.newBlockingStub(admin.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
      var all = stub.watchFacts(WatchFactsRequest.getDefaultInstance());
      assertEquals("docs", all.next().getActivated().getName());
      assertEquals(first.getRevision(), all.next().getRevision());
      var later =
          stub.watchFacts(WatchFactsRequest.newBuilder().setAfter(first.getRevision()).build());
      var second = change(served, put("User", "b"), put("User", "c"));
      for (var watch : List.of(all, later)) {
        var seen = watch.next();
        assertEquals(second.getRevision(), seen.getRevision());
        assertEquals(
            List.of(put("User", "b"), put("User", "c")), seen.getChanged().getChangesList());
      }
      Served.writeBundle(directory, 2, "");
      assertEquals(2, later.next().getActivated().getVersion());
      var beyond = second.getRevision().toBuilder().setSize(1_000).build();
      var fault =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  stub.watchFacts(WatchFactsRequest.newBuilder().setAfter(beyond).build())
                      .hasNext());
      assertEquals(Status.Code.FAILED_PRECONDITION, fault.getStatus().getCode());
      assertEquals("after", RichStatus.of(fault).field());
    }
  }

  @Test
  void onlyTheAdminSocketTakesFactsAndOnlyItsOwnerReachesThat() throws Exception {
    Served.writeBundle(directory, 1, "");
    try (var served = Served.in(directory)) {
      var fault =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  FactServiceGrpc.newBlockingStub(served.channel())
                      .changeEntities(
                          ChangeEntitiesRequest.newBuilder()
                              .addChanges(put("User", "new"))
                              .build()));
      assertEquals(Status.Code.UNIMPLEMENTED, fault.getStatus().getCode());
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(served.sidecar().adminSocket())));
    }
  }

  private static EntityChange put(String type, String id) {
    var entity = Entity.newBuilder().setUid(EntityUid.newBuilder().setType(type).setId(id));
    return EntityChange.newBuilder().setPut(entity).build();
  }

  private static ChangeEntitiesResponse change(Served served, EntityChange... changes)
      throws InterruptedException {
    try (var admin = new AdminChannel(served)) {
      var request = ChangeEntitiesRequest.newBuilder();
      for (var change : changes) request.addChanges(change);
      return FactServiceGrpc.newBlockingStub(admin.channel())
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .changeEntities(request.build());
    }
  }
}
