package dev.ostiary.sidecar.door;

import dev.ostiary.sidecar.contract.MessageWriter;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Answers that are bytes already when they are handed to gRPC. */
final class Encoded implements Marshaller<byte[]> {
  static final Encoded ANSWERS = new Encoded();

  private static final ThreadLocal<MessageWriter> WRITERS =
      ThreadLocal.withInitial(MessageWriter::new);

  private Encoded() {}

  /** The thread's writer, for one answer at a time; nothing else is done before it is taken. */
  static MessageWriter writer() {
    var writer = WRITERS.get();
    writer.clear();
    return writer;
  }

  @Override
  public InputStream stream(byte[] answer) {
    return new Known(answer);
  }

  @Override
  public byte[] parse(InputStream stream) {
    throw new UnsupportedOperationException("answers are only sent");
  }

  private static final class Known extends ByteArrayInputStream implements KnownLength, Drainable {
    Known(byte[] answer) {
      super(answer);
    }

    @Override
    public int drainTo(OutputStream to) throws IOException {
      int count = available();
      to.write(buf, pos, count);
      pos = this.count;
      return count;
    }
  }
}
