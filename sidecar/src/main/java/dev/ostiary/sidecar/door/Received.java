package dev.ostiary.sidecar.door;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Parser;
import dev.ostiary.sidecar.decide.Refused;
import dev.ostiary.sidecar.decide.Refused.Why;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request as it came: a message, or why the bytes are none. gRPC would end a call whose bytes do
 * not parse with CANCELLED; this way the caller learns what was wrong, and it is counted.
 */
sealed interface Received<T> {
  /** A message within bounds. */
  record Message<T>(T message) implements Received<T> {}

  /** Bytes that are not read. */
  record Unreadable<T>(Refused refused) implements Received<T> {}

  /**
   * Reads messages of at most {@code bytes}; deeper nesting than protobuf's own bound is refused.
   */
  static <T extends MessageOrBuilder> Marshaller<Received<T>> marshaller(
      Parser<T> parser, int bytes) {
    return new Marshaller<>() {
      @Override
      public InputStream stream(Received<T> value) {
        throw new UnsupportedOperationException("requests are only received");
      }

      @Override
      public Received<T> parse(InputStream stream) {
        return read(stream, parser, bytes);
      }
    };
  }

  private static <T extends MessageOrBuilder> Received<T> read(
      InputStream stream, Parser<T> parser, int bytes) {
    try {
      if (stream instanceof KnownLength && stream.available() > bytes)
        return tooLarge(stream, parser, bytes);
      if (!(stream instanceof KnownLength)) { // it was compressed
        byte[] unpacked = stream.readNBytes(bytes + 1);
        stream = new ByteArrayInputStream(unpacked);
        if (unpacked.length > bytes) return tooLarge(stream, parser, bytes);
      }
      var input = CodedInputStream.newInstance(stream);
      T message = parser.parseFrom(input);
      input.checkLastTagWas(0);
      return new Message<>(message);
    } catch (InvalidProtocolBufferException e) {
      String fault = String.valueOf(e.getMessage());
      if (fault.contains("too many levels")) {
        return new Unreadable<>(
            Refused.of(
                Why.REQUEST_TOO_LARGE, "context", "expected values that are not nested so deep"));
      }
      return new Unreadable<>(
          Refused.of(Why.MALFORMED_REQUEST, "", "expected a protobuf message: " + fault));
    } catch (IOException e) {
      return new Unreadable<>(Refused.of(Why.MALFORMED_REQUEST, "", "expected a whole message"));
    }
  }

  private static <T extends MessageOrBuilder> Received<T> tooLarge(
      InputStream stream, Parser<T> parser, int bytes) throws IOException {
    var type = parser.parseFrom(ByteString.EMPTY).getDescriptorForType();
    return new Unreadable<>(tooLarge(LargestField.of(stream, type), bytes));
  }

  /**
   * Why a message of more bytes is not read.
   *
   * @param field that takes most of it, or {@code request} where that is not known
   */
  static Refused tooLarge(String field, int bytes) {
    return Refused.of(
        Why.REQUEST_TOO_LARGE, field, "expected a message of at most " + bytes + " bytes");
  }
}
