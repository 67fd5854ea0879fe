package dev.ostiary.sidecar.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class LoopbackOwnerTest {
  private static final InetSocketAddress PEER =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0x9C40);
  private static final InetSocketAddress HERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0x1D30);

  /** As Linux prints them, on a machine whose lowest byte comes first. */
  private static final String HEAD =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout";

  private static String row(String local, String remote, String state, long uid) {
    return "   1: %s %s %s 00000000:00000000 00:00000000 00000000  %d        0 8 2 0 20 4 29 10 -1"
        .formatted(local, remote, state, uid);
  }

  private static OptionalLong owner(String... rows) {
    return LoopbackOwner.uid(String.join("\n", rows).lines(), PEER, HERE);
  }

  @Test
  void itIsTheUserOfTheOtherEndNotOfThisOne() {
    assertEquals(
        OptionalLong.of(1001),
        owner(
            HEAD,
            row("0100007F:1D30", "00000000:0000", "0A", 7),
            row("0100007F:1D30", "0100007F:9C40", "01", 7),
            row("0100007F:9C40", "0100007F:1D30", "01", 1001)));
  }

  @Test
  void anEndThatIsClosingIsNobodys() {
    for (String state : new String[] {"02", "04", "05", "06", "08", "09", "0B"})
      assertEquals(
          OptionalLong.empty(), owner(HEAD, row("0100007F:9C40", "0100007F:1D30", state, 0)));
  }

  @Test
  void anotherConnectionsUserIsNotTaken() {
    assertEquals(
        OptionalLong.empty(),
        owner(
            HEAD,
            row("0100007F:9C41", "0100007F:1D30", "01", 0),
            row("0100007F:9C40", "0100007F:1D31", "01", 0),
            row("0200007F:9C40", "0100007F:1D30", "01", 0)));
  }

  @Test
  void anEndOfTheLaterProtocolIsFound() throws Exception {
    assertEquals(
        OptionalLong.of(12),
        owner(
            row(
                "0000000000000000FFFF00000100007F:9C40",
                "0000000000000000FFFF00000100007F:1D30",
                "01",
                12)));
    var loopback =
        InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    var peer = new InetSocketAddress(loopback, 0x9C40);
    var here = new InetSocketAddress(loopback, 0x1D30);
    String one = "00000000000000000000000001000000";
    assertEquals(
        OptionalLong.of(12),
        LoopbackOwner.uid(row(one + ":9C40", one + ":1D30", "01", 12).lines(), peer, here));
  }

  @Test
  void theKernelNamesTheUserOfThisProcess() throws Exception {
    long own = ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var client = new Socket(server.getInetAddress(), server.getLocalPort());
        var accepted = server.accept()) {
      assertEquals(
          OptionalLong.of(own),
          LoopbackOwner.uid(
              (InetSocketAddress) accepted.getRemoteSocketAddress(),
              (InetSocketAddress) accepted.getLocalSocketAddress()));
      assertEquals(accepted.getPort(), client.getLocalPort());
    }
  }
}
