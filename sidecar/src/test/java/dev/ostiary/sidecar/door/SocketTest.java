package dev.ostiary.sidecar.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ostiary.sidecar.Served;
import dev.ostiary.sidecar.StartException;
import dev.ostiary.sidecar.config.Key;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Unix socket is taken over from the dead, never from the living. */
final class SocketTest {
  @TempDir Path directory;
  private Path socket;

  @BeforeEach
  void choose() {
    socket = directory.resolve("s.sock");
  }

  private Served serve(String name) throws Exception {
    Path data = directory.resolve(name);
    return Served.in(data, Map.of(Key.SOCKET, socket.toString()));
  }

  private void assertSomebodyListens() throws Exception {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      assertTrue(client.isConnected());
    }
  }

  @Test
  void oneThatIsInUseIsRefusedAndStaysInUse() throws Exception {
    try (var first = serve("one")) {
      var refused = assertThrows(StartException.class, () -> serve("two"));
      assertEquals(
          "cannot listen: " + socket + ": another process listens there", refused.getMessage());
      assertSomebodyListens();
      assertEquals(socket, first.sidecar().socket().orElseThrow());
    }
  }

  @Test
  void aFileInItsPlaceIsRefusedAndLeftAlone() throws Exception {
    Files.writeString(socket, "a file");
    var refused = assertThrows(StartException.class, () -> serve("one"));
    assertEquals(
        "cannot listen: " + socket + ": expected a socket or nothing there, got something else",
        refused.getMessage());
    assertEquals("a file", Files.readString(socket));
  }

  @Test
  void oneThatADeadProcessLeftIsReplaced() throws Exception {
    try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(socket)); // closing it leaves the file
    }
    assertTrue(Files.exists(socket));
    try (var served = serve("one")) {
      assertSomebodyListens();
      assertEquals(socket, served.sidecar().socket().orElseThrow());
    }
  }
}
