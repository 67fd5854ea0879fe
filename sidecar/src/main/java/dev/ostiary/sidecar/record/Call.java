package dev.ostiary.sidecar.record;

import com.google.protobuf.ByteString;
import dev.ostiary.record.v1.Door;

/**
 * What an entry says of the call that a question came by.
 *
 * @param door the way in
 * @param correlationId the caller's own id
 * @param trace the caller's W3C trace context
 * @param arrivedNanos {@link System#nanoTime} when it came
 */
public record Call(Door door, String correlationId, Trace trace, long arrivedNanos) {

  /**
   * A W3C trace context; both ids are empty where the caller sent none.
   *
   * @param sampled whether the caller records it
   */
  public record Trace(ByteString traceId, ByteString spanId, boolean sampled) {
    /** None was sent. */
    public static final Trace NONE = new Trace(ByteString.EMPTY, ByteString.EMPTY, false);
  }
}
