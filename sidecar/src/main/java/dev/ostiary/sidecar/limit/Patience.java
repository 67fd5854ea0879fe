package dev.ostiary.sidecar.limit;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;

/**
 * Ends HTTP connections that bring no whole request in time, however often they send a byte, which
 * is all that an idle time-out asks for. One event loop's.
 */
public final class Patience {
  private static final long LOOK_MILLIS = 500;

  private final long nanos;
  private final IdentityHashMap<HttpConnection, Long> since = new IdentityHashMap<>();

  /**
   * Looks from now on, on the event loop that calls this.
   *
   * @param patience from the beginning, or the last answer, to the end of a request
   */
  public Patience(Vertx vertx, Duration patience) {
    this.nanos = patience.toNanos();
    vertx.setPeriodic(LOOK_MILLIS, _ -> look());
  }

  /** A request is to come: the connection was opened, or has its last answer. */
  public void expect(HttpConnection connection) {
    since.put(connection, System.nanoTime());
  }

  /** None is to come: one is there as a whole, or the connection has ended. */
  public void rest(HttpConnection connection) {
    since.remove(connection);
  }

  private void look() {
    long now = System.nanoTime();
    var late = new ArrayList<HttpConnection>();
    since.forEach((connection, began) -> {
      if (now - began > nanos) late.add(connection);
    });
    for (var connection : late) {
      since.remove(connection);
      var _ = connection.close();
    }
  }
}
