package dev.ostiary.sidecar.identity;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The authorities whose certificates are believed. Immutable; any thread.
 *
 * @see <a href="https://spiffe.io/docs/latest/spiffe-specs/x509-svid/">X.509-SVID</a>
 */
public final class Trust {
  private static final String CLIENT = "1.3.6.1.5.5.7.3.2";
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int SIGN_CERTIFICATES = 5;
  private static final int SIGN_REVOCATIONS = 6;

  /** Authorities of no trust domain in particular. */
  private static final String ANY = "";

  private final Map<String, Set<TrustAnchor>> anchors;

  private Trust(Map<String, Set<TrustAnchor>> anchors) {
    this.anchors = anchors;
  }

  /** Authorities that are believed for every trust domain. */
  static Trust inAll(List<X509Certificate> authorities) {
    return byDomain(Map.of(ANY, authorities));
  }

  /** Authorities, each believed for its own trust domain alone. */
  static Trust byDomain(Map<String, List<X509Certificate>> authorities) {
    var anchors = new HashMap<String, Set<TrustAnchor>>();
    authorities.forEach((domain, certificates) -> {
      var set = new HashSet<TrustAnchor>();
      for (var certificate : certificates) set.add(new TrustAnchor(certificate, null));
      anchors.put(domain, Set.copyOf(set));
    });
    return new Trust(Map.copyOf(anchors));
  }

  /**
   * Who a caller is that holds the key of the first certificate.
   *
   * @param chain the caller's certificate, and what lies between it and an authority
   * @throws CertificateException if it is expired, not to be believed, or no X.509-SVID
   */
  SpiffeId caller(X509Certificate[] chain) throws CertificateException {
    if (chain.length == 0) throw new CertificateException("expected a certificate, got none");
    X509Certificate leaf = chain[0];
    SpiffeId id = SpiffeId.of(leaf);
    checkUse(leaf);
    Set<TrustAnchor> believed =
        anchors.getOrDefault(id.trustDomain(), anchors.getOrDefault(ANY, Set.of()));
    if (believed.isEmpty())
      throw new CertificateException("no authority of `" + id.trustDomain() + "` is known");
    try {
      var parameters = new PKIXParameters(believed);
      parameters.setRevocationEnabled(false); // certificates live for minutes or hours instead
      var path =
          CertificateFactory.getInstance("X.509").generateCertPath(withoutAnchor(chain, believed));
      CertPathValidator.getInstance("PKIX").validate(path, parameters);
    } catch (CertPathValidatorException e) {
      throw new CertificateException("not to be believed: " + e.getReason());
    } catch (InvalidAlgorithmParameterException e) {
      throw new CertificateException(e);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(String.valueOf(e.getMessage()));
    }
    return id;
  }

  /** Some callers send the authority's own certificate as well. */
  private static List<X509Certificate> withoutAnchor(
      X509Certificate[] chain, Set<TrustAnchor> believed) {
    int length = chain.length;
    X509Certificate last = chain[length - 1];
    boolean anchored = believed.stream().anyMatch(anchor -> last.equals(anchor.getTrustedCert()));
    return Arrays.asList(chain).subList(0, anchored && length > 1 ? length - 1 : length);
  }

  private static void checkUse(X509Certificate leaf) throws CertificateException {
    boolean[] use = leaf.getKeyUsage();
    if (leaf.getBasicConstraints() >= 0
        || (use != null
            && (!use[DIGITAL_SIGNATURE] || use[SIGN_CERTIFICATES] || use[SIGN_REVOCATIONS])))
      throw new CertificateException("expected the certificate of a workload");
    List<String> extended = leaf.getExtendedKeyUsage();
    if (extended != null && !extended.contains(CLIENT))
      throw new CertificateException("expected a certificate for clients");
  }
}
