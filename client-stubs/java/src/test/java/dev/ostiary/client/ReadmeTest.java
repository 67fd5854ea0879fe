package dev.ostiary.client;

import static dev.ostiary.client.RequestBuilder.request;
import static dev.ostiary.client.Values.uid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the README shows is what runs here. */
@Timeout(60)
final class ReadmeTest {
  private static final Metadata.Key<String> USER =
      Metadata.Key.of("x-user", Metadata.ASCII_STRING_MARSHALLER);

  /** The lines between the marks are the README's. */
  private static Server serve(String address, int port, Catalog catalog) throws IOException {
    // begin of what the README shows
    var ostiary = OstiaryClient.connect(address);
    CallMapping mapping =
        (call, headers) -> {
          var user = headers.get(USER);
          if (user == null) throw Status.UNAUTHENTICATED.asRuntimeException();
          return request(uid("User", user), uid("Action", "search"), uid("Catalog", "lab")).build();
        };
    var guard = OstiaryServerInterceptor.asking(ostiary, mapping);
    var service = ServerInterceptors.intercept(catalog.bindService(), guard);
    return NettyServerBuilder.forPort(port).addService(service).build().start();
    // end of what the README shows
  }

  @Test
  void theReadmeShowsWhatRunsHere() throws Exception {
    var module = Path.of(System.getProperty("ostiary.root"), "client-stubs", "java");
    var source = module.resolve("src/test/java/dev/ostiary/client/ReadmeTest.java");
    var mark = " of what the README shows";
    var runs = between(source, "    // begin" + mark, "    // end" + mark);
    assertEquals(
        runs.stream().map(line -> line.substring(4)).toList(),
        between(module.resolve("README.md"), "```java", "```"));
    assertTrue(runs.size() <= 10, "a service protected in ten lines");
  }

  private static List<String> between(Path file, String begin, String end) throws IOException {
    var lines = Files.readAllLines(file);
    int from = lines.indexOf(begin) + 1;
    int length = lines.subList(from, lines.size()).indexOf(end);
    assertTrue(from > 0 && length > 0, begin);
    return lines.subList(from, from + length);
  }

  @Test
  void theServiceOfTheReadmeIsProtected() throws Exception {
    try (var sidecar = new FakeSidecar()) {
      sidecar.answer =
          request ->
              Optional.of(
                  request.getPrincipal().getId().equals("dan")
                      ? FakeSidecar.ALLOW
                      : FakeSidecar.DENY);
      var server = serve(sidecar.address(), 0, new Catalog());
      var channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
      try {
        assertEquals("found runs []", searchAs("dan", channel));
        var denied = assertThrows(StatusRuntimeException.class, () -> searchAs("greta", channel));
        assertEquals(Status.Code.PERMISSION_DENIED, denied.getStatus().getCode());
        var nobody = assertThrows(StatusRuntimeException.class, () -> search(channel));
        assertEquals(Status.Code.UNAUTHENTICATED, nobody.getStatus().getCode());
      } finally {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination();
      }
    }
  }

  private static String searchAs(String user, Channel channel) {
    var headers = new Metadata();
    headers.put(USER, user);
    var named = MetadataUtils.newAttachHeadersInterceptor(headers);
    return search(io.grpc.ClientInterceptors.intercept(channel, named));
  }

  private static String search(Channel channel) {
    return ClientCalls.blockingUnaryCall(channel, Catalog.SEARCH, CallOptions.DEFAULT, "runs");
  }
}
