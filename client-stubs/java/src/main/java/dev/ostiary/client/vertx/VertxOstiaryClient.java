package dev.ostiary.client.vertx;

import dev.ostiary.client.Answer;
import dev.ostiary.client.Explanation;
import dev.ostiary.client.OstiaryClient;
import dev.ostiary.v1.CheckRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a sidecar from Vert.x: every future completes on the context of whoever asked, always with
 * an answer, never as a failed future.
 */
public final class VertxOstiaryClient {
  private final Vertx vertx;
  private final OstiaryClient client;

  /**
   * A view of a client, whose channel it shares and does not close.
   *
   * @param vertx whose contexts complete the futures
   * @param client what asks
   */
  public VertxOstiaryClient(Vertx vertx, OstiaryClient client) {
    this.vertx = vertx;
    this.client = client;
  }

  /** Asks; see {@link OstiaryClient#checkAsync}. */
  public Future<Answer> check(CheckRequest request) {
    return onContext(client.checkAsync(request));
  }

  /** Asks several questions of one snapshot; see {@link OstiaryClient#checkBatch}. */
  public Future<List<Answer>> checkBatch(List<CheckRequest> requests) {
    return onContext(client.checkBatchAsync(requests));
  }

  /** Asks what led to an answer; see {@link OstiaryClient#explain}. */
  public Future<Explanation> explain(CheckRequest request) {
    return onContext(client.explainAsync(request));
  }

  private <T> Future<T> onContext(CompletableFuture<T> future) {
    return Future.fromCompletionStage(future, vertx.getOrCreateContext());
  }
}
