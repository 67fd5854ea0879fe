package dev.ostiary.sidecar.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where a door listens on TCP.
 *
 * @param host a name or an address
 * @param port 0 picks one
 */
public record Listener(String host, int port) {
  /** Reads {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code :PORT}, which is loopback. */
  static Optional<Listener> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) return Optional.empty();
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
    if (host.isEmpty()) host = "127.0.0.1";
    return port > 65_535 ? Optional.empty() : Optional.of(new Listener(host, port));
  }

  /** The address to bind; the host is resolved here. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /** Whether nobody but this machine can connect. */
  public boolean isLoopback() throws UnknownHostException {
    for (var address : InetAddress.getAllByName(host))
      if (!address.isLoopbackAddress()) return false;
    return true;
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
