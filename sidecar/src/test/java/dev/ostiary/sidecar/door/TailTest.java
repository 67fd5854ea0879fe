package dev.ostiary.sidecar.door;

import static dev.ostiary.sidecar.Served.question;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.log.DecisionLog;
import dev.ostiary.log.Durability;
import dev.ostiary.log.LogOptions;
import dev.ostiary.log.note.LogKey;
import dev.ostiary.record.v1.DecisionLogEntry;
import dev.ostiary.record.v1.Gap;
import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckBatchRequest;
import dev.ostiary.v1.DecisionLogServiceGrpc;
import dev.ostiary.v1.TailRequest;
import dev.ostiary.v1.TailResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TailTest {
  @TempDir Path directory;

  @BeforeEach
  void bundle() throws Exception {
    Served.writeBundle(directory, 1, "");
  }

  @Test
  void everyRecordComesOnceInOrderThoseToComeIncluded() throws Exception {
    try (var served = Served.in(directory);
        var admin = new AdminChannel(served)) {
      for (int i = 0; i < 300; i++) served.client().check(question().build());
      var tail =
          DecisionLogServiceGrpc.newBlockingStub(admin.channel())
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .tail(TailRequest.newBuilder().setFrom(0).build());
      var seen = new ArrayList<DecisionLogEntry>();
      for (int i = 0; i < 200; i++) seen.add(next(tail.next(), i));
      for (int i = 0; i < 300; i++) served.client().check(question().build());
      for (int i = 200; i < 602; i++) seen.add(next(tail.next(), i));
      assertEquals(served.entries(), seen);
    }
  }

  private static DecisionLogEntry next(TailResponse response, long index) throws Exception {
    assertEquals(index, response.getIndex());
    assertEquals(1, response.getCount());
    return DecisionLogEntry.parseFrom(response.getRecord());
  }

  @Test
  void withoutAnIndexItBeginsWithWhatIsWrittenFromNowOn() throws Exception {
    try (var served = Served.in(directory);
        var admin = new AdminChannel(served)) {
      served.client().check(question().setCorrelationId("before").build());
      var reader = new Reader(admin, TailRequest.getDefaultInstance());
      reader.headers.get(30, TimeUnit.SECONDS);
      served.client().check(question().setCorrelationId("after").build());
      reader.call.request(1);
      var entry = DecisionLogEntry.parseFrom(reader.next().getRecord());
      assertEquals("after", entry.getDecision().getCorrelationId());
      reader.call.cancel("enough", null);
    }
  }

  @Test
  void aReaderThatTakesNothingHoldsUpNobodyAndMissesNothing() throws Exception {
    try (var served = Served.in(directory);
        var admin = new AdminChannel(served)) {
      var reader = new Reader(admin, TailRequest.newBuilder().setFrom(0).build());
      reader.call.request(1);
      assertEquals(0, reader.next().getIndex());
      // Far more than any buffer on the way takes.
      var batch = CheckBatchRequest.newBuilder();
      for (int i = 0; i < 1_000; i++)
        batch.addRequests(question().setCorrelationId("c".repeat(200)));
      for (int i = 0; i < 20; i++) served.client().checkBatch(batch.build());
      assertTrue(reader.messages.isEmpty());
      reader.call.request(1_000_000);
      List<DecisionLogEntry> all = served.entries();
      var seen = new ArrayList<DecisionLogEntry>();
      seen.add(all.getFirst());
      while (seen.size() < all.size())
        seen.add(DecisionLogEntry.parseFrom(reader.next().getRecord()));
      assertEquals(all, seen);
      reader.call.cancel("enough", null);
    }
  }

  @Test
  void itEndsWithTheSidecarAndIsNotThereForEverybody() throws Exception {
    Reader reader;
    try (var served = Served.in(directory);
        var admin = new AdminChannel(served)) {
      var open =
          DecisionLogServiceGrpc.newBlockingStub(served.channel())
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .tail(TailRequest.getDefaultInstance());
      var fault = assertThrows(StatusRuntimeException.class, open::hasNext);
      assertEquals(Status.Code.UNIMPLEMENTED, fault.getStatus().getCode());
      reader = new Reader(admin, TailRequest.getDefaultInstance());
      reader.headers.get(30, TimeUnit.SECONDS);
      long before = System.nanoTime();
      served.sidecar().close();
      assertEquals(Status.Code.UNAVAILABLE, reader.closed.get(30, TimeUnit.SECONDS).getCode());
      assertFalse(System.nanoTime() - before > TimeUnit.SECONDS.toNanos(8), "it waited for it");
    }
  }

  @Test
  void whatRetentionRemovedIsNotWaitedFor() throws Exception {
    Served.in(directory).close();
    var data = directory.resolve("data");
    var options =
        LogOptions.of(
                data.resolve("decisions/1"),
                "test.example/decisions/1",
                LogKey.load(data.resolve("keys/log.skey")))
            .withSegmentBytes(1 << 18);
    var record = DecisionLogEntry.newBuilder().setGap(Gap.newBuilder().setCount(1)).build();
    try (var log = DecisionLog.open(options)) {
      while (log.size() < 2 * DecisionLog.PRUNED_UNIT)
        log.append(record.toByteArray(), Durability.BOUNDED, _ -> {});
      assertTrue(log.publish());
      assertEquals(DecisionLog.PRUNED_UNIT, log.prune(DecisionLog.PRUNED_UNIT));
    }
    try (var served = Served.in(directory);
        var admin = new AdminChannel(served)) {
      var reader = new Reader(admin, TailRequest.newBuilder().setFrom(0).build());
      reader.call.request(1);
      assertEquals(DecisionLog.PRUNED_UNIT, reader.next().getIndex());
      reader.call.cancel("enough", null);
    }
  }

  /** A call that takes as many messages as it says. */
  private static final class Reader {
    private final LinkedBlockingQueue<TailResponse> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Metadata> headers = new CompletableFuture<>();
    private final CompletableFuture<Status> closed = new CompletableFuture<>();
    private final ClientCall<TailRequest, TailResponse> call;

    Reader(AdminChannel admin, TailRequest request) {
      call = admin.channel().newCall(DecisionLogServiceGrpc.getTailMethod(), CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onHeaders(Metadata received) {
              headers.complete(received);
            }

            @Override
            public void onMessage(TailResponse message) {
              messages.add(message);
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
              closed.complete(status);
            }
          },
          new Metadata());
      call.sendMessage(request);
      call.halfClose();
    }

    TailResponse next() throws InterruptedException {
      TailResponse message = messages.poll(30, TimeUnit.SECONDS);
      if (message == null) throw new AssertionError("no record came, status " + closed);
      return message;
    }
  }
}
