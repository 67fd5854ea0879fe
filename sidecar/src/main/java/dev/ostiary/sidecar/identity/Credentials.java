package dev.ostiary.sidecar.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the process shows callers, and by what it believes theirs.
 *
 * @param chain its certificate first
 * @param key of that certificate
 */
public record Credentials(List<X509Certificate> chain, PrivateKey key, Trust trust) {
  public Credentials {
    chain = List.copyOf(chain);
  }
}
