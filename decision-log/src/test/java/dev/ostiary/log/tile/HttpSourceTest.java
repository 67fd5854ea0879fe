package dev.ostiary.log.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that sends too much, or does not end, costs a bounded number of bytes and seconds. */
class HttpSourceTest {
  private final CountDownLatch released = new CountDownLatch(1);
  private HttpServer server;
  private TileSource source;

  @BeforeEach
  void serve() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/tile/0/000",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          var block = new byte[1 << 16];
          try (var body = exchange.getResponseBody()) {
            while (true) body.write(block);
          } catch (IOException e) {
            // the client has had enough
          }
        });
    server.createContext(
        "/checkpoint",
        exchange -> {
          exchange.sendResponseHeaders(200, 100);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    server.start();
    var address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    source = new HttpSource(address, Duration.ofMillis(500));
  }

  @AfterEach
  void stop() {
    released.countDown();
    server.stop(0);
  }

  @Test
  void aTileWithoutEndIsRefusedAfterAsManyBytesAsATileHas() {
    var refused = assertThrows(IOException.class, () -> source.read("tile/0/000"));
    assertTrue(String.valueOf(refused.getMessage()).contains("tile/0/000"), refused.toString());
  }

  @Test
  void aBodyThatDoesNotEndInTimeIsGivenUp() {
    var refused = assertThrows(IOException.class, () -> source.read("checkpoint"));
    assertTrue(String.valueOf(refused.getMessage()).contains("within"), refused.toString());
  }

  @Test
  void whatIsNotThereIsNotAnError() throws Exception {
    assertEquals(Optional.empty(), source.read("tile/1/000"));
  }
}
