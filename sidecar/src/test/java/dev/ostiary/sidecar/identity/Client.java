package dev.ostiary.sidecar.identity;

import dev.ostiary.sidecar.Served;
import dev.ostiary.v1.CheckRequest;
import dev.ostiary.v1.CheckResponse;
import dev.ostiary.v1.DecisionServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Callers with a certificate, or without one. */
record Client(Served served, Authority believed, Optional<Authority.Issued> shown) {
  ManagedChannel channel() throws IOException {
    var context = GrpcSslContexts.forClient().trustManager(believed.certificate());
    if (shown.isPresent()) context.keyManager(shown.get().key(), shown.get().certificate());
    return NettyChannelBuilder.forTarget("dns:///" + served.sidecar().grpcAddress().orElseThrow())
        .sslContext(context.build())
        .overrideAuthority("localhost")
        .build();
  }

  static CheckResponse check(ManagedChannel channel, CheckRequest question) {
    return DecisionServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .check(question);
  }

  /** Asks by a connection of its own. */
  CheckResponse check(CheckRequest question) throws IOException {
    ManagedChannel channel = channel();
    try {
      return check(channel, question);
    } finally {
      channel.shutdownNow();
    }
  }

  /** Asks over HTTP, by a connection of its own. */
  HttpResponse<String> evaluation(String body)
      throws IOException, InterruptedException, GeneralSecurityException {
    String address = served.sidecar().httpAddress().orElseThrow().replace("127.0.0.1", "localhost");
    var request =
        HttpRequest.newBuilder(URI.create("https://" + address + "/access/v1/evaluation"))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    try (var client = HttpClient.newBuilder().sslContext(context()).build()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private SSLContext context() throws IOException, GeneralSecurityException {
    var trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("believed", believed.certificate());
    var trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusts.init(trust);
    var own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (shown.isPresent())
      own.setKeyEntry(
          "shown", shown.get().key(), new char[0], new Certificate[] {shown.get().certificate()});
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trusts.getTrustManagers(), null);
    return context;
  }
}
