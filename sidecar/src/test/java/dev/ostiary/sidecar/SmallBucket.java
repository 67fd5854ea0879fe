package dev.ostiary.sidecar;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** What of S3 the sidecar uses, in memory and without looking at signatures. */
public final class SmallBucket implements AutoCloseable {
  private final Map<String, byte[]> objects = new TreeMap<>();
  private final StringBuilder seen = new StringBuilder();
  private final HttpServer server;
  private volatile boolean refusing;

  public SmallBucket() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void refuses(boolean now) {
    refusing = now;
  }

  /** Headers and bodies of all requests. */
  synchronized String seen() {
    return seen.toString();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      byte[] answer = new byte[0];
      byte @Nullable [] answered;
      int status;
      synchronized (this) {
        seen.append(exchange.getRequestHeaders().entrySet())
            .append(new String(body, StandardCharsets.ISO_8859_1));
        String name = exchange.getRequestURI().getPath();
        boolean there = objects.containsKey(name);
        String query = String.valueOf(exchange.getRequestURI().getRawQuery());
        if (refusing) {
          status = 503;
        } else if (exchange.getRequestMethod().equals("PUT")) {
          String replaces = exchange.getRequestHeaders().getFirst("if-match");
          boolean creates = exchange.getRequestHeaders().containsKey("if-none-match");
          boolean other = replaces != null && !replaces.equals(tag(objects.get(name)));
          status = (there && creates) || other ? 412 : 200;
          if (status == 200) objects.put(name, body);
        } else if (query.contains("list-type")) {
          answer = listing(name + "/", query).getBytes(StandardCharsets.UTF_8);
          status = 200;
        } else {
          status = there ? 200 : 404;
          answer = objects.getOrDefault(name, answer);
        }
        answered = objects.get(name);
      }
      exchange.getResponseHeaders().set("ETag", tag(answered));
      exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
      if (answer.length > 0) exchange.getResponseBody().write(answer);
    }
  }

  private static String tag(byte @Nullable [] object) {
    return "\"" + Arrays.hashCode(object) + "\"";
  }

  private String listing(String bucket, String query) {
    String prefix = "";
    for (String part : query.split("&", -1))
      if (part.startsWith("prefix="))
        prefix = URLDecoder.decode(part.substring("prefix=".length()), StandardCharsets.UTF_8);
    var places = new TreeSet<String>();
    var xml = new StringBuilder("<ListBucketResult><Prefix>" + prefix + "</Prefix>");
    for (String name : objects.keySet()) {
      if (!name.startsWith(bucket + prefix)) continue;
      String rest = name.substring(bucket.length() + prefix.length());
      if (rest.indexOf('/') >= 0) places.add(prefix + rest.substring(0, rest.indexOf('/') + 1));
      else
        xml.append("<Contents><Key>" + prefix + rest + "</Key>")
            .append("<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>");
    }
    for (String place : places)
      xml.append("<CommonPrefixes><Prefix>" + place + "</Prefix></CommonPrefixes>");
    return xml.append("</ListBucketResult>").toString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
