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
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new DomainSocketAddress(served.sidecar().adminSocket().toFile()))
            .channelType(EpollDomainSocketChannel.class)
            .eventLoopGroup(loops)
            .overrideAuthority("localhost")
            .usePlaintext()
            .build();
    try {
      var request = ChangeEntitiesRequest.newBuilder();
      for (var change : changes) request.addChanges(change);
      return FactServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .changeEntities(request.build());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }
}
