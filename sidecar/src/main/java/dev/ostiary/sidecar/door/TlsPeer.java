package dev.ostiary.sidecar.door;

import dev.ostiary.cedar.EntityUid;
import dev.ostiary.sidecar.decide.Caller;
import dev.ostiary.sidecar.identity.SpiffeId;
import dev.ostiary.sidecar.identity.Tls;
import dev.ostiary.sidecar.limit.FairShare;
import dev.ostiary.sidecar.metrics.Meters;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * Finds out who holds the other end of a new encrypted connection: the SPIFFE id of its
 * certificate. Without a certificate, which only loopback lets in, it is who is on this machine.
 */
final class TlsPeer extends ServerTransportFilter {
  private final Tls tls;
  private static final Attributes.Key<FairShare.Share> SHARE =
      Attributes.Key.create("ostiary-share-of-connections");

  private final Function<EntityUid, Caller> admission;
  private final FairShare connections;
  private final Meters meters;

  TlsPeer(Tls tls, Function<EntityUid, Caller> admission, FairShare connections, Meters meters) {
    this.tls = tls;
    this.admission = admission;
    this.connections = connections;
    this.meters = meters;
  }

  /**
   * What encrypts connections.
   *
   * @param required whether a caller without a certificate is refused
   */
  SslContext context(boolean required) throws IOException {
    var builder =
        SslContextBuilder.forServer(tls.keys())
            .trustManager(tls.trust())
            .clientAuth(required ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
    try {
      return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
    } catch (SSLException e) {
      throw new IOException(e);
    }
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    SSLSession session = attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      if (session != null) {
        Caller caller = caller(session);
        var share = connections.of(caller.uid());
        if (share.take(1))
          return attributes.toBuilder().set(Peer.CALLER, caller).set(SHARE, share).build();
        meters.connectionRefused();
        throw Status.UNAVAILABLE.asRuntimeException();
      }
    } catch (CertificateException e) {
      // its certificate was good for an earlier handshake, and is no more
    }
    throw Status.UNAUTHENTICATED.asRuntimeException();
  }

  @Override
  public void transportTerminated(Attributes attributes) {
    var share = attributes.get(SHARE);
    if (share != null) share.give(1);
  }

  Caller caller(SSLSession session) throws CertificateException {
    Optional<SpiffeId> id = tls.caller(session);
    return admission.apply(EntityUid.of(Caller.TYPE, id.map(SpiffeId::text).orElse("loopback")));
  }
}
