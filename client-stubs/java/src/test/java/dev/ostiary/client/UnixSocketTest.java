package dev.ostiary.client;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class UnixSocketTest {
  @Test
  void aSidecarOnAUnixSocketAnswersAndOneThatIsNotThereDenies(@TempDir Path directory)
      throws Exception {
    var socket = directory.resolve("ostiary.sock");
    var question = request(uid("User", "ann"), uid("Action", "read"), uid("Dataset", "d1")).build();
    var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (var sidecar = new FakeSidecar();
        var client = OstiaryClientBuilder.unix(socket).deadline(Duration.ofSeconds(30)).build()) {
      var absent = client.check(question);
      assertFalse(absent.enforce().allowed());
      var failure = assertInstanceOf(Answer.Failed.class, absent).failure();
      assertEquals(Failure.Kind.UNAVAILABLE, failure.kind());

      var server =
          NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
              .channelType(NioServerDomainSocketChannel.class)
              .bossEventLoopGroup(group)
              .workerEventLoopGroup(group)
              .addService(sidecar)
              .build()
              .start();
      try {
        assertTrue(client.awaitConnected(Duration.ofSeconds(30)));
        assertTrue(client.check(question).enforce().allowed());
        assertEquals(1, sidecar.asked.size());
      } finally {
        server.shutdownNow().awaitTermination();
      }
    } finally {
      var _ = group.shutdownGracefully();
    }
  }
}
