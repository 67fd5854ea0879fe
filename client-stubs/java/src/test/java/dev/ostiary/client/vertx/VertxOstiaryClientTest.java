package dev.ostiary.client.vertx;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.client.Answer;
import dev.ostiary.client.FakeSidecar;
import dev.ostiary.client.OstiaryClientBuilder;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class VertxOstiaryClientTest {
  private record Seen(boolean allowed, @Nullable Context context) {}

  @Test
  void anAnswerComesOnTheContextOfWhoeverAsked() throws Exception {
    var vertx = Vertx.vertx();
    try (var sidecar = new FakeSidecar();
        var client =
            OstiaryClientBuilder.tcp(sidecar.address()).deadline(Duration.ofSeconds(30)).build()) {
      var asking = new VertxOstiaryClient(vertx, client);
      var context = vertx.getOrCreateContext();
      var question =
          request(uid("User", "ann"), uid("Action", "read"), uid("Dataset", "d1")).build();
      var seen = new CompletableFuture<Seen>();
      context.runOnContext(start ->
          asking
              .check(question)
              .onSuccess(answer ->
                  seen.complete(new Seen(answer.enforce().allowed(), Vertx.currentContext()))));
      assertEquals(new Seen(true, context), seen.get(30, TimeUnit.SECONDS));
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aFailureOfTheSidecarIsAnAnswerThatDeniesNotAFailedFuture() throws Exception {
    var vertx = Vertx.vertx();
    try (var sidecar = new FakeSidecar();
        var client =
            OstiaryClientBuilder.tcp(sidecar.address()).deadline(Duration.ofMillis(300)).build()) {
      sidecar.neverAnswer();
      var future =
          new VertxOstiaryClient(vertx, client)
              .check(request(uid("User", "a"), uid("Action", "b"), uid("Dataset", "c")).build())
              .toCompletionStage()
              .toCompletableFuture();
      var answer = future.get(30, TimeUnit.SECONDS);
      assertTrue(answer instanceof Answer.Failed, answer.toString());
      assertFalse(answer.enforce().allowed());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }
}
