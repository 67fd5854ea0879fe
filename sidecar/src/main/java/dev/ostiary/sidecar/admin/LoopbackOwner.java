package dev.ostiary.sidecar.admin;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Finds the user who opened a TCP connection from this machine: the kernel lists both ends of it,
 * each with its owner, in {@code /proc/net/tcp} and {@code tcp6}.
 */
final class LoopbackOwner {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  /** Ends that are closing are listed under user 0, whoever had them. */
  private static final String ESTABLISHED = "01";

  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private LoopbackOwner() {}

  /**
   * The user id that has the other end of an open connection; empty where it is not on this
   * machine. Blocks.
   *
   * @param peer the other end's address
   * @param here this end's
   */
  static OptionalLong uid(InetSocketAddress peer, InetSocketAddress here) throws IOException {
    for (Path table : TABLES) {
      try (Stream<String> lines = Files.lines(table)) {
        OptionalLong uid = uid(lines, peer, here);
        if (uid.isPresent()) return uid;
      } catch (NoSuchFileException e) {
        // a kernel without that protocol
      }
    }
    return OptionalLong.empty();
  }

  /** The same by the lines of one table. */
  static OptionalLong uid(Stream<String> table, InetSocketAddress peer, InetSocketAddress here) {
    List<String> local = written(peer);
    List<String> remote = written(here);
    return table
        .map(line -> line.strip().split("\\s+"))
        .filter(columns ->
            columns.length > 7
                && local.contains(columns[1])
                && remote.contains(columns[2])
                && columns[3].equals(ESTABLISHED))
        .mapToLong(columns -> Long.parseLong(columns[7]))
        .findFirst();
  }

  /** An address as the tables have it, of either protocol. */
  private static List<String> written(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    if (ip == null) return List.of();
    byte[] bytes = ip.getAddress();
    String port = ":%04X".formatted(address.getPort());
    if (bytes.length != 4) return List.of(words(bytes) + port);
    byte[] mapped = ByteBuffer.allocate(16).put(MAPPED).put(bytes).array();
    return List.of(words(bytes) + port, words(mapped) + port);
  }

  /** In words of 32 bits, each as this machine reads it. */
  private static String words(byte[] bytes) {
    var text = new StringBuilder();
    var words = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    while (words.hasRemaining()) text.append("%08X".formatted(words.getInt()));
    return text.toString();
  }
}
