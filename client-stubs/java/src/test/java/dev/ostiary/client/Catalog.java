package dev.ostiary.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/** A service to protect: one unary method and one that answers each message of a stream. */
final class Catalog {
  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), UTF_8);
          } catch (IOException broken) {
            throw new UncheckedIOException(broken);
          }
        }
      };

  static final MethodDescriptor<String, String> SEARCH =
      MethodDescriptor.newBuilder(TEXT, TEXT)
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("Catalog/search")
          .build();
  static final MethodDescriptor<String, String> BROWSE =
      MethodDescriptor.newBuilder(TEXT, TEXT)
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName("Catalog/browse")
          .build();

  /** How many calls reached a handler. */
  final AtomicInteger handled = new AtomicInteger();

  ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder("Catalog")
        .addMethod(SEARCH, ServerCalls.asyncUnaryCall(this::search))
        .addMethod(BROWSE, ServerCalls.asyncBidiStreamingCall(this::browse))
        .build();
  }

  private void search(String text, StreamObserver<String> answers) {
    handled.incrementAndGet();
    if (text.equals("nothing")) throw new IllegalStateException("nothing to find");
    var allowed = OstiaryServerInterceptor.ALLOWED.get();
    answers.onNext("found " + text + (allowed == null ? "" : " " + allowed.obligations()));
    answers.onCompleted();
  }

  private StreamObserver<String> browse(StreamObserver<String> answers) {
    handled.incrementAndGet();
    return new StreamObserver<>() {
      @Override
      public void onNext(String message) {
        answers.onNext("found " + message);
      }

      @Override
      public void onError(Throwable error) {}

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }
}
