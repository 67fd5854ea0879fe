package dev.ostiary.benchmarks.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * What gRPC on Netty costs by itself: parses a request, answers with a message of a fixed size, on
 * one event loop without a thread hop.
 *
 * <p>Usage: {@code EchoServer REPLY_BYTES}. Prints {@code echo listening on HOST:PORT}.
 */
public final class EchoServer {
  static final String UNARY = "ostiary.bench.Echo/Unary";
  static final String STREAM = "ostiary.bench.Echo/Stream";

  private EchoServer() {}

  /** Serves until the process is ended. */
  public static void main(String[] args) throws Exception {
    var loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    var reply = message(Integer.parseInt(args[0]));
    var server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .channelType(EpollServerSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .directExecutor()
            .addService(service(reply))
            .build()
            .start();
    System.out.println("echo listening on 127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }

  /** A message that is this many bytes on the wire, for sizes of one length byte or two. */
  static BytesValue message(int sizeBytes) {
    int overhead = sizeBytes < 130 ? 2 : 3;
    var content = new byte[Math.max(1, sizeBytes - overhead)];
    Arrays.fill(content, (byte) 'x');
    return BytesValue.of(ByteString.copyFrom(content));
  }

  /** Answers everything with that message. */
  static ServerServiceDefinition service(BytesValue reply) {
    return ServerServiceDefinition.builder("ostiary.bench.Echo")
        .addMethod(
            method(MethodDescriptor.MethodType.UNARY, UNARY),
            ServerCalls.asyncUnaryCall((request, replies) -> {
              replies.onNext(reply);
              replies.onCompleted();
            }))
        .addMethod(
            method(MethodDescriptor.MethodType.BIDI_STREAMING, STREAM),
            ServerCalls.asyncBidiStreamingCall(replies -> new Echo(replies, reply)))
        .build();
  }

  private static MethodDescriptor<BytesValue, BytesValue> method(
      MethodDescriptor.MethodType type, String name) {
    var marshaller = ProtoUtils.marshaller(BytesValue.getDefaultInstance());
    return MethodDescriptor.newBuilder(marshaller, marshaller)
        .setType(type)
        .setFullMethodName(name)
        .build();
  }

  private record Echo(StreamObserver<BytesValue> replies, BytesValue reply)
      implements StreamObserver<BytesValue> {
    @Override
    public void onNext(BytesValue request) {
      replies.onNext(reply);
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {
      replies.onCompleted();
    }
  }
}
