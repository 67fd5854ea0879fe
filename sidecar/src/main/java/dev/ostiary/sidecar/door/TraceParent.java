package dev.ostiary.sidecar.door;

import com.google.protobuf.ByteString;
import dev.ostiary.sidecar.record.Call.Trace;
import io.grpc.Metadata;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads the caller's W3C trace context; what is not well-formed counts as not sent.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace Context</a>
 */
final class TraceParent {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final HexFormat HEX = HexFormat.of();

  private TraceParent() {}

  static Trace of(Metadata headers) {
    return parse(headers.get(KEY));
  }

  /** Reads {@code 00-TRACE-SPAN-FLAGS}. */
  static Trace parse(@Nullable String text) {
    if (text == null || text.length() < 55 || text.startsWith("ff")) return Trace.NONE;
    if (text.charAt(2) != '-' || text.charAt(35) != '-' || text.charAt(52) != '-')
      return Trace.NONE;
    try {
      byte[] trace = HEX.parseHex(text, 3, 35);
      byte[] span = HEX.parseHex(text, 36, 52);
      boolean sampled = (HexFormat.fromHexDigits(text, 53, 55) & 1) != 0;
      if (isZero(trace) || isZero(span)) return Trace.NONE;
      return new Trace(ByteString.copyFrom(trace), ByteString.copyFrom(span), sampled);
    } catch (IllegalArgumentException e) {
      return Trace.NONE;
    }
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) if (b != 0) return false;
    return true;
  }
}
