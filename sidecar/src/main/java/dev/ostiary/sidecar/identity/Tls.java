package dev.ostiary.sidecar.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The credentials in use, for listeners that were set up once. Replacing them concerns handshakes
 * that begin afterwards: one that is under way ends with what it began with, and connections that
 * are open stay. Any thread.
 */
public final class Tls {
  /** Handshakes that are under way may use credentials that were replaced this often since. */
  private static final int KEPT = 16;

  private final ConcurrentSkipListMap<Long, Credentials> kept = new ConcurrentSkipListMap<>();
  private volatile Credentials now;

  /** Begins with {@code first}. */
  public Tls(Credentials first) {
    this.now = first;
    kept.put(0L, first);
  }

  /** Uses other credentials from now on. One thread at a time. */
  public void use(Credentials next) {
    kept.put(kept.lastKey() + 1, next);
    now = next;
    while (kept.size() > KEPT) kept.pollFirstEntry();
  }

  /** When the certificate that is shown to callers expires. */
  public Instant expires() {
    return now.chain().getFirst().getNotAfter().toInstant();
  }

  /**
   * Who holds the other end of a connection whose handshake is over; empty where it showed no
   * certificate. It is looked at anew, since a session that is resumed brings the certificate of an
   * earlier handshake.
   *
   * @throws CertificateException if it is not to be believed any more
   */
  public Optional<SpiffeId> caller(SSLSession session) throws CertificateException {
    try {
      return Optional.of(now.trust().caller(x509(session)));
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private static X509Certificate[] x509(SSLSession session) throws SSLPeerUnverifiedException {
    var chain = session.getPeerCertificates();
    var x509 = new X509Certificate[chain.length];
    for (int i = 0; i < chain.length; i++) x509[i] = (X509Certificate) chain[i];
    return x509;
  }

  /** What shows the process's own certificate. */
  public X509ExtendedKeyManager keys() {
    return new Keys();
  }

  /** What checks callers' certificates. */
  public X509ExtendedTrustManager trust() {
    return new Checks();
  }

  /** An alias names one of the credentials, so that a handshake takes key and chain of the same. */
  private final class Keys extends X509ExtendedKeyManager {
    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
      var latest = kept.lastEntry();
      return latest.getValue().key().getAlgorithm().equals(keyType)
          ? Long.toString(latest.getKey())
          : null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null; // the listeners have engines
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      Credentials found = kept.get(Long.valueOf(alias));
      return found == null ? null : found.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      Credentials found = kept.get(Long.valueOf(alias));
      return found == null ? null : found.key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return null; // nobody is called
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return null; // chosen above
    }
  }

  private final class Checks extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      now.trust().caller(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("nobody is called");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      checkServerTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      checkServerTrusted(chain, type);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0]; // callers know which certificate to show
    }
  }
}
